//! JSON batching: many items in batches of twenty, which are sent concurrently; each item has its own result.

use std::{collections::HashMap, time::Duration};

use futures_util::future::{join_all, try_join_all};
use http::Method;
use tokio::time::sleep;
use zeroize::Zeroizing;

use super::{
    client::{Client, GraphRequest, Operation},
    error::GraphError,
    http::new_request_id,
    path::BATCH,
    response::GraphResponse,
    retry::{FailedAttempt, RetryDecision, jitter},
    wire::{
        batch::{Batch, BatchHeaders, BatchRequest, MAX_REQUESTS, responses},
        body::WriteBody,
    },
    write_cost::WriteCost,
};

/// Buffer capacity for one item's JSON: a buffer that grows would leave copies of seeds in freed memory.
pub(crate) const ITEM_BYTES: usize = 2048;

/// One request of a batch.
pub(crate) struct BatchItem {
    method: BatchMethod,
    url: String,
    body: Option<WriteBody>,
    /// Whether eventual consistency is accepted, which advanced queries require (MICROSOFT_GRAPH.md 3.1).
    eventual: bool,
}

/// The HTTP method of a batch item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BatchMethod {
    Get,
    Post,
    Patch,
    Delete,
}

impl BatchMethod {
    /// As it is written in the request.
    fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl BatchItem {
    /// A GET of a URL relative to the version root.
    pub fn get(url: String) -> Self {
        Self { method: BatchMethod::Get, url, body: None, eventual: false }
    }

    /// A POST. Graph refuses a whole batch if one POST has no body: an action without parameters carries
    /// [`WriteBody::empty`].
    pub fn post(url: String, body: WriteBody) -> Self {
        Self { method: BatchMethod::Post, url, body: Some(body), eventual: false }
    }

    /// A PATCH.
    pub fn patch(url: String, body: WriteBody) -> Self {
        Self { method: BatchMethod::Patch, url, body: Some(body), eventual: false }
    }

    /// A DELETE.
    pub fn delete(url: String) -> Self {
        Self { method: BatchMethod::Delete, url, body: None, eventual: false }
    }

    /// The same as an advanced query.
    pub fn eventual(self) -> Self {
        Self { eventual: true, ..self }
    }

    /// Whether the body holds a one-time code, which is valid for a short time only.
    fn holds_code(&self) -> bool {
        self.body.as_ref().is_some_and(WriteBody::holds_code)
    }

    /// The body.
    pub fn body(&self) -> Option<&WriteBody> {
        self.body.as_ref()
    }

    /// The seed or code in it, which no message may contain.
    pub fn secret(&self) -> Option<&str> {
        self.body.as_ref().and_then(WriteBody::secret)
    }
}

/// One result for each item, in the order of the items.
pub(crate) type Results = Vec<Result<GraphResponse, GraphError>>;

impl Client {
    /// Sends reads. Items with a transient failure are sent again in a new batch, after the longest `Retry-After` of
    /// any of them. The results are in the order of the items, and may be refusals.
    pub async fn read_many(&self, operation: Operation, items: &[BatchItem]) -> Result<Results, GraphError> {
        let mut done: Vec<Option<Result<GraphResponse, GraphError>>> = items.iter().map(|_| None).collect();
        let mut attempt = 0;
        loop {
            let open: Vec<usize> =
                (0..).zip(&done).filter(|(_, result)| result.is_none()).map(|(at, _)| at).collect();
            if open.is_empty() {
                return Ok(done.into_iter().flatten().collect());
            }
            let batches = open.chunks(MAX_REQUESTS).map(|chunk| {
                self.batch(operation, chunk.iter().filter_map(|at| items.get(*at)).collect(), None)
            });
            let results = try_join_all(batches).await?.into_iter().flatten();
            let mut pause = None;
            for (at, result) in open.iter().zip(results) {
                // The caller repeats all reads after the next sign-in, which does no harm.
                if let Err(error @ GraphError::StepUp { .. }) = result {
                    return Err(error);
                }
                match self.decide_retry(&result, attempt) {
                    RetryDecision::Wait(wait) => pause = pause.max(Some(wait)),
                    RetryDecision::Defer(after) => return Err(GraphError::Throttled { after }),
                    RetryDecision::GiveUp => {
                        if let Some(place) = done.get_mut(*at) {
                            *place = Some(result);
                        }
                    }
                }
            }
            if let Some(pause) = pause {
                sleep(pause).await;
            }
            attempt += 1;
        }
    }

    /// Sends writes, each once. If a batch fails as a whole, each of its items gets that error; the call itself fails only
    /// if all batches fail. It also fails if Graph requires a step-up and no item was carried out:
    /// only then may the caller send all items again after the next sign-in.
    pub async fn write_many(
        &self,
        operation: Operation,
        items: &[&BatchItem],
        cost: &WriteCost,
    ) -> Result<Results, GraphError> {
        let chunks = items.chunks(MAX_REQUESTS);
        let batches =
            join_all(chunks.clone().map(|chunk| self.batch(operation, chunk.to_vec(), Some(cost)))).await;
        if batches.iter().all(Result::is_err) {
            return most_uncertain_error(batches);
        }
        let each = |(chunk, batch): (&[&BatchItem], Result<Results, GraphError>)| {
            batch.unwrap_or_else(|error| chunk.iter().map(|_| Err(error.clone())).collect())
        };
        let results: Results = chunks.zip(batches).flat_map(each).collect();
        let challenged =
            results.iter().find_map(|result| result.as_ref().err().filter(|error| error.is_step_up()));
        match challenged {
            Some(error) if items.iter().zip(&results).all(is_safe_to_resend) => Err(error.clone()),
            _ => Ok(results),
        }
    }

    fn decide_retry(&self, result: &Result<GraphResponse, GraphError>, attempt: u32) -> RetryDecision {
        let failure = match result {
            Ok(_) => return RetryDecision::GiveUp,
            // `batch` has discarded the access token, so that the next attempt gets a new one.
            Err(error) if error.status() == Some(401) && attempt == 0 => {
                return RetryDecision::Wait(Duration::ZERO);
            }
            Err(GraphError::Refused(refused)) => refused.failed_attempt(),
            Err(_) => FailedAttempt::of(None, None),
        };
        self.retry_policy.decide(failure, attempt, true, jitter())
    }

    /// Sends one batch and matches its responses to the items.
    async fn batch(
        &self,
        operation: Operation,
        items: Vec<&BatchItem>,
        cost: Option<&WriteCost>,
    ) -> Result<Results, GraphError> {
        let request = GraphRequest {
            method: Method::POST,
            body: Some(json(&items, operation)?),
            secrets: items.iter().filter_map(|item| item.secret()).collect(),
            writes: cost.map(|cost| (items.len(), cost)),
            may_wait: !items.iter().any(|item| item.holds_code()),
            ..GraphRequest::get(operation, self.root(operation).url(&BATCH, &[]))
        };
        let results = self.match_responses(self.send(request).await?, operation, &items, cost)?;
        if results.iter().any(|result| result.as_ref().is_err_and(|error| error.status() == Some(401))) {
            self.renew_token().await;
        }
        Ok(results)
    }

    /// Finds each item's response by id; ids count from 1.
    fn match_responses(
        &self,
        batch: GraphResponse,
        operation: Operation,
        items: &[&BatchItem],
        cost: Option<&WriteCost>,
    ) -> Result<Results, GraphError> {
        let request_id = batch.request_id.clone();
        let missing = || GraphError::Unreadable {
            what: "the batch's answer leaves this request out",
            request_id: request_id.clone(),
        };
        let mut found = by_id(batch)?;
        let result = |(number, item): (usize, &&BatchItem)| {
            let response = found.remove(&number.to_string()).ok_or_else(missing)?;
            if let Some(cost) = cost {
                cost.note_limit(response.limit_percentage);
            }
            if response.is_success() {
                return Ok(response);
            }
            Err(self.error_of(&response, operation, item.secret().as_slice()))
        };
        Ok((1..).zip(items).map(result).collect())
    }
}

/// The error of a call whose batches all failed. One of a batch that may have been carried out takes precedence over
/// permanent refusals and throttling, and these over a step-up, after which the caller would send all items again.
fn most_uncertain_error(batches: Vec<Result<Results, GraphError>>) -> Result<Results, GraphError> {
    let mut errors: Vec<GraphError> = batches.into_iter().filter_map(Result::err).collect();
    errors.sort_by_key(|error| (error.is_step_up(), error.is_permanent() || error.has_retry_after()));
    errors.into_iter().next().map_or_else(|| Ok(Vec::new()), Err)
}

/// Whether the item was certainly not carried out, and its code was not checked.
fn is_safe_to_resend((item, result): (&&BatchItem, &Result<GraphResponse, GraphError>)) -> bool {
    match result {
        Ok(_) => false,
        Err(error) => error.is_step_up() || error.is_permanent() && !item.holds_code(),
    }
}

fn by_id(mut batch: GraphResponse) -> Result<HashMap<String, GraphResponse>, GraphError> {
    let Some(items) = responses(batch.body.take()) else {
        return Err(GraphError::Unreadable {
            what: "the answer to a batch is not one",
            request_id: batch.request_id,
        });
    };
    Ok(items.into_iter().map(|item| (item.id.clone(), GraphResponse::of_item(item, &batch))).collect())
}

fn json(items: &[&BatchItem], operation: Operation) -> Result<Zeroizing<Vec<u8>>, GraphError> {
    let requests =
        (1..).zip(items).map(|(number, item): (usize, _)| batch_request(number, item, operation)).collect();
    let mut bytes = Zeroizing::new(Vec::with_capacity(items.len() * ITEM_BYTES));
    serde_json::to_writer(&mut *bytes, &Batch { requests })
        .map_err(|error| GraphError::Invalid(format!("the batch cannot be written: {error}")))?;
    Ok(bytes)
}

fn batch_request(number: usize, item: &BatchItem, operation: Operation) -> BatchRequest<'_> {
    let id = new_request_id();
    BatchRequest {
        id: number.to_string(),
        method: item.method.as_str(),
        url: &item.url,
        headers: BatchHeaders {
            client_request_id: id.to_str().unwrap_or_default().to_owned(),
            content_type: item.body.is_some().then_some("application/json"),
            throttle_priority: operation.priority.value(),
            consistency_level: item.eventual.then_some("eventual"),
        },
        body: item.body.as_ref(),
    }
}
