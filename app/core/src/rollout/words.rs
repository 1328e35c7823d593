//! What went wrong with a row, and what to do, in an administrator's words.

use super::{Failure, job::Write};
use crate::{
    ports::{Refusal, RefusalKind},
    token::Token,
};

/// What a row waits for that may send its next code only.
pub(super) const NEXT_CODE: &str = "Waiting for the token's next code";

/// Microsoft's refusal of a write.
pub(super) fn refused(write: Write, refusal: &Refusal) -> Failure {
    Failure {
        reason: format!("{}: {}", what_failed(write, refusal.kind), said(refusal)),
        remedy: remedy(write, refusal.kind).to_owned(),
        request_id: refusal.request_id.clone(),
    }
}

/// Too many tries without a usable answer.
pub(super) fn gave_up(refusal: Option<&Refusal>) -> Failure {
    let last = refusal.map(|refusal| format!(" Its last answer: {}", said(refusal))).unwrap_or_default();
    Failure {
        reason: format!("Microsoft Graph gave no usable answer after several tries.{last}"),
        remedy: "Import the same file again later: it goes on from where this token stands.".to_owned(),
        request_id: refusal.and_then(|refusal| refusal.request_id.clone()),
    }
}

/// The token went to somebody else while the run was under way.
pub(super) fn taken(token: &Token) -> Failure {
    let name = token
        .holder
        .as_ref()
        .and_then(|holder| holder.name.clone())
        .unwrap_or_else(|| "another user".to_owned());
    Failure {
        reason: format!("The token was meanwhile assigned to {name}"),
        remedy: "Unassign it there first, or correct the row.".to_owned(),
        request_id: None,
    }
}

/// Another maker's token stands in the way.
pub(super) fn of_another_maker(token: &Token, refusal: Option<&Refusal>) -> Failure {
    Failure {
        reason: format!(
            "Microsoft refused to create the token: a token of {} has this serial number already",
            token.manufacturer.trim()
        ),
        remedy: "If it is the same token, correct the manufacturer in the row. If not, delete the other token from \
                 the inventory first."
            .to_owned(),
        request_id: refusal.and_then(|refusal| refusal.request_id.clone()),
    }
}

/// Microsoft does not even look for this serial, so that nobody knows what became of the last write.
pub(super) fn unreadable(refusal: &Refusal) -> Failure {
    Failure {
        reason: format!("Microsoft refused to look this serial number up: {}", said(refusal)),
        remedy: "Look the token up in the Entra admin center: the last step may have been carried out."
            .to_owned(),
        request_id: refusal.request_id.clone(),
    }
}

/// The token is no longer in the inventory.
pub(super) fn gone(refusal: Option<&Refusal>) -> Failure {
    Failure {
        reason: "The token is no longer in the inventory: it was deleted meanwhile".to_owned(),
        remedy: "Import the same file again to create it anew.".to_owned(),
        request_id: refusal.and_then(|refusal| refusal.request_id.clone()),
    }
}

/// A short text for a row that waits.
pub(super) fn waiting_for(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Throttled => "Microsoft asks for a pause",
        RefusalKind::NotFound => "Waiting until Microsoft shows the new token",
        _ => "No clear answer from Microsoft: reading the token before going on",
    }
}

fn what_failed(write: Write, kind: RefusalKind) -> &'static str {
    match (write, kind) {
        (Write::Create, RefusalKind::Forbidden) => "Microsoft refused for lack of permission",
        (_, RefusalKind::Forbidden) => {
            "Microsoft refused: the app lacks a permission, or the user is an administrator"
        }
        (Write::Create, RefusalKind::Conflict) => {
            "Microsoft says that this serial number exists, but does not show it"
        }
        (Write::Create, _) => "Microsoft refused to create the token",
        (Write::Assign, _) => "Microsoft refused to assign the token",
        (Write::AssignAndActivate, RefusalKind::BadRequest) => {
            "Microsoft refused to assign and activate the token, most likely because of the code"
        }
        (Write::AssignAndActivate, _) => "The token could not be assigned and activated",
        (Write::Activate, RefusalKind::BadRequest) => "Microsoft refused the code",
        (Write::Activate, _) => "The token could not be activated",
    }
}

fn remedy(write: Write, kind: RefusalKind) -> &'static str {
    match (write, kind) {
        (Write::Create, RefusalKind::Forbidden) => {
            "Check the app's permissions and their admin consent under App registrations, API permissions."
        }
        (_, RefusalKind::Forbidden) => {
            "If rows of ordinary users fail too, check the app's permissions and their admin consent. If only administrators' rows fail, have a Privileged Authentication Administrator hand out their tokens."
        }
        (Write::Create, RefusalKind::Conflict) => {
            "Look the serial number up in the Entra admin center; if it was deleted just now, try again in a few minutes."
        }
        (Write::Create, _) => "Check the row: serial number, secret key, interval and hash.",
        (Write::AssignAndActivate, RefusalKind::BadRequest) => {
            "Compare secret key, interval and hash with the vendor's file; check too that the user is no guest and holds fewer than five tokens and authenticator apps."
        }
        (_, RefusalKind::NotFound) => "Look the token and the user up: one of them may have been deleted.",
        (Write::Assign | Write::AssignAndActivate, _) => {
            "Check how many tokens and authenticator apps the user has (five are allowed, those uploaded by CSV included), and that the user is no guest."
        }
        (Write::Activate, _) => {
            "Compare secret key, interval and hash with the vendor's file; or activate with a code read from the token."
        }
    }
}

fn said(refusal: &Refusal) -> &str {
    if refusal.message.is_empty() { "no reason given" } else { &refusal.message }
}
