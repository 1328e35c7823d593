//! Messages for administrators: why a row failed, and what to do.

use super::Failure;
use crate::{
    ports::{ChangeKind, Refusal, RefusalKind},
    token::Token,
};

/// The status of a row that waits for the token's next code.
pub(super) const NEXT_CODE: &str = "Waiting for the token's next code";

/// The status of a row that waits for other rows of its person.
pub(super) const DEFAULT_METHOD_LAST: &str = "The user's default sign-in method goes last";

const TYPED_CODE: &str = "Wait for the token's next code and type that one. Check that it is this token. If it is refused again, compare the code with the secret key: the token's clock may have drifted.";

/// Microsoft refused a write; `typed` when a person typed the code.
pub(super) fn refused(change: ChangeKind, refusal: &Refusal, typed: bool) -> Failure {
    let sends_code = matches!(change, ChangeKind::Activate | ChangeKind::AssignAndActivate);
    let is_code_refused = typed && sends_code && refusal.kind == RefusalKind::BadRequest;
    let remedy = if is_code_refused { TYPED_CODE } else { remedy(change, refusal.kind) };
    Failure {
        reason: format!("{}: {}", what_failed(change, refusal.kind), message_of(refusal)),
        remedy: remedy.to_owned(),
        request_id: refusal.request_id.clone(),
        is_code_refused,
    }
}

/// Too many tries without a usable answer; `from_file` for a row of a seed file.
pub(super) fn gave_up(refusal: Option<&Refusal>, from_file: bool) -> Failure {
    let last =
        refusal.map(|refusal| format!(" Its last answer: {}", message_of(refusal))).unwrap_or_default();
    let remedy = if from_file {
        "Import the same file again later: it goes on from where this token stands."
    } else {
        "Try again later: it goes on from where this token stands."
    };
    Failure {
        reason: format!("Microsoft Graph gave no usable answer after several tries.{last}"),
        remedy: remedy.to_owned(),
        request_id: refusal.and_then(|refusal| refusal.request_id.clone()),
        is_code_refused: false,
    }
}

/// Somebody assigned the token to another user during the run.
pub(super) fn assigned_meanwhile(token: &Token, from_file: bool) -> Failure {
    let other = if from_file { "or correct the row" } else { "or choose another token" };
    plain(
        format!("The token was meanwhile assigned to {}", holder_name(token)),
        format!("Unassign it there first, {other}."),
    )
}

/// Somebody assigned the token to a user before it was `done` ("deleted", "named").
pub(super) fn held_meanwhile(token: &Token, done: &str) -> Failure {
    plain(
        format!("The token was meanwhile assigned to {}, so it was not {done}", holder_name(token)),
        "Leave it to them, or unassign it first.".to_owned(),
    )
}

/// Somebody unassigned the token before it was activated or deactivated.
pub(super) fn unassigned_meanwhile() -> Failure {
    plain("The token was meanwhile unassigned".to_owned(), "Assign it again first, or leave it.".to_owned())
}

/// Somebody renamed the token before this run did.
pub(super) fn renamed_meanwhile(token: &Token) -> Failure {
    let reason = match token.name.as_deref() {
        None | Some("") => "The token's name was meanwhile removed".to_owned(),
        Some(name) => format!("The token was meanwhile named \"{name}\""),
    };
    plain(reason, "Name it again if your name is the right one.".to_owned())
}

/// A refresh that deactivated the token and could not activate it again: what its person has to know comes first.
pub(super) fn not_refreshed(failure: &Failure) -> Failure {
    Failure {
        reason: format!(
            "The token is deactivated, so its user cannot sign in with it now. Activating it again failed: {}",
            failure.reason
        ),
        remedy: format!("Activate it with the next code on its display. {}", failure.remedy),
        request_id: failure.request_id.clone(),
        is_code_refused: failure.is_code_refused,
    }
}

/// The token was assigned by this run, and its activation refused: both halves are told.
pub(super) fn assigned_only(failure: &Failure) -> Failure {
    Failure {
        reason: format!("The token is assigned to its user, but not activated: {}", failure.reason),
        ..failure.clone()
    }
}

/// Microsoft may have checked a typed code, and there is no other one.
pub(super) fn code_outcome_unknown(refusal: Option<&Refusal>) -> Failure {
    Failure {
        reason: "Microsoft gave no clear answer, and the token is not activated".to_owned(),
        remedy: "Wait until the token shows its next code and activate it with that one: a code counts once."
            .to_owned(),
        request_id: refusal.and_then(|refusal| refusal.request_id.clone()),
        is_code_refused: false,
    }
}

/// Microsoft answered a write well, and its repetitions, and no lookup shows an effect.
pub(super) fn without_effect(change: ChangeKind, request_id: Option<String>, typed: bool) -> Failure {
    let what = match change {
        ChangeKind::Create => "created",
        ChangeKind::Assign => "assigned",
        ChangeKind::AssignAndActivate | ChangeKind::Activate => "activated",
        ChangeKind::Unassign => "unassigned",
        ChangeKind::Deactivate => "deactivated",
        ChangeKind::Delete => "deleted",
        ChangeKind::Rename => "renamed",
        ChangeKind::SetHash => "changed",
    };
    let remedy = if typed {
        "Wait until the token shows its next code and activate it with that one: a code counts once."
    } else {
        "Try again in a few minutes. If it happens again, give the request id to Microsoft's support."
    };
    Failure {
        reason: format!("Microsoft answered that the token was {what}, but does not show it"),
        remedy: remedy.to_owned(),
        request_id,
        is_code_refused: false,
    }
}

fn plain(reason: String, remedy: String) -> Failure {
    Failure { reason, remedy, request_id: None, is_code_refused: false }
}

fn holder_name(token: &Token) -> &str {
    token.assigned_to.as_ref().and_then(|assigned_to| assigned_to.name.as_deref()).unwrap_or("another user")
}

/// Another manufacturer's token has this serial.
pub(super) fn of_another_manufacturer(token: &Token, refusal: Option<&Refusal>) -> Failure {
    Failure {
        reason: format!(
            "Microsoft refused to create the token: a token of {} has this serial number already",
            token.manufacturer.trim()
        ),
        remedy: "If it is the same token, correct the manufacturer in the row. If not, delete the other token from \
                 the inventory first."
            .to_owned(),
        request_id: refusal.and_then(|refusal| refusal.request_id.clone()),
        is_code_refused: false,
    }
}

/// Microsoft refused the lookup, so the outcome of the last write is unknown.
pub(super) fn unreadable(refusal: &Refusal) -> Failure {
    Failure {
        reason: format!("Microsoft refused to look this serial number up: {}", message_of(refusal)),
        remedy: "Look the token up in the Entra admin center: the last step may have been carried out."
            .to_owned(),
        request_id: refusal.request_id.clone(),
        is_code_refused: false,
    }
}

/// Somebody deleted the token.
pub(super) fn gone(refusal: Option<&Refusal>, from_file: bool) -> Failure {
    let remedy = if from_file {
        "Import the same file again to create it anew."
    } else {
        "Nothing is left to do, unless it should not have been deleted: then import it again."
    };
    Failure {
        reason: "The token is no longer in the inventory: it was deleted meanwhile".to_owned(),
        remedy: remedy.to_owned(),
        request_id: refusal.and_then(|refusal| refusal.request_id.clone()),
        is_code_refused: false,
    }
}

/// The status of a row that waits.
pub(super) fn waiting_for(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Throttled => "Microsoft asks for a pause",
        RefusalKind::NotFound => "Waiting until Microsoft shows the new token",
        _ => "No clear answer from Microsoft: reading the token before going on",
    }
}

fn what_failed(change: ChangeKind, kind: RefusalKind) -> &'static str {
    match (change, kind) {
        (
            ChangeKind::Create | ChangeKind::Delete | ChangeKind::Rename | ChangeKind::SetHash,
            RefusalKind::Forbidden,
        ) => "Microsoft refused for lack of permission",
        (_, RefusalKind::Forbidden) => {
            "Microsoft refused: the app lacks a permission, or the user is an administrator"
        }
        (ChangeKind::Create, RefusalKind::Conflict) => {
            "Microsoft says that this serial number exists, but does not show it"
        }
        (ChangeKind::Create, _) => "Microsoft refused to create the token",
        (ChangeKind::Assign, _) => "Microsoft refused to assign the token",
        (ChangeKind::AssignAndActivate, RefusalKind::BadRequest) => {
            "Microsoft refused to assign and activate the token, most likely because of the code"
        }
        (ChangeKind::AssignAndActivate, _) => "The token could not be assigned and activated",
        (ChangeKind::Activate, RefusalKind::BadRequest) => "Microsoft refused the code",
        (ChangeKind::Activate, _) => "The token could not be activated",
        (ChangeKind::Unassign, RefusalKind::DefaultMethod) => {
            "Microsoft refused to unassign the token: it is the user's default sign-in method"
        }
        (ChangeKind::Unassign, _) => "Microsoft refused to unassign the token",
        (ChangeKind::Deactivate, _) => "Microsoft refused to deactivate the token",
        (ChangeKind::Delete, _) => "Microsoft refused to delete the token",
        (ChangeKind::Rename, _) => "Microsoft refused to rename the token",
        (ChangeKind::SetHash, _) => "Microsoft refused to correct the hash of the token",
    }
}

fn remedy(change: ChangeKind, kind: RefusalKind) -> &'static str {
    match (change, kind) {
        (
            ChangeKind::Create | ChangeKind::Delete | ChangeKind::Rename | ChangeKind::SetHash,
            RefusalKind::Forbidden,
        ) => "Check the app's permissions and their admin consent under App registrations, API permissions.",
        (_, RefusalKind::Forbidden) => {
            "If rows of ordinary users fail too, check the app's permissions and their admin consent. If only administrators' rows fail, have a Privileged Authentication Administrator hand out their tokens."
        }
        (ChangeKind::Create, RefusalKind::Conflict) => {
            "Look the serial number up in the Entra admin center; if it was deleted just now, try again in a few minutes."
        }
        (ChangeKind::Create, _) => "Check the row: serial number, secret key, interval and hash.",
        (ChangeKind::AssignAndActivate, RefusalKind::BadRequest) => {
            "Compare secret key, interval and hash with the vendor's file; check too that the user is no guest and holds fewer than five tokens and authenticator apps."
        }
        (ChangeKind::Delete, _) => "Check that nobody holds the token: it must be unassigned first.",
        (ChangeKind::Rename, _) => "Check the name, and that nobody holds the token.",
        (ChangeKind::SetHash, _) => {
            "Run the same command again: the token is assigned again afterwards. If it is refused again, delete the token and import it with the right hash."
        }
        (_, RefusalKind::NotFound) => "Look the token and the user up: one of them may have been deleted.",
        (ChangeKind::Assign | ChangeKind::AssignAndActivate, _) => {
            "Check how many tokens and authenticator apps the user has (five are allowed, those uploaded by CSV included), and that the user is no guest."
        }
        (ChangeKind::Unassign, RefusalKind::DefaultMethod) => {
            "Have the user choose another default under Security info (mysignins.microsoft.com), or unassign their other methods first; then try again."
        }
        (ChangeKind::Unassign | ChangeKind::Deactivate, _) => {
            "Look the token up in the Entra admin center, then try again."
        }
        (ChangeKind::Activate, _) => {
            "Compare secret key, interval and hash with the vendor's file; or activate with a code read from the token."
        }
    }
}

fn message_of(refusal: &Refusal) -> &str {
    if refusal.message.is_empty() { "no reason given" } else { &refusal.message }
}
