//! One item of a write: the token, the person, and the states before and after.

use token_core::{
    audit::{AuditAction, EntryStatus, PersonRef, TokenRef},
    ports::{Activation, Assignment, Change, ChangeKind, NewToken, Rename, UnseenWrite},
    token::{TokenId, TokenStatus},
    user::UserId,
};

use crate::name_cache::{NameCache, TokenChange, describe_name, describe_status};

/// One item of a write.
pub(crate) struct WriteItem {
    /// What is done to the token.
    pub action: AuditAction,
    /// The token.
    pub token: TokenRef,
    /// The person to whom the token is or was assigned, or shall be.
    pub person: Option<PersonRef>,
    /// The state before, in words.
    pub before: String,
    /// The state after success, in words.
    pub after: String,
    /// The change for the name cache; `None` for a token that has no id yet.
    change: Option<(TokenId, TokenChange)>,
}

impl WriteItem {
    /// The item for a change.
    pub fn of(change: &Change, names: &NameCache) -> Self {
        let assigned = |user: &UserId, status| TokenChange::AssignedTo(user.clone(), status);
        match change {
            Change::Create(new) => Self::new_token(new),
            Change::Assign(Assignment { token, user }) => {
                let change = assigned(user, TokenStatus::Assigned);
                Self::existing(AuditAction::Assign, token, Some(user), change, names)
            }
            Change::AssignAndActivate(Activation { token, user, .. }) => {
                let change = assigned(user, TokenStatus::Activated);
                Self::existing(AuditAction::AssignAndActivate, token, Some(user), change, names)
            }
            Change::Activate(Activation { token, user, .. }) => {
                let change = assigned(user, TokenStatus::Activated);
                Self::existing(AuditAction::Activate, token, Some(user), change, names)
            }
            Change::Unassign(Assignment { token, user }) => {
                Self::existing(AuditAction::Unassign, token, Some(user), TokenChange::Unassigned, names)
            }
            Change::Deactivate(Assignment { token, user }) => {
                let change = assigned(user, TokenStatus::Assigned);
                Self::existing(AuditAction::Deactivate, token, Some(user), change, names)
            }
            Change::Delete(token) => {
                Self::existing(AuditAction::Delete, token, None, TokenChange::Deleted, names)
            }
            Change::Rename(Rename { token, name }) => {
                Self::existing(AuditAction::Rename, token, None, TokenChange::Renamed(name.clone()), names)
            }
        }
    }

    /// The item for a write that no lookup shows. The properties of a new token are not known.
    pub fn of_unseen(write: &UnseenWrite, names: &NameCache) -> Self {
        let UnseenWrite { kind, token, user, name, .. } = write;
        let assigned =
            |status| user.clone().map_or(TokenChange::Unknown, |user| TokenChange::AssignedTo(user, status));
        let (action, change) = match kind {
            ChangeKind::Create => (AuditAction::Create, TokenChange::Unknown),
            ChangeKind::Assign => (AuditAction::Assign, assigned(TokenStatus::Assigned)),
            ChangeKind::AssignAndActivate => {
                (AuditAction::AssignAndActivate, assigned(TokenStatus::Activated))
            }
            ChangeKind::Activate => (AuditAction::Activate, assigned(TokenStatus::Activated)),
            ChangeKind::Unassign => (AuditAction::Unassign, TokenChange::Unassigned),
            ChangeKind::Deactivate => (AuditAction::Deactivate, assigned(TokenStatus::Assigned)),
            ChangeKind::Delete => (AuditAction::Delete, TokenChange::Deleted),
            ChangeKind::Rename => {
                (AuditAction::Rename, name.clone().map_or(TokenChange::Unknown, TokenChange::Renamed))
            }
        };
        Self::existing(action, token, user.as_ref(), change, names)
    }

    /// A token to be created. The seed is left out.
    fn new_token(token: &NewToken) -> Self {
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

    fn existing(
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

    /// Updates the name cache with the token's state after this result.
    pub fn remember(self, names: &NameCache, result: EntryStatus) {
        let Some((token, change)) = self.change else { return };
        match result {
            EntryStatus::Done => names.apply_change(&token, change),
            EntryStatus::NotDone => {}
            // The reason for a refusal may be that the cached state is out of date.
            EntryStatus::Refused | EntryStatus::Unknown | EntryStatus::Open => {
                names.apply_change(&token, TokenChange::Unknown)
            }
        }
    }
}
