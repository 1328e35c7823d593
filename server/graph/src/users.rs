//! Looks users up in bulk: fifteen in a filter, twenty filters in a batch. `search` searches them by text.

mod search;

use std::sync::atomic::{AtomicBool, Ordering};

use token_core::user::{User, UserId};

use super::{
    batch::{BatchItem, Results},
    client::{Client, Operation},
    error::GraphError,
    path::{one_of, user_segments},
    permission::READ_USERS,
    response::GraphResponse,
    wire::user::{BASIC_PROFILE, FULL_PROFILE, user},
};

const LOOK_UP: Operation = Operation::v1("/$batch: look up users", READ_USERS);
const USERS: [&str; 1] = ["users"];
/// Most values in the `in (…)` of a filter.
const MAX_VALUES: usize = 15;

/// Looks users up, and remembers whether the app may read the full profile.
#[derive(Default)]
pub(crate) struct UserLookup {
    /// Set when Graph refused the full profile: the app has User.ReadBasic.All only.
    basic_only: AtomicBool,
}

impl UserLookup {
    /// The existing users with these ids.
    pub async fn by_id(&self, client: &Client, ids: &[UserId]) -> Result<Vec<User>, GraphError> {
        let ids: Vec<&str> = ids.iter().map(UserId::as_str).collect();
        self.look_up(client, "id", &ids).await
    }

    /// The existing users with these principal names.
    pub async fn by_upn(&self, client: &Client, upns: &[String]) -> Result<Vec<User>, GraphError> {
        // Nobody has an invalid user principal name.
        let upns: Vec<&str> = upns.iter().map(String::as_str).filter(|upn| is_plausible(upn)).collect();
        self.look_up(client, "userPrincipalName", &upns).await
    }

    /// Looks up in bulk. The values of a filter that Graph rejects are looked up one by one.
    async fn look_up(&self, client: &Client, field: &str, values: &[&str]) -> Result<Vec<User>, GraphError> {
        let mut users = Vec::with_capacity(values.len());
        let mut singly = Vec::new();
        for (some, response) in self.look_up_by_filter(client, field, values).await? {
            match response {
                Err(error) if error.status() == Some(400) => singly.extend_from_slice(some),
                response => users.extend(read(client, response?).await?),
            }
        }
        users.extend(self.look_up_one_by_one(client, &singly).await?);
        Ok(users)
    }

    /// The responses to as many filters as the values need, with the values of each filter.
    async fn look_up_by_filter<'a>(
        &self,
        client: &Client,
        field: &str,
        values: &'a [&'a str],
    ) -> Result<Vec<(&'a [&'a str], Result<GraphResponse, GraphError>)>, GraphError> {
        let chunks = values.chunks(MAX_VALUES);
        let items = |profile: &str| -> Vec<BatchItem> {
            let item = |some: &[&str]| {
                let filter = one_of(field, some.iter().copied());
                let query = [("$filter", filter.as_str()), ("$select", profile), ("$top", "999")];
                BatchItem::get(client.v1.item(&USERS, &query))
            };
            chunks.clone().map(item).collect()
        };
        Ok(chunks.clone().zip(self.read_with_profile(client, items).await?).collect())
    }

    async fn look_up_one_by_one(&self, client: &Client, names: &[&str]) -> Result<Vec<User>, GraphError> {
        let items = |profile: &str| -> Vec<BatchItem> {
            let item = |name: &&str| {
                let path = user_segments(name);
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                BatchItem::get(client.v1.item(&path, &[("$select", profile)]))
            };
            names.iter().map(item).collect()
        };
        let mut users = Vec::new();
        for response in self.read_with_profile(client, items).await? {
            match response {
                // Not found, or a name that Graph cannot parse.
                Err(error) if matches!(error.status(), Some(404 | 400)) => {}
                response => users.extend(user(&response?.body)),
            }
        }
        Ok(users)
    }

    /// Requests the full profile, and the basic one if that is refused; after that the basic one only.
    async fn read_with_profile(
        &self,
        client: &Client,
        items: impl Fn(&str) -> Vec<BatchItem>,
    ) -> Result<Results, GraphError> {
        if !self.basic_only.load(Ordering::Relaxed) {
            let responses = client.read_many(LOOK_UP, &items(FULL_PROFILE)).await?;
            let refused = |response: &Result<GraphResponse, GraphError>| {
                response.as_ref().is_err_and(|error| error.status() == Some(403))
            };
            if !responses.iter().any(refused) {
                return Ok(responses);
            }
        }
        let responses = client.read_many(LOOK_UP, &items(BASIC_PROFILE)).await?;
        if responses.iter().any(Result::is_ok) {
            self.basic_only.store(true, Ordering::Relaxed);
        }
        Ok(responses)
    }
}

async fn read(client: &Client, response: GraphResponse) -> Result<Vec<User>, GraphError> {
    let found = client.collect_pages(LOOK_UP, response, &[&USERS]).await?;
    Ok(found.iter().filter_map(user).collect())
}

fn is_plausible(upn: &str) -> bool {
    upn.contains('@') && !upn.chars().any(|c| c.is_control() || c.is_whitespace())
}
