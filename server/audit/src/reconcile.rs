//! Determines the outcomes of abandoned operations, whose program ended before Microsoft's answer, by reading the tenant.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus},
    error::ServiceError,
    ports::{MAX_ITEMS, SharedDirectory},
    token::{SerialNumber, Token, TokenId, TokenStatus},
    user::UserId,
};

use super::{AuditLog, database::DatabaseError, directory::describe_name, row::Row, sync::lock};

/// How long Microsoft may not yet show a write: until then, a change that does not show proves nothing.
const PROPAGATION_DELAY: Duration = Duration::from_secs(60);
/// The pause after the first pass, and after each further one.
const RETRY_DELAYS: [Duration; 2] = [Duration::from_secs(65), Duration::from_secs(15 * 60)];

/// What reading the tenant shows of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Observation {
    /// It was carried out.
    CarriedOut,
    /// A claim assigned its token without activating it, and its program ended before it could unassign the token.
    AssignedOnly,
    /// It was not carried out, or has been undone since.
    NotCarriedOut,
    /// Reading does not show it.
    Inconclusive,
}

impl AuditLog {
    /// Reconciles abandoned operations from time to time. Runs in the background.
    pub async fn reconcile_periodically(self: Arc<Self>, tenant: String, directory: SharedDirectory) {
        let mut pauses = RETRY_DELAYS.into_iter();
        let mut pause = RETRY_DELAYS[0];
        loop {
            if let Err(error) = self.reconcile(&tenant, &directory, PROPAGATION_DELAY).await {
                tracing::warn!("abandoned operations cannot be reconciled: {error}");
            }
            // Other instances of the server, and commands, may abandon operations later.
            pause = pauses.next().unwrap_or(pause);
            tokio::time::sleep(pause).await;
        }
    }

    /// One pass; returns how many operations of this tenant are still without an outcome. A change that does not show counts
    /// as not carried out when it is older than `propagation_delay`.
    ///
    /// # Errors
    /// When Microsoft or the store cannot be read.
    pub async fn reconcile(
        &self,
        tenant: &str,
        directory: &SharedDirectory,
        propagation_delay: Duration,
    ) -> Result<usize, ServiceError> {
        let intents: Vec<AuditEntry> = self.abandoned_intents(tenant).await?;
        let mut open = intents.len();
        for chunk in intents.chunks(MAX_ITEMS) {
            let read = read_tokens(directory, chunk).await?;
            let now = self.now_ms();
            let is_propagated = |entry: &AuditEntry| {
                u128::from(now.saturating_sub(entry.at_ms)) >= propagation_delay.as_millis()
            };
            let outcomes: Vec<AuditEntry> = chunk
                .iter()
                .filter_map(|entry| match read.observe(entry) {
                    Observation::CarriedOut => Some(outcome(entry, now, EntryStatus::Done, "it was carried out")),
                    Observation::AssignedOnly => Some(outcome(
                        entry,
                        now,
                        EntryStatus::NotDone,
                        "the token is assigned to the person and not activated; unassign it if it is not theirs",
                    )),
                    Observation::NotCarriedOut if is_propagated(entry) => Some(outcome(
                        entry,
                        now,
                        EntryStatus::NotDone,
                        "it was not carried out, or has been undone since",
                    )),
                    Observation::NotCarriedOut | Observation::Inconclusive => None,
                })
                .collect();
            open -= outcomes.len();
            self.append(outcomes).await?;
        }
        Ok(open)
    }

    async fn abandoned_intents(&self, tenant: &str) -> Result<Vec<AuditEntry>, DatabaseError> {
        // Outcomes that this program knows but has not stored yet take precedence over what reading shows.
        self.writer.append(Vec::new()).await?;
        let known = lock(&self.own_intents).clone();
        let open = self.store.open_intents().await?;
        let numbers: HashSet<i64> = open.iter().map(|row| row.number).collect();
        lock(&self.own_intents).retain(|number| numbers.contains(number) || !known.contains(number));
        let is_ours = |row: &Row| self.is_abandoned(row) && row.tenant == tenant;
        let open = open.into_iter().filter(is_ours).filter_map(Row::entry);
        Ok(open.filter(|entry| entry.action.is_write()).collect())
    }
}

fn outcome(intent: &AuditEntry, at_ms: u64, result: EntryStatus, what: &str) -> AuditEntry {
    AuditEntry {
        intent: Some(intent.number),
        at_ms,
        result,
        reason: format!("Token Inventory had ended before the answer came. Reading Microsoft shows: {what}."),
        ..intent.clone()
    }
}

/// The tokens of abandoned operations, as read from the tenant.
#[derive(Default)]
struct TokensRead {
    by_id: HashMap<TokenId, Option<Token>>,
    by_serial: HashMap<String, Vec<Token>>,
    /// Tokens of people, which the inventory may not list.
    by_user: HashMap<UserId, Vec<Token>>,
}

async fn read_tokens(
    directory: &SharedDirectory,
    entries: &[AuditEntry],
) -> Result<TokensRead, ServiceError> {
    let mut read = TokensRead::default();
    let created =
        entries.iter().filter(|entry| matches!(entry.action, AuditAction::Create | AuditAction::Claim));
    let serials: Vec<SerialNumber> = created.filter_map(serial).collect();
    if !serials.is_empty() {
        let found = directory.tokens_by_serial(serials.clone()).await?;
        let known = serials.iter().zip(found).filter_map(|(serial, found)| Some((serial.key(), found.ok()?)));
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
        let found = directory.tokens_of_users(people.clone()).await?;
        read.by_user.extend(people.into_iter().zip(found));
    }
    Ok(read)
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
    fn observe(&self, entry: &AuditEntry) -> Observation {
        let is_carried_out = match entry.action {
            AuditAction::Create => {
                serial(entry).and_then(|serial| Some(!self.by_serial.get(&serial.key())?.is_empty()))
            }
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
        let token = self.by_id.get(&id)?.as_ref().or(of_user);
        let is_assigned = |token: &Token| is_assigned_to(token, user.as_ref());
        Some(match (entry.action, token) {
            (AuditAction::Delete, token) => token.is_none(),
            (AuditAction::Unassign, token) => !token.is_some_and(is_assigned),
            (_, None) => return None,
            (AuditAction::Assign, Some(token)) => is_assigned(token),
            (
                AuditAction::Activate | AuditAction::AssignAndActivate | AuditAction::OwnActivate,
                Some(token),
            ) => is_assigned(token) && token.status == TokenStatus::Activated,
            (AuditAction::Deactivate, Some(token)) => {
                is_assigned(token) && token.status != TokenStatus::Activated
            }
            (AuditAction::Rename, Some(token)) => {
                describe_name(Some(token.name.clone().unwrap_or_default())) == entry.after
            }
            _ => return None,
        })
    }
}
