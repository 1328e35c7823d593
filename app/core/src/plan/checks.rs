//! Checks that both planners make: of the user, of the token's present user and of its settings.

use std::collections::HashMap;

use super::{Verdict, snapshot::TenantSnapshot};
use crate::{
    issue::Issue,
    ports::NewToken,
    token::{MAX_TOKENS_PER_USER, Token},
    user::{User, UserId},
};

/// Counts the tokens that a plan assigns to each user, against the limit per user.
#[derive(Debug)]
pub(super) struct TokenQuota<'a> {
    snapshot: &'a TenantSnapshot,
    reserved: HashMap<UserId, usize>,
}

impl<'a> TokenQuota<'a> {
    pub fn new(snapshot: &'a TenantSnapshot) -> Self {
        Self { snapshot, reserved: HashMap::new() }
    }

    /// Reserves one more token, unless the user would then have more than Microsoft allows.
    pub fn reserve(&mut self, user: &User) -> Result<(), Issue> {
        let reserved = self.reserved.entry(user.id.clone()).or_default();
        let held = self.snapshot.token_count(&user.id) + *reserved;
        if held >= MAX_TOKENS_PER_USER {
            let message = format!("Would be the {}th token of {}: five are allowed", held + 1, user.upn);
            return Err(Issue::about_user(message, "Unassign one of the user's tokens first."));
        }
        *reserved += 1;
        Ok(())
    }
}

/// Why no token can be assigned to a user.
pub(super) fn ineligible(user: &User) -> Option<Issue> {
    if user.is_guest() {
        let message = format!("{} is a guest", user.upn);
        return Some(Issue::about_user(
            message,
            "Guests cannot hold a token here: name a member of this tenant.",
        ));
    }
    user.is_disabled().then(|| {
        Issue::about_user(
            format!("{} is disabled", user.upn),
            "Enable the account first, or name another user.",
        )
    })
}

pub(super) fn held_by_another<W>(token: &Token) -> Verdict<W> {
    let name = token
        .assigned_to
        .as_ref()
        .and_then(|assigned_to| assigned_to.name.clone())
        .unwrap_or_else(|| "another user".to_owned());
    Verdict::Conflict(Issue::in_column(
        "upn",
        format!("The token is already assigned to {name}"),
        "Unassign it there first, or correct the row.",
    ))
}

pub(super) fn unknown_holder<W>() -> Verdict<W> {
    Verdict::Conflict(Issue::in_column(
        "upn",
        "Somebody holds the token already, and the inventory does not say who",
        "Look the serial number up in the Entra admin center and unassign the token there first.",
    ))
}

/// Whether interval and hash match: a code computed with others than the tenant's would be refused.
pub(super) fn same_settings(seed: &NewToken, token: &Token) -> bool {
    token.interval_seconds == seed.interval.seconds() && token.hash.is_none_or(|hash| hash == seed.hash)
}

pub(super) fn other_settings<W>(seed: &NewToken, token: &Token) -> Verdict<W> {
    let hash = token.hash.map_or_else(|| "an unknown hash".to_owned(), |hash| hash.to_string());
    let (theirs, ours) = (token.interval_seconds, seed.interval.seconds());
    let remedy = if theirs == ours {
        "Correct the row; or, if the tenant's hash is the wrong one, correct that: above the plan of the import, or by token-inventory activate FILE --repair-hash."
    } else {
        "Correct the row, or delete the token in the inventory and import it again."
    };
    Verdict::Conflict(Issue::in_column(
        "time interval",
        format!("The tenant has this token as {hash}, {theirs} s; the file says {}, {ours} s", seed.hash),
        remedy,
    ))
}
