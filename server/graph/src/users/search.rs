//! Searches users while somebody types: by words of the name and by the beginning of principal name and mail address.

use std::sync::atomic::Ordering;

use token_core::{
    ports::{Cursor, Page},
    token::MAX_TEXT_LEN,
    user::User,
};
use url::Url;

use super::{USERS, UserLookup};
use crate::{
    client::{Client, GraphRequest, Operation},
    error::GraphError,
    path::{search_clause, starts_with},
    permission::READ_USERS,
    response::GraphResponse,
    wire::user::{BASIC_PROFILE, FULL_PROFILE, user},
};

const SEARCH: Operation = Operation::v1("/users: search", READ_USERS);
/// Users in a page: a little more than the list below an input field shows.
const PAGE: &str = "25";
/// The properties in `$search`. Graph matches any word of `displayName`, and the beginning of the others.
const SEARCHED: [&str; 3] = ["displayName", "userPrincipalName", "mail"];
/// The properties in `$filter`, which matches beginnings only: `surname` is needed to find family names.
const FILTERED: [&str; 4] = ["displayName", "surname", "userPrincipalName", "mail"];

impl UserLookup {
    /// One page of the users who match `text`, including guests and disabled users.
    pub async fn search(
        &self,
        client: &Client,
        text: &str,
        after: Option<Cursor>,
    ) -> Result<Page<User>, GraphError> {
        let text = validated(text)?;
        let response = match &after {
            None => self.first_page(client, text).await?,
            Some(_) => client.send(search_request(client.page_url(SEARCH, after.as_ref(), &USERS)?)).await?,
        };
        let page = client.page_after(SEARCH, response, &USERS, after.as_ref())?;
        let items = page.value.iter().filter_map(user).collect();
        Ok(Page { items, next: page.next_link.map(Cursor) })
    }

    /// By `$search`, or by `$filter` if Graph rejects the former: the tenant lacks it, or it cannot parse the text.
    async fn first_page(&self, client: &Client, text: &str) -> Result<GraphResponse, GraphError> {
        let search = SEARCHED.map(|name| search_clause(name, text)).join(" OR ");
        match self.search_with_profile(client, ("$search", &search)).await {
            Err(error) if error.status() == Some(400) => {
                let filter = FILTERED.map(|name| starts_with(name, text)).join(" or ");
                self.search_with_profile(client, ("$filter", &filter)).await
            }
            response => response,
        }
    }

    /// With the full profile, or with the basic one if that is refused.
    async fn search_with_profile(
        &self,
        client: &Client,
        option: (&str, &str),
    ) -> Result<GraphResponse, GraphError> {
        let url = |profile| client.v1.url(&USERS, &[("$select", profile), ("$top", PAGE), option]);
        if !self.basic_only.load(Ordering::Relaxed) {
            match client.send(search_request(url(FULL_PROFILE))).await {
                Err(error) if error.status() == Some(403) => {}
                response => return response,
            }
        }
        let response = client.send(search_request(url(BASIC_PROFILE))).await?;
        self.basic_only.store(true, Ordering::Relaxed);
        Ok(response)
    }
}

/// `$search` requires the header `ConsistencyLevel` for each page; `$filter` does not (MICROSOFT_GRAPH.md 3.1).
fn search_request(url: Url) -> GraphRequest<'static> {
    let filters = url.query_pairs().any(|(name, _)| name == "$filter");
    GraphRequest { eventual: !filters, ..GraphRequest::get(SEARCH, url) }
}

/// Validates the text: one line of bounded length.
fn validated(text: &str) -> Result<&str, GraphError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(GraphError::Invalid("type a name or an address to search for".to_owned()));
    }
    if text.chars().count() > MAX_TEXT_LEN || text.chars().any(char::is_control) {
        let message = format!("the search is longer than {MAX_TEXT_LEN} characters or not plain text");
        return Err(GraphError::Invalid(message));
    }
    Ok(text)
}
