//! Lists: `value` and `@odata.nextLink`.

use serde::Deserialize;
use serde_json::Value;

/// A page of a list.
#[derive(Deserialize)]
pub(crate) struct ListPage {
    /// The items, which are parsed one by one, so that an invalid item does not fail the page.
    pub value: Vec<Value>,
    /// The URL of the next page.
    #[serde(rename = "@odata.nextLink", default)]
    pub next_link: Option<String>,
}

/// Parses a page; `None` if the body is not a list.
pub(crate) fn list(body: Value) -> Option<ListPage> {
    let list: ListPage = serde_json::from_value(body).ok()?;
    Some(ListPage { next_link: list.next_link.filter(|link| !link.is_empty()), ..list })
}
