//! The trail, as the rest of the server writes and reads it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use app::api::{services::SharedDirectory, tenant::boot_info::DeploymentMode};
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, RunRows, TokenRef},
    error::ServiceError,
    token::{Token, TokenId},
};
use tokio::{
    sync::{OwnedRwLockReadGuard, RwLock},
    task::AbortHandle,
    time::timeout,
};

use super::{
    actor::ActorContext,
    denial_throttle::DenialThrottle,
    directory::AuditedDirectory,
    name_cache::NameCache,
    row::Row,
    siem::Siem,
    store::{Store, StoreError, StoreLocation},
    write_result::WriteResult,
    writer::Writer,
};
use crate::{active_tenant::Connection, clock};

/// How old an operation without an outcome is before nobody is at it any more, whichever program began it: another instance of
/// the server, or a command on the same file.
const ABANDONED_AFTER: Duration = Duration::from_secs(15 * 60);
/// How long the end of the program waits for lines on their way to standard output.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// The trail.
pub struct AuditLog {
    pub(super) store: Arc<Store>,
    pub(super) writer: Writer,
    siem: Siem,
    pub(super) names: NameCache,
    pub(super) denial_throttle: DenialThrottle,
    pub(super) retention: Option<Duration>,
    /// The newest entry when this program opened the store.
    newest_at_open: i64,
    /// Operations that this program has begun; those that have ended go when it next looks for operations left behind.
    pub(super) own_intents: Mutex<HashSet<i64>>,
    /// Looks for operations left behind in the tenant of the moment.
    reconcile_task: Mutex<Option<AbortHandle>>,
    /// Shared by what is under way.
    tracked: Arc<RwLock<()>>,
}

impl AuditLog {
    /// Opens a store, and begins to write.
    ///
    /// # Errors
    /// When it cannot be opened, created or migrated.
    pub async fn open(
        at: &StoreLocation,
        siem: Siem,
        retention: Option<Duration>,
    ) -> Result<Arc<Self>, StoreError> {
        let store = Arc::new(Store::open(at).await?);
        let newest_at_open = store.chain_end().await?.number;
        let writer = Writer::start(Arc::clone(&store), siem.clone());
        Ok(Arc::new(Self {
            store,
            writer,
            siem,
            names: NameCache::default(),
            denial_throttle: DenialThrottle::default(),
            retention,
            newest_at_open,
            own_intents: Mutex::default(),
            reconcile_task: Mutex::default(),
            tracked: Arc::default(),
        }))
    }

    /// Stores entries, all or none, and answers their numbers once they are on the disk.
    ///
    /// # Errors
    /// When the store cannot be written: then nothing may be done that they announce.
    pub async fn append(&self, entries: Vec<AuditEntry>) -> Result<Vec<u64>, ServiceError> {
        let rows: Vec<Row> = entries.into_iter().map(Row::of).collect();
        let intents: Vec<bool> = rows.iter().map(Row::is_intent).collect();
        let numbers = self.writer.append(rows).await?;
        // Nobody else writes to a store in memory.
        if self.store.is_persistent() {
            let own = numbers.iter().zip(intents).filter(|(_, is_intent)| *is_intent);
            lock(&self.own_intents).extend(own.map(|(number, _)| *number));
        }
        Ok(numbers.into_iter().map(|number| u64::try_from(number).unwrap_or_default()).collect())
    }

    /// Stores entries as soon as it can: what has happened already, and what nobody need wait for.
    pub fn append_later(&self, entries: Vec<AuditEntry>) {
        if !entries.is_empty() {
            self.writer.append_later(entries.into_iter().map(Row::of).collect());
        }
    }

    /// Notes that the program has started, and how.
    pub fn record_start(&self, connection: &Connection) {
        let Connection { mode, settings, delegated, .. } = connection;
        let managed = match mode {
            DeploymentMode::Practice => "the practice tenant".to_owned(),
            DeploymentMode::Local | DeploymentMode::Organisation => format!("tenant {}", settings.tenant_id),
        };
        let acting = if *delegated { "each administrator" } else { "the app" };
        let kept = self.retention.map(|span| format!(" for {} days", span.as_secs() / 86_400));
        let kept = format!("{}{}", self.store.description(), kept.unwrap_or_default());
        self.append_later(vec![AuditEntry {
            after: format!("manages {managed} as {acting}; audit trail kept {kept}"),
            ..ActorContext::program(&settings.tenant_id).entry(AuditAction::Start, EntryStatus::Done)
        }]);
    }

    /// Tokens passed by: from now on the trail can name them.
    pub fn remember_tokens(&self, tokens: &[Token]) {
        self.names.remember_tokens(tokens);
    }

    /// How the trail names a token.
    pub fn token(&self, id: &TokenId) -> TokenRef {
        self.names.token(id)
    }

    /// Looks after the trail in the background: operations that were left open, and entries that are too old.
    pub fn start_maintenance(self: &Arc<Self>, connection: &Connection) {
        let tenant = &connection.settings.tenant_id;
        if self.store.is_persistent() {
            let task = tokio::spawn(
                Arc::clone(self).reconcile_periodically(tenant.clone(), connection.directory.clone()),
            );
            let before = lock(&self.reconcile_task).replace(task.abort_handle());
            before.inspect(AbortHandle::abort);
        }
        tokio::spawn(Arc::clone(self).purge_daily(tenant.clone()));
    }

    /// Looks no more for operations left behind in the tenant: its credentials are forgotten.
    pub fn stop_maintenance(&self) {
        lock(&self.reconcile_task).take().inspect(AbortHandle::abort);
    }

    /// Returns when everything that was noted so far is stored, or could not be.
    pub async fn flush(&self) {
        // Why it could not be stored stands in the log and in the status.
        _ = self.writer.append(Vec::new()).await;
    }

    /// Does something that is recorded before and after. `entry` says what.
    ///
    /// # Errors
    /// When it fails; and when it could not be recorded, and so was not begun.
    pub async fn record_operation<T>(
        &self,
        entry: AuditEntry,
        operation: impl Future<Output = Result<T, ServiceError>>,
    ) -> Result<T, ServiceError> {
        self.record_operation_as(entry, operation, |answer| match answer {
            Ok(_) => WriteResult::done(),
            Err(error) => WriteResult::of_error(error),
        })
        .await
    }

    /// The same, where an answer may be a refusal too: `to_result` says how it ended.
    ///
    /// # Errors
    /// When it fails; and when it could not be recorded, and so was not begun.
    pub async fn record_operation_as<T>(
        &self,
        entry: AuditEntry,
        operation: impl Future<Output = Result<T, ServiceError>>,
        to_result: impl FnOnce(&Result<T, ServiceError>) -> WriteResult,
    ) -> Result<T, ServiceError> {
        let intent = AuditEntry { result: EntryStatus::Open, ..entry };
        let number = self.append(vec![intent.clone()]).await?.first().copied();
        let started = Instant::now();
        let answer = operation.await;
        let write_result = to_result(&answer);
        self.append_later(vec![AuditEntry {
            intent: number,
            at_ms: clock::now_ms(),
            result: write_result.status,
            reason: write_result.reason,
            request_id: write_result.request_id,
            duration_ms: u64::try_from(started.elapsed().as_millis()).ok(),
            ..intent
        }]);
        answer
    }

    /// The same directory, with every write recorded.
    pub fn audited(
        self: &Arc<Self>,
        inner: SharedDirectory,
        actor: ActorContext,
        run: Option<RunRows>,
    ) -> SharedDirectory {
        Arc::new(AuditedDirectory::new(inner, Arc::clone(self), actor, run))
    }

    /// Whether nobody is at this open operation any more: its program has ended.
    pub(super) fn is_abandoned(&self, intent: &Row) -> bool {
        if !self.store.is_persistent() {
            return false;
        }
        let age = i64::try_from(clock::now_ms()).unwrap_or(i64::MAX).saturating_sub(intent.at_ms);
        let is_old = u128::try_from(age).is_ok_and(|age| age > ABANDONED_AFTER.as_millis())
            && !lock(&self.own_intents).contains(&intent.number);
        // A store of one's own: what is older than this program was not begun by it.
        is_old || (!self.store.is_shared() && intent.number <= self.newest_at_open)
    }

    /// Where it is kept.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Held by what goes on when nobody waits for its answer any more: the end of the program waits for it.
    pub async fn track(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.tracked).read_owned().await
    }

    /// Waits for what is under way, stores what waits, and lets go of the store.
    pub async fn close(&self) {
        drop(self.tracked.write().await);
        self.flush().await;
        self.store.close().await;
        // A reader that stalls does not keep the program from ending.
        _ = timeout(FLUSH_TIMEOUT, self.siem.flush()).await;
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
