//! Creates many tokens by one write, the `PATCH` of the collection (MICROSOFT_GRAPH.md 1.5).
//!
//! How Graph reports a failing item is not documented. An item may carry an exception; the whole request may be refused with
//! details that name items, which are left out of the next request; or it is refused without, and is halved until the failing
//! token is alone. A tenant that takes no such request, or fewer items, is remembered in `creation_size`.

mod next_step;

use std::collections::VecDeque;

use http::Method;
use zeroize::Zeroizing;

use self::next_step::NextStep;
use crate::{
    batch::{BatchItem, ITEM_BYTES, Results},
    client::{Client, GraphRequest, Operation},
    creation_size::CreationSize,
    error::GraphError,
    path::DEVICES,
    response::GraphResponse,
    wire::{
        body::WriteBody,
        bulk::{self, Creations, SentToken},
    },
    write_cost::WriteCost,
};

const ROUTE: &str = "/directory/authenticationMethodDevices/hardwareOathDevices: create tokens";

/// Tokens of one request, by their place in the call.
struct Chunk {
    places: Vec<usize>,
    /// Whether it is half of a chunk that was refused because of its size.
    is_half: bool,
}

impl Chunk {
    fn of(places: &[usize]) -> Self {
        Self { places: places.to_vec(), is_half: false }
    }

    fn halves(&self, is_half: bool) -> [Self; 2] {
        let (first, second) = self.places.split_at(self.places.len().div_ceil(2));
        [first, second].map(|places| Self { is_half, ..Self::of(places) })
    }

    /// Graph took it, which tells how many tokens it takes if it refused twice as many.
    fn was_taken(&self, creation_size: &CreationSize) {
        if self.is_half {
            creation_size.lower(self.places.len());
        }
    }
}

/// The results so far, in the order of the tokens.
struct Created(Vec<Option<Result<GraphResponse, GraphError>>>);

impl Created {
    fn put(&mut self, place: usize, result: Result<GraphResponse, GraphError>) {
        if let Some(free) = self.0.get_mut(place) {
            *free = Some(result);
        }
    }

    /// All results; a token without one gets `error`. When nothing was carried out the call fails if `error` was no answer
    /// of Graph, so that the caller may send all tokens again after the next sign-in.
    fn end(self, error: Option<GraphError>) -> Result<Results, GraphError> {
        let is_harmless =
            |result: &Result<GraphResponse, GraphError>| result.as_ref().is_err_and(GraphError::is_permanent);
        let Some(error) = error else { return Ok(self.0.into_iter().flatten().collect()) };
        if error.is_unsent() && self.0.iter().flatten().all(is_harmless) {
            return Err(error);
        }
        Ok(self.0.into_iter().map(|result| result.unwrap_or_else(|| Err(error.clone()))).collect())
    }
}

impl Client {
    /// Sends creations, as few requests as the tenant takes. An error that is no refusal ends the call: it is that of all
    /// tokens without an answer.
    pub async fn create_many(
        &self,
        operation: Operation,
        items: &[&BatchItem],
        cost: &WriteCost,
    ) -> Result<Results, GraphError> {
        let mut created = Created(items.iter().map(|_| None).collect());
        let places: Vec<usize> = (0..items.len()).collect();
        let mut chunks: VecDeque<Chunk> = places.chunks(self.creation_size.get()).map(Chunk::of).collect();
        let mut alone = Vec::new();
        while let Some(chunk) = chunks.pop_front() {
            if chunk.places.len() == 1 || self.creation_size.get() == 1 {
                alone.extend(chunk.places);
                continue;
            }
            let sent = at(items, &chunk.places);
            let error = match self.create_chunk(operation, &sent, cost).await {
                Ok(results) => {
                    chunk.was_taken(&self.creation_size);
                    chunk.places.iter().zip(results).for_each(|(place, result)| created.put(*place, result));
                    continue;
                }
                Err(error) => error,
            };
            match NextStep::after(&error, &sent_tokens(&sent)) {
                NextStep::LeaveOut(refused) => {
                    let mut rest = chunk.places.clone();
                    for (number, error) in refused {
                        if let Some(place) = chunk.places.get(number) {
                            rest.retain(|other| other != place);
                            created.put(*place, Err(error));
                        }
                    }
                    if !rest.is_empty() {
                        chunks.push_front(Chunk { places: rest, ..chunk });
                    }
                }
                NextStep::OneByOne => {
                    self.creation_size.lower(1);
                    alone.extend(chunk.places);
                }
                NextStep::Halve { too_many } => {
                    let [first, second] = chunk.halves(too_many);
                    chunks.push_front(second);
                    chunks.push_front(first);
                }
                NextStep::End => return created.end(Some(error)),
            }
        }
        self.create_alone(operation, items, &alone, created, cost).await
    }

    /// Sends the tokens at these places by one request each, in batches.
    async fn create_alone(
        &self,
        operation: Operation,
        items: &[&BatchItem],
        places: &[usize],
        mut created: Created,
        cost: &WriteCost,
    ) -> Result<Results, GraphError> {
        match self.write_many(operation, &at(items, places), cost).await {
            Ok(results) => {
                places.iter().zip(results).for_each(|(place, result)| created.put(*place, result));
                created.end(None)
            }
            Err(error) if created.0.iter().all(Option::is_none) => Err(error),
            Err(error) => created.end(Some(error)),
        }
    }

    /// Sends one request; one result for each item.
    async fn create_chunk(
        &self,
        operation: Operation,
        items: &[&BatchItem],
        cost: &WriteCost,
    ) -> Result<Results, GraphError> {
        let secrets: Vec<&str> = items.iter().filter_map(|item| item.secret()).collect();
        let request = GraphRequest {
            method: Method::PATCH,
            body: Some(json(items)?),
            secrets: secrets.clone(),
            writes: Some((1, cost)),
            may_wait: false,
            ..GraphRequest::get(
                Operation { route: ROUTE, ..operation },
                self.root(operation).url(&DEVICES, &[]),
            )
        };
        let mut response = self.send(request).await?;
        let answers = bulk::items(response.body.take());
        let found = bulk::match_items(&sent_tokens(items), &answers);
        let missing = || GraphError::Unreadable {
            what: "the answer leaves this token out",
            request_id: response.request_id.clone(),
        };
        let result = |answer: Option<usize>| {
            let item = answer.and_then(|number| answers.get(number)).ok_or_else(missing)?;
            match bulk::refusal(item) {
                None => Ok(response.part(response.status, item.clone())),
                Some((status, error)) => {
                    Err(self.error_of(&response.part(status, error), operation, &secrets))
                }
            }
        };
        Ok(found.into_iter().map(result).collect())
    }
}

/// The items at these places.
fn at<'a>(items: &[&'a BatchItem], places: &[usize]) -> Vec<&'a BatchItem> {
    places.iter().filter_map(|place| items.get(*place).copied()).collect()
}

fn sent_tokens<'a>(items: &[&'a BatchItem]) -> Vec<SentToken<'a>> {
    let bodies = items.iter().filter_map(|item| item.body());
    bodies
        .filter_map(WriteBody::names)
        .map(|(serial, manufacturer)| SentToken { serial, manufacturer })
        .collect()
}

fn json(items: &[&BatchItem]) -> Result<Zeroizing<Vec<u8>>, GraphError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(items.len() * ITEM_BYTES));
    serde_json::to_writer(&mut *bytes, &Creations::of(items.iter().filter_map(|item| item.body())))
        .map_err(|error| GraphError::Invalid(format!("the tokens cannot be written: {error}")))?;
    Ok(bytes)
}
