//! Whether a token permits an action.

use super::{ActionKind, checks::ineligible, snapshot::has_unknown_holder};
use crate::{
    issue::Issue,
    token::{MAX_TOKENS_PER_USER, Token, TokenStatus},
    user::User,
};

/// Whether this token permits an action of this kind (MICROSOFT_GRAPH.md 1.6, 1.7, 2 and 2.9).
///
/// An action that needs a user, a code or another token is checked without them; [`super::token_actions::plan`] checks all of
/// it.
pub fn allowed(token: &Token, kind: ActionKind) -> Result<(), Issue> {
    let held = is_held(token);
    let known = token.assigned_to.is_some();
    match kind {
        ActionKind::Assign | ActionKind::AssignAndActivate if known => {
            let message = format!("The token is already assigned to {}", holder_name(token));
            Err(Issue::new(message, "Unassign it first."))
        }
        ActionKind::Unassign
        | ActionKind::Deactivate
        | ActionKind::Activate
        | ActionKind::Replace
        | ActionKind::Assign
        | ActionKind::AssignAndActivate
        | ActionKind::UnassignAndDelete
        | ActionKind::RepairHash
        | ActionKind::Refresh
            if held && !known =>
        {
            Err(unknown_holder())
        }
        ActionKind::Unassign if !held => {
            Err(Issue::new("Nobody holds the token", "There is nothing to unassign: it is in stock."))
        }
        ActionKind::Activate | ActionKind::Deactivate | ActionKind::Refresh if !held => {
            Err(Issue::new("The token is assigned to nobody", "Assign it to its user first."))
        }
        ActionKind::Replace if !held => {
            Err(Issue::new("Nobody holds the token", "Assign another token to the user instead."))
        }
        ActionKind::Activate if token.status == TokenStatus::Activated => Err(Issue::new(
            "The token is activated already",
            "To activate it again, deactivate or unassign it first.",
        )),
        ActionKind::Refresh if token.status != TokenStatus::Activated => Err(Issue::new(
            "The token is not activated",
            "There is nothing to refresh: activate it with the code on its display.",
        )),
        ActionKind::Deactivate if token.status != TokenStatus::Activated => {
            Err(Issue::new("The token is not activated", "There is nothing to deactivate."))
        }
        ActionKind::Delete if held => {
            let message = format!("The token is assigned to {}", holder_name(token));
            Err(Issue::new(message, "Unassign it first, or choose Unassign and delete."))
        }
        ActionKind::Rename if held => {
            let message = format!("The token is assigned to {}", holder_name(token));
            Err(Issue::new(
                message,
                "Microsoft renames tokens only while nobody holds them: unassign it first.",
            ))
        }
        _ => Ok(()),
    }
}

/// Whether one more token can be assigned to a user who has `held` tokens, legacy ones included; for the user picker.
pub fn can_receive(user: &User, held: usize) -> Result<(), Issue> {
    if let Some(issue) = ineligible(user) {
        return Err(issue);
    }
    if held < MAX_TOKENS_PER_USER {
        return Ok(());
    }
    let message = format!("{} holds {held} tokens already", user.upn);
    Err(Issue::new(message, "Unassign one of the user's tokens first: Microsoft allows five."))
}

/// Whether the token is assigned, to a known or unknown user.
pub(super) fn is_held(token: &Token) -> bool {
    token.assigned_to.is_some() || has_unknown_holder(token)
}

/// The name of its user as the inventory shows it.
pub(super) fn holder_name(token: &Token) -> &str {
    let name = token.assigned_to.as_ref().and_then(|assigned_to| assigned_to.name.as_deref());
    name.filter(|name| !name.trim().is_empty()).unwrap_or("another user")
}

fn unknown_holder() -> Issue {
    Issue::new(
        "Somebody holds the token, and the inventory does not say who",
        "Find its user by the serial number in the Entra admin center, and unassign the token there.",
    )
}
