//! What one item of a write is about: the token, the person, how it was and how it is to be.

use token_core::{
    audit::{AuditAction, EntryStatus, PersonRef, TokenRef},
    ports::NewToken,
    token::{TokenId, TokenStatus},
    user::UserId,
};

use crate::audit::name_cache::{NameCache, TokenChange, describe_status};

/// What one item is about.
pub(in crate::audit) struct WriteItem {
    /// What is done.
    pub action: AuditAction,
    /// To which token.
    pub token: TokenRef,
    /// Whose it is, was or is to be.
    pub person: Option<PersonRef>,
    /// How it was, in words.
    pub before: String,
    /// How it is to be, in words.
    pub after: String,
    /// The same for the memory; `None` for a token that has no id yet.
    change: Option<(TokenId, TokenChange)>,
}

impl WriteItem {
    /// A token to be created. Of the seed nothing is taken.
    pub fn new_token(token: &NewToken) -> Self {
        let NewToken { serial, manufacturer, model, interval, hash, .. } = token;
        let seconds = interval.seconds();
        Self {
            action: AuditAction::Create,
            token: TokenRef { id: None, serial: Some(serial.as_str().to_owned()) },
            person: None,
            before: "not in the inventory".to_owned(),
            after: format!("unassigned ({manufacturer} {model}, {hash}, {seconds} s)"),
            change: None,
        }
    }

    /// A change of a token.
    pub fn of(
        action: AuditAction,
        token: &TokenId,
        user: Option<&UserId>,
        change: TokenChange,
        names: &NameCache,
    ) -> Self {
        let person = user.map(|user| names.person(user));
        let (before, after) = match &change {
            TokenChange::Renamed(name) => {
                (describe_name(names.name(token)), describe_name(Some(name.clone())))
            }
            TokenChange::Deleted => (names.state(token), "deleted".to_owned()),
            TokenChange::Unassigned => (names.state(token), describe_status(&TokenStatus::Available, None)),
            TokenChange::AssignedTo(_, status) => {
                (names.state(token), describe_status(status, person.as_ref()))
            }
            TokenChange::Unknown => (names.state(token), String::new()),
        };
        let change = Some((token.clone(), change));
        Self { action, token: names.token(token), person, before, after, change }
    }

    /// Remembers how the token is after this result.
    pub fn remember(self, names: &NameCache, result: EntryStatus) {
        let Some((token, change)) = self.change else { return };
        match result {
            EntryStatus::Done => names.apply_change(&token, change),
            EntryStatus::NotDone => {}
            // What was refused may be refused because the token is otherwise than it was known to be.
            EntryStatus::Refused | EntryStatus::Unknown | EntryStatus::Open => {
                names.apply_change(&token, TokenChange::Unknown)
            }
        }
    }
}

/// A display name, in words; empty when it is not known.
pub(in crate::audit) fn describe_name(name: Option<String>) -> String {
    match name.as_deref() {
        None => String::new(),
        Some("") => "without a name".to_owned(),
        Some(name) => format!("named “{name}”"),
    }
}
