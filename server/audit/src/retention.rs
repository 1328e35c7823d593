//! Purges old entries, if a retention is set. A checkpoint entry records the last purged entry and its hash beforehand, so
//! that the rest of the chain can still be verified.

use std::{sync::Arc, time::Duration};

use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus},
    error::ServiceError,
};

use super::{ActorContext, AuditLog, chain::hex};

/// How often old entries are looked for.
const PURGE_INTERVAL: Duration = Duration::from_hours(24);

impl AuditLog {
    /// Purges old entries now and once a day, if a retention is set. Runs in the background.
    pub async fn purge_daily(self: Arc<Self>, tenant: String) {
        let Some(span) = self.retention else { return };
        loop {
            let cutoff = u128::from(self.now_ms()).saturating_sub(span.as_millis());
            let actor = ActorContext::program(&tenant);
            if let Err(error) = self.purge(&actor, u64::try_from(cutoff).unwrap_or_default()).await {
                tracing::error!("old audit entries cannot be removed: {error}");
            }
            tokio::time::sleep(PURGE_INTERVAL).await;
        }
    }

    /// Purges the entries before the first that was made at or after this moment; returns the number of the last purged
    /// entry, if any.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn purge(&self, actor: &ActorContext, cutoff_ms: u64) -> Result<Option<u64>, ServiceError> {
        self.flush().await;
        let cutoff = i64::try_from(cutoff_ms).unwrap_or(i64::MAX);
        let Some((last, hash)) = self.store.purgeable(cutoff).await? else { return Ok(None) };
        // Otherwise each attempt would record a removal that does not happen.
        if !self.store.may_purge().await? {
            return Err(ServiceError::AuditUnavailable {
                message: "this database user may not delete entries. Leave AUDIT_RETENTION unset here, and run `token-inventory audit \
                          purge` as the owner of the tables."
                    .to_owned(),
            });
        }
        // The tree of the entries outlives them.
        self.store.keep_leaves(last).await?;
        let checkpoint = AuditEntry {
            before: format!("entries up to {last}"),
            after: format!("removed; the last of them had the hash {}", hex(&hash)),
            ..actor.entry(AuditAction::Retention, EntryStatus::Done, self.now_ms())
        };
        self.append(vec![checkpoint]).await?;
        self.store.purge(last).await?;
        Ok(u64::try_from(last).ok())
    }
}
