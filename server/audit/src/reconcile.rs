//! Determines the outcomes of abandoned operations, whose program ended before Microsoft's answer, by reading the tenant.

use std::{collections::HashSet, sync::Arc, time::Duration};

use token_core::{
    audit::{AuditEntry, EntryStatus},
    error::ServiceError,
    ports::{MAX_ITEMS, SharedDirectory},
};

use super::{
    AuditLog,
    database::DatabaseError,
    observation::{Observation, TokensRead},
    row::Row,
    sync::lock,
};

/// How long Microsoft may not yet show a write: until then, a change that does not show proves nothing.
const PROPAGATION_DELAY: Duration = Duration::from_secs(60);
/// The pause after the first pass, and after each further one.
const RETRY_DELAYS: [Duration; 2] = [Duration::from_secs(65), Duration::from_secs(15 * 60)];

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
            let read = TokensRead::of(directory, chunk).await?;
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
                        "the token is assigned to the user and not activated; unassign it if it is not theirs",
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
