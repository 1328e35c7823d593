//! The directory roles of users: their memberships, direct and through groups (MICROSOFT_GRAPH.md 3.3).

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use token_core::user::{DirectoryRoles, UserId};
use tokio::time::Instant;

use crate::{
    batch::BatchItem,
    client::{Client, Operation},
    error::GraphError,
    permission::READ_FULL_USERS,
    response::GraphResponse,
    wire::user::role_name,
};

const ROLES: Operation = Operation::v1("/$batch: directory roles", READ_FULL_USERS);
/// How long the roles of a user are remembered: a run checks them again with each write.
const REMEMBERED: Duration = Duration::from_mins(15);
/// How long it is remembered that Graph does not tell roles.
const REFUSAL_REMEMBERED: Duration = Duration::from_mins(1);
/// Users that are remembered; all are forgotten when there are more.
const MAX_REMEMBERED: usize = 50_000;

/// Reads directory roles, and remembers them for a while.
#[derive(Default)]
pub(crate) struct RoleLookup(Mutex<RememberedRoles>);

#[derive(Default)]
struct RememberedRoles {
    roles: HashMap<UserId, (Instant, Vec<String>)>,
    refused: Option<Instant>,
}

impl RoleLookup {
    /// The directory roles of each user.
    pub async fn of_users(
        &self,
        client: &Client,
        users: &[UserId],
    ) -> Result<Vec<DirectoryRoles>, GraphError> {
        let missing = self.lock().missing(users);
        let items: Vec<BatchItem> = missing.iter().map(|user| item(client, user)).collect();
        let responses = client.read_many(ROLES, &items).await?;
        let mut read = HashMap::with_capacity(missing.len());
        // One user whom Graph does not find or accept must not hide the roles of the others.
        let is_refused =
            !responses.is_empty() && responses.iter().all(|response| has_status(response, &[403]));
        for (user, response) in missing.into_iter().zip(responses) {
            read.insert(user.clone(), roles(client, user, response)?);
        }
        let mut remembered = self.lock();
        remembered.keep(&read, is_refused);
        Ok(users.iter().map(|user| remembered.of(user, &read)).collect())
    }

    /// Asks again where Graph did not tell: a permission may have been granted.
    pub fn forget_refusal(&self) {
        self.lock().refused = None;
    }

    fn lock(&self) -> MutexGuard<'_, RememberedRoles> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RememberedRoles {
    /// The users whose roles must be read; none while Graph does not tell them.
    fn missing<'a>(&mut self, users: &'a [UserId]) -> Vec<&'a UserId> {
        self.roles.retain(|_, (at, _)| at.elapsed() < REMEMBERED);
        self.refused = self.refused.filter(|at| at.elapsed() < REFUSAL_REMEMBERED);
        if self.refused.is_some() {
            return Vec::new();
        }
        users.iter().filter(|user| !self.roles.contains_key(user)).collect()
    }

    fn keep(&mut self, read: &HashMap<UserId, DirectoryRoles>, is_refused: bool) {
        if is_refused {
            self.refused = Some(Instant::now());
        }
        if self.roles.len() + read.len() > MAX_REMEMBERED {
            self.roles.clear();
        }
        for (user, roles) in read {
            if let DirectoryRoles::Known(roles) = roles {
                self.roles.insert(user.clone(), (Instant::now(), roles.clone()));
            }
        }
    }

    fn of(&self, user: &UserId, read: &HashMap<UserId, DirectoryRoles>) -> DirectoryRoles {
        let remembered = || self.roles.get(user).map(|(_, roles)| DirectoryRoles::Known(roles.clone()));
        read.get(user).cloned().or_else(remembered).unwrap_or(DirectoryRoles::Unknown)
    }
}

fn path(user: &UserId) -> [&str; 4] {
    ["users", user.as_str(), "transitiveMemberOf", "microsoft.graph.directoryRole"]
}

fn item(client: &Client, user: &UserId) -> BatchItem {
    let query = [("$count", "true"), ("$select", "id,displayName"), ("$top", "999")];
    BatchItem::get(client.v1.item(&path(user), &query)).eventual()
}

fn has_status(response: &Result<GraphResponse, GraphError>, statuses: &[u16]) -> bool {
    response.as_ref().err().and_then(GraphError::status).is_some_and(|status| statuses.contains(&status))
}

/// The roles in a response. Where Graph refuses, nothing is known of the user.
fn roles(
    client: &Client,
    user: &UserId,
    response: Result<GraphResponse, GraphError>,
) -> Result<DirectoryRoles, GraphError> {
    if has_status(&response, &[400, 403, 404]) {
        return Ok(DirectoryRoles::Unknown);
    }
    let response = response?;
    let page = client.page(ROLES, response, &[&path(user)])?;
    if page.value.is_empty() && page.next_link.is_some() {
        return Ok(DirectoryRoles::Unknown);
    }
    let mut names: Vec<String> = page.value.iter().map(role_name).collect();
    names.sort();
    Ok(DirectoryRoles::Known(names))
}
