//! The inventory: list, look up by serial, create.

use token_core::{
    ports::{Cursor, NewToken, Outcome, Page},
    token::{SerialNumber, Token},
};

use super::{
    batch::Item,
    client::{Call, Client, Purpose},
    error::{GraphError, outcome},
    path::{DEVICES, quoted},
    permission::{READ_TOKENS, WRITE_TOKENS},
    wire::{body::Body, token::token},
};

const ROUTE: &str = "/directory/authenticationMethodDevices/hardwareOathDevices";
const LIST: Purpose = Purpose { route: ROUTE, permission: READ_TOKENS };
const LOOK_UP: Purpose = Purpose { route: "/$batch: look up tokens", permission: READ_TOKENS };
const CREATE: Purpose = Purpose { route: "/$batch: create tokens", permission: WRITE_TOKENS };

/// One page. Neither `$top` nor `$orderby`: what the service makes of them is not documented.
pub(crate) async fn page(client: &Client, after: Option<Cursor>) -> Result<Page<Token>, GraphError> {
    let url = client.page_url(after.as_ref(), &DEVICES)?;
    let answer = client.send(Call::get(LIST, url)).await?;
    let page = client.page(answer, &DEVICES)?;
    if after.as_ref().is_some_and(|link| page.next_link.as_ref() == Some(&link.0)) {
        return Err(GraphError::Unreadable { what: "the list of tokens goes in a circle", request_id: None });
    }
    let items: Vec<Token> = page.value.iter().filter_map(token).collect();
    if items.len() < page.value.len() {
        tracing::warn!(
            left_out = page.value.len() - items.len(),
            "tokens without an id or a serial were left out"
        );
    }
    Ok(Page { items, next: page.next_link.map(Cursor) })
}

/// The token with each serial.
pub(crate) async fn by_serial(
    client: &Client,
    serials: &[SerialNumber],
) -> Result<Vec<Option<Token>>, GraphError> {
    let look_up = |serial: &SerialNumber| {
        let filter = format!("serialNumber eq {}", quoted(serial.as_str()));
        Item::get(client.root.item(&DEVICES, &[("$filter", &filter)]))
    };
    let items: Vec<Item> = serials.iter().map(look_up).collect();
    let answers = client.read_many(LOOK_UP, &items).await?;
    let mut tokens = Vec::with_capacity(serials.len());
    for (serial, answer) in serials.iter().zip(answers) {
        let found = client.to_the_end(LIST, answer?, &DEVICES).await?;
        tokens.push(best(serial, found.iter().filter_map(token).collect()));
    }
    Ok(tokens)
}

/// The token whose serial is written in the same way, else one whose serial differs by case alone.
fn best(serial: &SerialNumber, mut found: Vec<Token>) -> Option<Token> {
    found.retain(|token| token.serial == *serial);
    let exact = found.iter().position(|token| token.serial.as_str() == serial.as_str());
    (!found.is_empty()).then(|| found.swap_remove(exact.unwrap_or(0)))
}

/// Creates each token by its own POST: unlike the bulk PATCH, it tells for each what became of it.
pub(crate) async fn create(
    client: &Client,
    tokens: Vec<NewToken>,
) -> Result<Vec<Outcome<Token>>, GraphError> {
    let url = client.root.item(&DEVICES, &[]);
    let items: Vec<Item> =
        tokens.into_iter().map(|token| Item::post(url.clone(), Body::create(token))).collect();
    let answers = client.write_many(CREATE, &items).await?;
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
