//! Users who hold a directory role of Microsoft Entra: whoever has a working token of theirs can sign in as them, so that
//! plans mark them, and ask for them by name.

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{ImportTask, PlannedRow, Task, Verdict};
use crate::{
    error::ServiceError,
    issue::Issue,
    ports::{Directory, MAX_ITEMS},
    user::{DirectoryRoles, UserId},
};

/// Concurrent lookups of roles.
const LOOKUPS: usize = 4;

/// What is done with the tokens of users who hold a directory role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrivilegedTargets {
    /// They are changed once somebody has confirmed it by name.
    #[default]
    Confirm,
    /// They are not changed, nor are those of users whose roles cannot be read.
    Refuse,
    /// They are changed like all others; roles are not read.
    Allow,
}

impl PrivilegedTargets {
    /// The value with this name: confirm, refuse or allow.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "confirm" => Some(Self::Confirm),
            "refuse" => Some(Self::Refuse),
            "allow" => Some(Self::Allow),
            _ => None,
        }
    }
}

/// The permission without which Microsoft Graph does not say who holds a directory role.
pub const READ_ROLES: &str = "User.Read.All";

/// Work that changes tokens of users.
pub trait Targets {
    /// The users whose tokens it changes.
    fn users(&self) -> impl Iterator<Item = &UserId>;
}

impl Targets for ImportTask {
    fn users(&self) -> impl Iterator<Item = &UserId> {
        self.user.iter().filter(|_| self.then.is_some()).map(|user| &user.id)
    }
}

impl Targets for Task {
    fn users(&self) -> impl Iterator<Item = &UserId> {
        self.steps.iter().filter(|step| step.kind.concerns_user()).filter_map(|step| step.user.as_ref())
    }
}

/// A user in a plan who holds a directory role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleHolder {
    /// The user.
    pub user: UserId,
    /// Their name as the plan shows it: display name and user principal name.
    pub name: String,
    /// The user principal name or id by which the plan names them; empty when it does not.
    pub owner: String,
    /// The names of their roles.
    pub roles: Vec<String>,
}

/// The users in a plan who hold a directory role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanTargets {
    /// Each once, in the order of the plan.
    pub holders: Vec<RoleHolder>,
    /// How many users there are of whom it cannot be told.
    pub unknown: usize,
}

impl PlanTargets {
    /// Those of a plan.
    pub fn of<W: Targets>(roles: &TargetRoles, plan: &[PlannedRow<W>]) -> Self {
        Self { holders: roles.holders(plan), unknown: roles.unknown(plan) }
    }

    /// Whether each of them is confirmed.
    pub fn are_confirmed(&self, confirmed: &[UserId]) -> bool {
        self.holders.iter().all(|holder| confirmed.contains(&holder.user))
    }
}

/// The directory roles of the users in a plan, as far as they were read.
#[derive(Debug, Clone, Default)]
pub struct TargetRoles {
    policy: PrivilegedTargets,
    roles: HashMap<UserId, DirectoryRoles>,
}

/// Reads the directory roles of these users, unless tokens of users with roles are changed like all others.
///
/// # Errors
/// When the directory cannot be read. A missing permission is no error: the roles are unknown then.
pub async fn load_roles(
    directory: &(impl Directory + ?Sized),
    policy: PrivilegedTargets,
    users: impl IntoIterator<Item = UserId>,
) -> Result<TargetRoles, ServiceError> {
    let users: BTreeSet<UserId> = match policy {
        PrivilegedTargets::Allow => BTreeSet::new(),
        PrivilegedTargets::Confirm | PrivilegedTargets::Refuse => users.into_iter().collect(),
    };
    let users: Vec<UserId> = users.into_iter().collect();
    let roles: Vec<(UserId, DirectoryRoles)> = stream::iter(users.chunks(MAX_ITEMS).map(<[_]>::to_vec))
        .map(|chunk| async {
            let roles = directory.directory_roles(chunk.clone()).await?;
            Ok::<_, ServiceError>(chunk.into_iter().zip(roles).collect::<Vec<_>>())
        })
        .buffer_unordered(LOOKUPS)
        .try_concat()
        .await?;
    Ok(TargetRoles { policy, roles: roles.into_iter().collect() })
}

impl TargetRoles {
    /// Adds what was read of other users.
    pub fn extend(&mut self, more: Self) {
        self.policy = more.policy;
        self.roles.extend(more.roles);
    }

    /// The roles of a user: none when they have none, and when their roles are not known.
    fn known(&self, user: &UserId) -> &[String] {
        self.roles.get(user).map(DirectoryRoles::names).unwrap_or_default()
    }

    /// Marks a row whose user holds a role with a note, or refuses it.
    pub(super) fn mark<W: Targets>(&self, mut row: PlannedRow<W>) -> PlannedRow<W> {
        let Verdict::Work(work) = &row.verdict else { return row };
        let users = || work.users();
        let refuses = self.policy == PrivilegedTargets::Refuse;
        let unknown = |user: &UserId| self.roles.get(user) == Some(&DirectoryRoles::Unknown);
        let issue = match users().find(|user| !self.known(user).is_empty()) {
            Some(user) if refuses => Some(refused(&name_of(&row), self.known(user))),
            Some(user) => {
                row.notes.push(format!("holds {}", describe_roles(self.known(user))));
                None
            }
            None => users().any(|user| refuses && unknown(user)).then(|| undecided(&name_of(&row))),
        };
        if let Some(issue) = issue {
            row.verdict = Verdict::Cannot(vec![issue]);
        }
        row
    }

    /// The users in the plan who hold a role and must be confirmed, each once.
    fn holders<W: Targets>(&self, plan: &[PlannedRow<W>]) -> Vec<RoleHolder> {
        let mut seen = BTreeSet::new();
        let mut holders = Vec::new();
        for (row, user) in targets(plan) {
            let roles = self.known(user);
            if !roles.is_empty() && seen.insert(user) {
                holders.push(RoleHolder {
                    user: user.clone(),
                    name: name_of(row),
                    owner: row.owner.clone(),
                    roles: roles.to_vec(),
                });
            }
        }
        holders
    }

    /// How many users in the plan there are of whom it cannot be told whether they hold a role.
    fn unknown<W: Targets>(&self, plan: &[PlannedRow<W>]) -> usize {
        let unknown = targets(plan)
            .map(|(_, user)| user)
            .filter(|user| self.roles.get(user) == Some(&DirectoryRoles::Unknown));
        unknown.collect::<BTreeSet<_>>().len()
    }
}

/// Each row with work, with each user whose tokens it changes.
fn targets<W: Targets>(plan: &[PlannedRow<W>]) -> impl Iterator<Item = (&PlannedRow<W>, &UserId)> {
    plan.iter().flat_map(|row| {
        let work = match &row.verdict {
            Verdict::Work(work) => Some(work),
            _ => None,
        };
        work.into_iter().flat_map(Targets::users).map(move |user| (row, user))
    })
}

/// How the question names the user of a row.
fn name_of<W>(row: &PlannedRow<W>) -> String {
    match (row.owner_name.trim(), row.owner.trim()) {
        ("", "") => format!("the user of token {}", row.serial),
        ("", owner) => owner.to_owned(),
        (name, "") => name.to_owned(),
        (name, owner) => format!("{name} ({owner})"),
    }
}

/// "the directory role Global Administrator", "the directory roles Helpdesk Administrator and User Administrator".
pub fn describe_roles(roles: &[String]) -> String {
    match roles {
        [] => "no directory role".to_owned(),
        [one] => format!("the directory role {one}"),
        [first @ .., last] => format!("the directory roles {} and {last}", first.join(", ")),
    }
}

/// Says that it cannot be told whether so many people hold a directory role; `None` when there is nobody.
pub fn unknown_note(people: usize) -> Option<String> {
    let who = match people {
        0 => return None,
        1 => "this user holds".to_owned(),
        people => format!("these {people} users hold"),
    };
    Some(format!(
        "Whether {who} a directory role, such as Global Administrator, cannot be told: Microsoft Graph does not say it \
         without the permission {READ_ROLES}."
    ))
}

fn refused(owner: &str, roles: &[String]) -> Issue {
    Issue::about_user(
        format!("{owner} holds {}", describe_roles(roles)),
        "This server does not change tokens of such users (PRIVILEGED_TARGETS): use the Entra admin center.",
    )
}

fn undecided(owner: &str) -> Issue {
    Issue::about_user(
        format!("Whether {owner} holds a directory role cannot be told"),
        "This server does not change tokens of users who may hold one (PRIVILEGED_TARGETS): grant the app the \
         permission User.Read.All, or use the Entra admin center.",
    )
}
