//! Whether a token lets something be done with it.

use super::Verb;
use crate::{
    rollout::{
        plan::{MAX_TOKENS_PER_USER, Obstacle, unfit},
        tenant::is_held_by_nobody_known,
    },
    token::{Token, TokenStatus},
    user::User,
};

/// Why something cannot be done, and what to do instead.
pub type Reason = Obstacle;

/// Whether this token, as it is shown, lets this be done with it (FACTS sections 1.6, 1.7, 2 and 2.9).
///
/// What needs a user, a code or another token is judged without them; [`super::plan::plan`] judges the whole.
pub fn allowed(token: &Token, verb: Verb) -> Result<(), Reason> {
    let held = is_held(token);
    let known = token.holder.is_some();
    match verb {
        Verb::Assign | Verb::AssignAndActivate if known => {
            let what = format!("The token is already assigned to {}", holder_name(token));
            Err(reason(what, "Unassign it first."))
        }
        Verb::Unassign
        | Verb::ReturnToStock
        | Verb::Deactivate
        | Verb::Activate
        | Verb::Replace
        | Verb::Assign
        | Verb::AssignAndActivate
        | Verb::UnassignAndDelete
            if held && !known =>
        {
            Err(held_by_nobody_known())
        }
        Verb::Unassign | Verb::ReturnToStock if !held => {
            Err(reason("Nobody holds the token", "There is nothing to unassign: it is in stock."))
        }
        Verb::Activate | Verb::Deactivate if !held => {
            Err(reason("The token is assigned to nobody", "Assign it to its user first."))
        }
        Verb::Replace if !held => {
            Err(reason("Nobody holds the token", "Assign another token to the user instead."))
        }
        Verb::Activate if token.status == TokenStatus::Activated => Err(reason(
            "The token is activated already",
            "To activate it again, deactivate or unassign it first.",
        )),
        Verb::Deactivate if token.status != TokenStatus::Activated => {
            Err(reason("The token is not activated", "There is nothing to deactivate."))
        }
        Verb::Delete if held => {
            let what = format!("The token is assigned to {}", holder_name(token));
            Err(reason(what, "Unassign it first, or choose Unassign and delete."))
        }
        Verb::Rename if held => {
            let what = format!("The token is assigned to {}", holder_name(token));
            Err(reason(what, "Microsoft renames tokens only while nobody holds them: unassign it first."))
        }
        _ => Ok(()),
    }
}

/// Whether a user who holds so many tokens, hidden ones included, can get one more; for a list of users to choose from.
pub fn may_get(user: &User, held: usize) -> Result<(), Reason> {
    if let Some(obstacle) = unfit(user) {
        return Err(obstacle);
    }
    if held < MAX_TOKENS_PER_USER {
        return Ok(());
    }
    let what = format!("{} holds {held} tokens already", user.upn);
    Err(reason(what, "Unassign one of the user's tokens first: Microsoft allows five."))
}

/// Whether anybody holds the token, known or not.
pub(super) fn is_held(token: &Token) -> bool {
    token.holder.is_some() || is_held_by_nobody_known(token)
}

/// The holder's name as the inventory has it.
pub(super) fn holder_name(token: &Token) -> &str {
    let name = token.holder.as_ref().and_then(|holder| holder.name.as_deref());
    name.filter(|name| !name.trim().is_empty()).unwrap_or("another user")
}

pub(super) fn reason(what: impl Into<String>, remedy: &str) -> Reason {
    Obstacle { column: None, what: what.into(), remedy: remedy.to_owned() }
}

fn held_by_nobody_known() -> Reason {
    reason(
        "Somebody holds the token, and the inventory does not say who",
        "Find its user by the serial number in the Entra admin center, and unassign the token there.",
    )
}
