//! Page after page: Graph's link is followed as it is, and only within the collection that it came from.

use serde_json::Value;
use token_core::ports::Cursor;
use url::Url;

use super::{
    client::{Client, GraphRequest, Operation},
    error::GraphError,
    response::GraphResponse,
    wire::list::{ListPage, list},
};

/// Most pages of one list that is read to its end: a safety net against a chain of links without end.
const MAX_PAGES: usize = 1_000;

impl Client {
    /// The address of a page: the link in the cursor, or the first.
    pub fn page_url(
        &self,
        operation: Operation,
        after: Option<&Cursor>,
        segments: &[&str],
    ) -> Result<Url, GraphError> {
        match after {
            None => Ok(self.root(operation).url(segments, &[])),
            Some(cursor) => self.link(operation, &cursor.0, segments),
        }
    }

    /// The link as an address, when it leads to the same collection of the same Graph. It may be relative to that
    /// (OData JSON format 4.01, section 4.5.1).
    fn link(&self, operation: Operation, link: &str, segments: &[&str]) -> Result<Url, GraphError> {
        let root = self.root(operation);
        let url =
            root.url(segments, &[]).join(link).ok().filter(|url| root.is_same_collection(url, segments));
        url.ok_or_else(|| GraphError::Invalid("the link to the next page leads somewhere else".to_owned()))
    }

    /// Reads a list's page and checks its link.
    pub fn page(
        &self,
        operation: Operation,
        response: GraphResponse,
        segments: &[&str],
    ) -> Result<ListPage, GraphError> {
        let request_id = response.request_id;
        let unreadable = |what| GraphError::Unreadable { what, request_id: request_id.clone() };
        let page = list(response.body).ok_or_else(|| unreadable("the answer is no list"))?;
        match &page.next_link {
            Some(link) if self.link(operation, link, segments).is_err() => {
                Err(unreadable("the link to the next page leads somewhere else"))
            }
            _ => Ok(page),
        }
    }

    /// The same, of a list that a caller walks by cursors: `after` is the one that led here, and leads nowhere else.
    pub fn page_after(
        &self,
        operation: Operation,
        response: GraphResponse,
        segments: &[&str],
        after: Option<&Cursor>,
    ) -> Result<ListPage, GraphError> {
        let request_id = response.request_id.clone();
        let page = self.page(operation, response, segments)?;
        if after.is_some_and(|link| page.next_link.as_ref() == Some(&link.0)) {
            return Err(GraphError::Unreadable { what: "the list goes in a circle", request_id });
        }
        Ok(page)
    }

    /// All items of a list whose first page is here.
    pub async fn collect_pages(
        &self,
        operation: Operation,
        first: GraphResponse,
        segments: &[&str],
    ) -> Result<Vec<Value>, GraphError> {
        let mut page = self.page(operation, first, segments)?;
        let mut items = std::mem::take(&mut page.value);
        for _ in 1..MAX_PAGES {
            let Some(link) = page.next_link else { return Ok(items) };
            let request = GraphRequest::get(operation, self.link(operation, &link, segments)?);
            let response = self.send(request).await?;
            page = self.page(operation, response, segments)?;
            items.append(&mut page.value);
        }
        Err(GraphError::Unreadable { what: "the list has no end", request_id: None })
    }
}
