//! The inventory: list, look up by serial or id, create, name, delete.

use token_core::{
    ports::{Cursor, IdLookup, NewToken, Outcome, Page, Rename, SerialLookup},
    token::{SerialNumber, Token, TokenId},
};

use super::{
    answer::Answer,
    batch::{Item, Results},
    client::{Call, Client, Purpose},
    error::{GraphError, outcome},
    path::{DEVICES, Version, quoted},
    permission::{READ_TOKENS, WRITE_TOKENS},
    wire::{body::Body, token::token},
};

const ROUTE: &str = "/directory/authenticationMethodDevices/hardwareOathDevices";
const LIST: Purpose = Purpose { route: ROUTE, permission: READ_TOKENS, version: Version::Beta };
const LOOK_UP: Purpose =
    Purpose { route: "/$batch: look up tokens", permission: READ_TOKENS, version: Version::Beta };
const CREATE: Purpose =
    Purpose { route: "/$batch: create tokens", permission: WRITE_TOKENS, version: Version::Beta };
const RENAME: Purpose =
    Purpose { route: "/$batch: name tokens", permission: WRITE_TOKENS, version: Version::Beta };
const DELETE: Purpose =
    Purpose { route: "/$batch: delete tokens", permission: WRITE_TOKENS, version: Version::Beta };

/// One token of the inventory.
fn device(token: &TokenId) -> [&str; 4] {
    let [directory, kinds, devices] = DEVICES;
    [directory, kinds, devices, token.as_str()]
}

/// One page. Neither `$top` nor `$orderby`: what the service makes of them is not documented.
pub(crate) async fn page(client: &Client, after: Option<Cursor>) -> Result<Page<Token>, GraphError> {
    let url = client.page_url(LIST, after.as_ref(), &DEVICES)?;
    let answer = client.send(Call::get(LIST, url)).await?;
    let page = client.page_after(LIST, answer, &DEVICES, after.as_ref())?;
    let items: Vec<Token> = page.value.iter().filter_map(token).collect();
    if items.len() < page.value.len() {
        tracing::warn!(
            left_out = page.value.len() - items.len(),
            "tokens without an id or a serial were left out"
        );
    }
    Ok(Page { items, next: page.next_link.map(Cursor) })
}

/// The tokens with each serial. What Graph does not even look for is that serial's trouble alone.
pub(crate) async fn by_serial(
    client: &Client,
    serials: &[SerialNumber],
) -> Result<Vec<SerialLookup>, GraphError> {
    let look_up = |serial: &SerialNumber| {
        let filter = format!("serialNumber eq {}", quoted(serial.as_str()));
        Item::get(client.beta.item(&DEVICES, &[("$filter", &filter)]))
    };
    let items: Vec<Item> = serials.iter().map(look_up).collect();
    let answers = client.read_many(LOOK_UP, &items).await?;
    let mut tokens = Vec::with_capacity(serials.len());
    for (serial, answer) in serials.iter().zip(answers) {
        tokens.push(match answer {
            Err(error) if error.status() == Some(404) => Ok(Vec::new()),
            Err(error) if error.status() == Some(400) => Err(error.into()),
            answer => {
                let found = client.to_the_end(LIST, answer?, &DEVICES).await?;
                Ok(alike(serial, found.iter().filter_map(token).collect()))
            }
        });
    }
    Ok(tokens)
}

/// The tokens of this serial: those written in the same way before those that differ by case.
fn alike(serial: &SerialNumber, mut found: Vec<Token>) -> Vec<Token> {
    found.retain(|token| token.serial == *serial);
    found.sort_by_key(|token| token.serial.as_str() != serial.as_str());
    found
}

/// The token with each id. Only 404 says that there is none; what Graph does not even look for is that id's trouble.
pub(crate) async fn by_id(client: &Client, ids: &[TokenId]) -> Result<Vec<IdLookup>, GraphError> {
    let items: Vec<Item> = ids.iter().map(|id| Item::get(client.beta.item(&device(id), &[]))).collect();
    let answers = client.read_many(LOOK_UP, &items).await?;
    ids.iter().zip(answers).map(|(id, answer)| seen(id, answer)).collect()
}

fn seen(id: &TokenId, answer: Result<Answer, GraphError>) -> Result<IdLookup, GraphError> {
    let answer = match answer {
        Err(error) if error.status() == Some(404) => return Ok(Ok(None)),
        Err(error) if error.status() == Some(400) => return Ok(Err(error.into())),
        answer => answer?,
    };
    let Some(token) = token(&answer.body).filter(|token| token.id == *id) else {
        let what = "the answer does not show the token that was asked for";
        return Ok(Err(GraphError::Unreadable { what, request_id: answer.request_id }.into()));
    };
    Ok(Ok(Some(token)))
}

/// Creates each token by its own POST: unlike the bulk PATCH, it tells for each what became of it.
pub(crate) async fn create(
    client: &Client,
    tokens: Vec<NewToken>,
) -> Result<Vec<Outcome<Token>>, GraphError> {
    let url = client.beta.item(&DEVICES, &[]);
    let items: Vec<Item> =
        tokens.into_iter().map(|token| Item::post(url.clone(), Body::create(token))).collect();
    let answers = write(client, CREATE, &items).await?;
    let created = answers.into_iter().map(|answer| {
        outcome(answer.and_then(|answer| {
            token(&answer.body).ok_or(GraphError::Unreadable {
                what: "the token was created, but the answer does not show it",
                request_id: answer.request_id,
            })
        }))
    });
    Ok(created.collect())
}

/// Names each token. Graph does so only while nobody holds it (FACTS 1.6).
pub(crate) async fn rename(client: &Client, renames: &[Rename]) -> Result<Vec<Outcome<()>>, GraphError> {
    let item =
        |rename: &Rename| Item::patch(client.beta.item(&device(&rename.token), &[]), Body::rename(rename));
    let items: Vec<Item> = renames.iter().map(item).collect();
    Ok(done(write(client, RENAME, &items).await?))
}

/// Deletes each token. Graph does so only while nobody holds it (FACTS 1.7).
pub(crate) async fn delete(client: &Client, tokens: &[TokenId]) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |token: &TokenId| Item::delete(client.beta.item(&device(token), &[]));
    let items: Vec<Item> = tokens.iter().map(item).collect();
    Ok(done(write(client, DELETE, &items).await?))
}

/// Writes to the inventory. What every item is refused for is not the items' trouble: the app lacks the permission.
async fn write(client: &Client, purpose: Purpose, items: &[Item]) -> Result<Results, GraphError> {
    let answers = client.write_many(purpose, items).await?;
    match answers.as_slice() {
        [Err(first), _, ..] if answers.iter().all(is_forbidden) => Err(first.clone()),
        _ => Ok(answers),
    }
}

fn is_forbidden(answer: &Result<Answer, GraphError>) -> bool {
    answer.as_ref().is_err_and(|error| error.status() == Some(403))
}

fn done(answers: Results) -> Vec<Outcome<()>> {
    answers.into_iter().map(|answer| outcome(answer.map(|_| ()))).collect()
}
