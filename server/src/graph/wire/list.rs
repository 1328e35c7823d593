//! Lists: `value` and `@odata.nextLink`.

use serde::Deserialize;
use serde_json::Value;

/// One page as Graph sends it.
#[derive(Deserialize)]
pub(crate) struct ListPage {
    /// The items, each to be read on its own: one odd item never spoils the page.
    pub value: Vec<Value>,
    /// Where the next page is.
    #[serde(rename = "@odata.nextLink", default)]
    pub next_link: Option<String>,
}

/// Reads a page; `None` when the body is no list.
pub(crate) fn list(body: Value) -> Option<ListPage> {
    let list: ListPage = serde_json::from_value(body).ok()?;
    Some(ListPage { next_link: list.next_link.filter(|link| !link.is_empty()), ..list })
}
