//! What reading the tenant shows of a recorded operation.

use std::collections::HashMap;

use token_core::{
    audit::{AuditAction, AuditEntry},
    error::ServiceError,
    ports::SharedDirectory,
    token::{SerialNumber, Token, TokenId, TokenStatus},
    user::UserId,
};

use super::name_cache::describe_name;

/// What reading the tenant shows of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// It was carried out.
    CarriedOut,
    /// A claim assigned its token without activating it, and its program ended before it could unassign the token.
    AssignedOnly,
    /// It was not carried out, or has been undone since.
    NotCarriedOut,
    /// Reading does not show it.
    Inconclusive,
}

/// The tokens of recorded operations, as read from the tenant.
#[derive(Default)]
pub struct TokensRead {
    by_id: HashMap<TokenId, Option<Token>>,
    by_serial: HashMap<String, Vec<Token>>,
    /// Tokens of people, which the inventory may not list.
    by_user: HashMap<UserId, Vec<Token>>,
}

/// Whether its token has no id yet.
fn needs_serial(entry: &AuditEntry) -> bool {
    match entry.action {
        AuditAction::Create => token(entry).is_none(),
        AuditAction::Claim => true,
        _ => false,
    }
}

fn serial(entry: &AuditEntry) -> Option<SerialNumber> {
    SerialNumber::parse(entry.token.as_ref()?.serial.as_deref()?)
}

fn token(entry: &AuditEntry) -> Option<TokenId> {
    TokenId::parse(entry.token.as_ref()?.id.as_deref()?)
}

fn person(entry: &AuditEntry) -> Option<UserId> {
    UserId::parse(entry.person.as_ref()?.id.as_deref()?)
}

fn is_assigned_to(token: &Token, user: Option<&UserId>) -> bool {
    token.assigned_to.as_ref().is_some_and(|assigned_to| Some(&assigned_to.id) == user)
}

impl TokensRead {
    /// Reads the tokens of these entries.
    ///
    /// # Errors
    /// When Microsoft cannot be read.
    pub async fn of(directory: &SharedDirectory, entries: &[AuditEntry]) -> Result<Self, ServiceError> {
        let mut read = Self::default();
        let serials: Vec<SerialNumber> =
            entries.iter().filter(|entry| needs_serial(entry)).filter_map(serial).collect();
        if !serials.is_empty() {
            let found = directory.tokens_by_serial(serials.clone()).await?;
            let known =
                serials.iter().zip(found).filter_map(|(serial, found)| Some((serial.key(), found.ok()?)));
            read.by_serial.extend(known);
        }
        let ids: Vec<TokenId> = entries.iter().filter_map(token).collect();
        if !ids.is_empty() {
            let found = directory.tokens_by_id(ids.clone()).await?;
            read.by_id.extend(ids.into_iter().zip(found).filter_map(|(id, found)| Some((id, found.ok()?))));
        }
        let is_hidden =
            |entry: &&AuditEntry| token(entry).is_some_and(|id| matches!(read.by_id.get(&id), Some(None)));
        let people: Vec<UserId> = entries.iter().filter(is_hidden).filter_map(person).collect();
        if !people.is_empty() {
            let found = match directory.tokens_of_users(people.clone()).await {
                // All of these users are hidden, which tells nothing of the other entries.
                Err(ServiceError::Forbidden { .. }) => Vec::new(),
                found => found?,
            };
            read.by_user
                .extend(people.into_iter().zip(found).filter_map(|(user, list)| Some((user, list.ok()?))));
        }
        Ok(read)
    }

    /// What the tokens show of this entry's operation.
    pub fn observe(&self, entry: &AuditEntry) -> Observation {
        let is_carried_out = match entry.action {
            AuditAction::Create if needs_serial(entry) => {
                serial(entry).and_then(|serial| Some(!self.by_serial.get(&serial.key())?.is_empty()))
            }
            AuditAction::Create => token(entry).and_then(|id| Some(self.by_id.get(&id)?.is_some())),
            AuditAction::Claim => return self.of_claim(entry),
            _ => self.of_token(entry),
        };
        match is_carried_out {
            Some(true) => Observation::CarriedOut,
            Some(false) => Observation::NotCarriedOut,
            None => Observation::Inconclusive,
        }
    }

    fn of_claim(&self, entry: &AuditEntry) -> Observation {
        let found = serial(entry).and_then(|serial| self.by_serial.get(&serial.key()));
        let Some(found) = found else { return Observation::Inconclusive };
        match found.iter().find(|token| is_assigned_to(token, person(entry).as_ref())) {
            None => Observation::NotCarriedOut,
            Some(token) if token.status == TokenStatus::Activated => Observation::CarriedOut,
            Some(_) => Observation::AssignedOnly,
        }
    }

    fn of_token(&self, entry: &AuditEntry) -> Option<bool> {
        let id = token(entry)?;
        let user = person(entry);
        let of_user =
            user.as_ref().and_then(|user| self.by_user.get(user)?.iter().find(|token| token.id == id));
        let in_inventory = self.by_id.get(&id)?.as_ref();
        // A list that Microsoft refused to show proves nothing about a token that the inventory does not show either.
        if in_inventory.is_none() && user.as_ref().is_some_and(|user| !self.by_user.contains_key(user)) {
            return None;
        }
        let token = in_inventory.or(of_user);
        let is_assigned = |token: &Token| is_assigned_to(token, user.as_ref());
        Some(match (entry.action, token) {
            (AuditAction::Delete, token) => token.is_none(),
            (AuditAction::Unassign, token) => !token.is_some_and(is_assigned),
            (_, None) => return None,
            (AuditAction::Assign, Some(token)) => is_assigned(token),
            (
                AuditAction::Activate
                | AuditAction::AssignAndActivate
                | AuditAction::OwnActivate
                | AuditAction::OwnRefresh,
                Some(token),
            ) => is_assigned(token) && token.status == TokenStatus::Activated,
            (AuditAction::Deactivate, Some(token)) => {
                is_assigned(token) && token.status != TokenStatus::Activated
            }
            (AuditAction::Rename, Some(token)) => {
                describe_name(Some(token.name.clone().unwrap_or_default())) == entry.after
            }
            (AuditAction::SetHash, Some(token)) => {
                token.hash.is_some_and(|hash| hash.to_string() == entry.after)
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use token_core::audit::{EntryStatus, PersonRef, TokenRef};

    use super::*;
    use crate::actor::ActorContext;

    const TOKEN: &str = "00000000-0000-4000-8000-000000000001";
    const USER: &str = "00000000-0000-4000-8000-000000000901";

    #[test]
    fn a_list_that_was_refused_does_not_prove_that_a_token_is_gone() {
        let mut entry = ActorContext::program("tenant").entry(AuditAction::Unassign, EntryStatus::Unknown, 0);
        entry.token = Some(TokenRef { id: Some(TOKEN.to_owned()), ..TokenRef::default() });
        entry.person = Some(PersonRef { id: Some(USER.to_owned()), ..PersonRef::default() });
        let hidden = HashMap::from([(TokenId::parse(TOKEN).unwrap(), None)]);
        let mut read = TokensRead { by_id: hidden, ..TokensRead::default() };
        assert_eq!(read.observe(&entry), Observation::Inconclusive);
        read.by_user.insert(UserId::parse(USER).unwrap(), Vec::new());
        assert_eq!(read.observe(&entry), Observation::CarriedOut);
    }
}
