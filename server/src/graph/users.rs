//! Users, looked up in bulk: fifteen in a filter, twenty filters in a batch. Searching them is in the module below.

mod search;

use std::sync::atomic::{AtomicBool, Ordering};

use token_core::user::{User, UserId};

use super::{
    answer::Answer,
    batch::{Item, Results},
    client::{Client, Purpose},
    error::GraphError,
    path::{Version, one_of, user_by_name},
    permission::READ_USERS,
    wire::user::{BASIC_PROFILE, FULL_PROFILE, user},
};

const LOOK_UP: Purpose =
    Purpose { route: "/$batch: look up users", permission: READ_USERS, version: Version::V1 };
const USERS: [&str; 1] = ["users"];
/// Most values of `in (…)` in one filter.
const MAX_VALUES: usize = 15;

/// Looks users up and remembers how much of them the app may see.
#[derive(Default)]
pub(crate) struct Users {
    /// Set when Graph refused to tell who is enabled or a guest: the app has User.ReadBasic.All alone.
    basic_only: AtomicBool,
}

impl Users {
    /// The users with these ids that exist.
    pub async fn by_id(&self, client: &Client, ids: &[UserId]) -> Result<Vec<User>, GraphError> {
        let ids: Vec<&str> = ids.iter().map(UserId::as_str).collect();
        self.found(client, "id", &ids).await
    }

    /// The users with these principal names that exist.
    pub async fn by_upn(&self, client: &Client, upns: &[String]) -> Result<Vec<User>, GraphError> {
        // What is no user principal name at all belongs to nobody.
        let upns: Vec<&str> = upns.iter().map(String::as_str).filter(|upn| is_plausible(upn)).collect();
        self.found(client, "userPrincipalName", &upns).await
    }

    /// Looks up in bulk. Values that spoil a filter are asked for one by one.
    async fn found(&self, client: &Client, field: &str, values: &[&str]) -> Result<Vec<User>, GraphError> {
        let mut users = Vec::with_capacity(values.len());
        let mut singly = Vec::new();
        for (some, answer) in self.filtered(client, field, values).await? {
            match answer {
                Err(error) if error.status() == Some(400) => singly.extend_from_slice(some),
                answer => users.extend(read(client, answer?).await?),
            }
        }
        users.extend(self.one_by_one(client, &singly).await?);
        Ok(users)
    }

    /// The answers to as many filters as the values need, with the values of each.
    async fn filtered<'a>(
        &self,
        client: &Client,
        field: &str,
        values: &'a [&'a str],
    ) -> Result<Vec<(&'a [&'a str], Result<Answer, GraphError>)>, GraphError> {
        let chunks = values.chunks(MAX_VALUES);
        let items = |profile: &str| -> Vec<Item> {
            let item = |some: &[&str]| {
                let filter = one_of(field, some.iter().copied());
                let query = [("$filter", filter.as_str()), ("$select", profile), ("$top", "999")];
                Item::get(client.v1.item(&USERS, &query))
            };
            chunks.clone().map(item).collect()
        };
        Ok(chunks.clone().zip(self.ask(client, items).await?).collect())
    }

    async fn one_by_one(&self, client: &Client, names: &[&str]) -> Result<Vec<User>, GraphError> {
        let items = |profile: &str| -> Vec<Item> {
            let item = |name: &&str| {
                let path = user_by_name(name);
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                Item::get(client.v1.item(&path, &[("$select", profile)]))
            };
            names.iter().map(item).collect()
        };
        let mut users = Vec::new();
        for answer in self.ask(client, items).await? {
            match answer {
                // Not there, or a name that Graph cannot even read.
                Err(error) if matches!(error.status(), Some(404 | 400)) => {}
                answer => users.extend(user(&answer?.body)),
            }
        }
        Ok(users)
    }

    /// Asks for the full profile, and for the basic one when that is refused; from then on for the basic one alone.
    async fn ask(&self, client: &Client, items: impl Fn(&str) -> Vec<Item>) -> Result<Results, GraphError> {
        if !self.basic_only.load(Ordering::Relaxed) {
            let answers = client.read_many(LOOK_UP, &items(FULL_PROFILE)).await?;
            let refused = |answer: &Result<Answer, GraphError>| {
                answer.as_ref().is_err_and(|error| error.status() == Some(403))
            };
            if !answers.iter().any(refused) {
                return Ok(answers);
            }
        }
        let answers = client.read_many(LOOK_UP, &items(BASIC_PROFILE)).await?;
        if answers.iter().any(Result::is_ok) {
            self.basic_only.store(true, Ordering::Relaxed);
        }
        Ok(answers)
    }
}

async fn read(client: &Client, answer: Answer) -> Result<Vec<User>, GraphError> {
    let found = client.to_the_end(LOOK_UP, answer, &USERS).await?;
    Ok(found.iter().filter_map(user).collect())
}

fn is_plausible(upn: &str) -> bool {
    upn.contains('@') && !upn.chars().any(|c| c.is_control() || c.is_whitespace())
}
