//! Paging: follows `@odata.nextLink` unchanged, and only within the same collection.

use serde_json::Value;
use token_core::ports::Cursor;
use url::Url;

use super::{
    client::{Client, GraphRequest, Operation},
    error::GraphError,
    response::GraphResponse,
    wire::list::{ListPage, list},
};

/// Most pages of one list, against an endless chain of links.
const MAX_PAGES: usize = 1_000;

impl Client {
    /// The URL of a page: the link in the cursor, or the first page.
    pub fn page_url(
        &self,
        operation: Operation,
        after: Option<&Cursor>,
        segments: &[&str],
    ) -> Result<Url, GraphError> {
        match after {
            None => Ok(self.root(operation).url(segments, &[])),
            Some(cursor) => self.link(operation, &cursor.0, &[segments]),
        }
    }

    /// Parses a link and checks that it stays in the same collection of the same Graph, which has one of these paths. It may
    /// be a URL relative to the first (OData JSON format 4.01, section 4.5.1).
    fn link(&self, operation: Operation, link: &str, paths: &[&[&str]]) -> Result<Url, GraphError> {
        let root = self.root(operation);
        let url = root.url(paths.first().copied().unwrap_or_default(), &[]).join(link).ok();
        let url = url.filter(|url| paths.iter().any(|segments| root.is_same_collection(url, segments)));
        url.ok_or_else(|| GraphError::Invalid("the link to the next page leads somewhere else".to_owned()))
    }

    /// Parses a page of the list with one of these paths, and checks its link.
    pub fn page(
        &self,
        operation: Operation,
        response: GraphResponse,
        paths: &[&[&str]],
    ) -> Result<ListPage, GraphError> {
        let request_id = response.request_id;
        let unreadable = |what| GraphError::Unreadable { what, request_id: request_id.clone() };
        let page = list(response.body).ok_or_else(|| unreadable("the answer is no list"))?;
        match &page.next_link {
            Some(link) if self.link(operation, link, paths).is_err() => {
                Err(unreadable("the link to the next page leads somewhere else"))
            }
            _ => Ok(page),
        }
    }

    /// Like [`Self::page`], for a list that a caller pages through: fails if the next link is `after` itself.
    pub fn page_after(
        &self,
        operation: Operation,
        response: GraphResponse,
        segments: &[&str],
        after: Option<&Cursor>,
    ) -> Result<ListPage, GraphError> {
        let request_id = response.request_id.clone();
        let page = self.page(operation, response, &[segments])?;
        if after.is_some_and(|link| page.next_link.as_ref() == Some(&link.0)) {
            return Err(GraphError::Unreadable { what: "the list goes in a circle", request_id });
        }
        Ok(page)
    }

    /// All items of the list with one of these paths, given the response with its first page.
    pub async fn collect_pages(
        &self,
        operation: Operation,
        first: GraphResponse,
        paths: &[&[&str]],
    ) -> Result<Vec<Value>, GraphError> {
        let mut page = self.page(operation, first, paths)?;
        let mut items = std::mem::take(&mut page.value);
        for _ in 1..MAX_PAGES {
            let Some(link) = page.next_link else { return Ok(items) };
            let request = GraphRequest::get(operation, self.link(operation, &link, paths)?);
            let response = self.send(request).await?;
            page = self.page(operation, response, paths)?;
            items.append(&mut page.value);
        }
        Err(GraphError::Unreadable { what: "the list has no end", request_id: None })
    }
}
