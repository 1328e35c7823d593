//! The inventory: list, look up by serial or id.

use token_core::{
    ports::{Cursor, IdLookup, Page, SerialLookup},
    token::{SerialNumber, Token, TokenId},
};

use super::{
    batch::BatchItem,
    client::{Client, GraphRequest, Operation},
    error::GraphError,
    path::{DEVICES, quoted},
    permission::READ_TOKENS,
    response::GraphResponse,
    wire::token::token,
};

const ROUTE: &str = "/directory/authenticationMethodDevices/hardwareOathDevices";
const LIST: Operation = Operation::beta(ROUTE, READ_TOKENS);
const LOOK_UP: Operation = Operation::beta("/$batch: look up tokens", READ_TOKENS);

/// The path of one token of the inventory.
pub(crate) fn device(token: &TokenId) -> [&str; 4] {
    let [directory, kinds, devices] = DEVICES;
    [directory, kinds, devices, token.as_str()]
}

/// One page. Sends neither `$top` nor `$orderby`, whose support is not documented.
pub(crate) async fn page(client: &Client, after: Option<Cursor>) -> Result<Page<Token>, GraphError> {
    let url = client.page_url(LIST, after.as_ref(), &DEVICES)?;
    let response = client.send(GraphRequest::get(LIST, url)).await?;
    let page = client.page_after(LIST, response, &DEVICES, after.as_ref())?;
    let items: Vec<Token> = page.value.iter().filter_map(token).collect();
    if items.len() < page.value.len() {
        tracing::warn!(
            left_out = page.value.len() - items.len(),
            "tokens without an id or a serial were left out"
        );
    }
    Ok(Page { items, next: page.next_link.map(Cursor) })
}

/// The tokens with each serial number. A 400 is the error of that serial number only.
pub(crate) async fn by_serial(
    client: &Client,
    serials: &[SerialNumber],
) -> Result<Vec<SerialLookup>, GraphError> {
    let look_up = |serial: &SerialNumber| {
        let filter = format!("serialNumber eq {}", quoted(serial.as_str()));
        BatchItem::get(client.beta.item(&DEVICES, &[("$filter", &filter)]))
    };
    let items: Vec<BatchItem> = serials.iter().map(look_up).collect();
    let responses = client.read_many(LOOK_UP, &items).await?;
    let mut tokens = Vec::with_capacity(serials.len());
    for (serial, response) in serials.iter().zip(responses) {
        tokens.push(match response {
            Err(error) if error.status() == Some(404) => Ok(Vec::new()),
            Err(error) if error.status() == Some(400) => Err(error.into()),
            response => {
                let found = client.collect_pages(LIST, response?, &[&DEVICES]).await?;
                Ok(with_serial(serial, found.iter().filter_map(token).collect()))
            }
        });
    }
    Ok(tokens)
}

/// The tokens with this serial number: exact matches before those that differ in case.
fn with_serial(serial: &SerialNumber, mut found: Vec<Token>) -> Vec<Token> {
    found.retain(|token| token.serial == *serial);
    found.sort_by_key(|token| token.serial.as_str() != serial.as_str());
    found
}

/// The token with each id. Only 404 means that there is none; a 400 is the error of that id only.
pub(crate) async fn by_id(client: &Client, ids: &[TokenId]) -> Result<Vec<IdLookup>, GraphError> {
    let items: Vec<BatchItem> =
        ids.iter().map(|id| BatchItem::get(client.beta.item(&device(id), &[]))).collect();
    let responses = client.read_many(LOOK_UP, &items).await?;
    ids.iter().zip(responses).map(|(id, response)| id_lookup(id, response)).collect()
}

fn id_lookup(id: &TokenId, response: Result<GraphResponse, GraphError>) -> Result<IdLookup, GraphError> {
    let response = match response {
        Err(error) if error.status() == Some(404) => return Ok(Ok(None)),
        Err(error) if error.status() == Some(400) => return Ok(Err(error.into())),
        response => response?,
    };
    let Some(token) = token(&response.body).filter(|token| token.id == *id) else {
        let what = "the answer does not show the token that was asked for";
        return Ok(Err(GraphError::Unreadable { what, request_id: response.request_id }.into()));
    };
    Ok(Ok(Some(token)))
}
