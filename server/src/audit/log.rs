//! The interface by which the rest of the server writes and reads the audit log.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use app::api::tenant::boot_info::DeploymentMode;
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, RunRows, TokenRef},
    error::ServiceError,
    ports::SharedDirectory,
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

/// The age at which an operation without an outcome counts as abandoned, when another program began it: another instance of
/// the server, or a command on the same file.
const ABANDONED_AFTER: Duration = Duration::from_secs(15 * 60);
/// How long a shutdown waits for queued lines to reach standard output.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// An audit log: a store and its writer task.
pub struct AuditLog {
    pub(super) store: Arc<Store>,
    pub(super) writer: Writer,
    siem: Siem,
    pub(super) names: NameCache,
    pub(super) denial_throttle: DenialThrottle,
    pub(super) retention: Option<Duration>,
    /// Number of the newest entry when this program opened the store.
    newest_at_open: i64,
    /// Intents of this program; closed ones are removed when it next looks for abandoned operations.
    pub(super) own_intents: Mutex<HashSet<i64>>,
    /// The task that reconciles the current tenant's abandoned operations.
    reconcile_task: Mutex<Option<AbortHandle>>,
    /// Held for reading by each operation in progress.
    tracked: Arc<RwLock<()>>,
}

impl AuditLog {
    /// Opens a store and starts its writer task.
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

    /// Stores entries, all or none, and returns their numbers once they are on disk.
    ///
    /// # Errors
    /// When the store cannot be written: then the operations of its intents must not be begun.
    pub async fn append(&self, entries: Vec<AuditEntry>) -> Result<Vec<u64>, ServiceError> {
        let rows: Vec<Row> = entries.into_iter().map(Row::of).collect();
        let intents: Vec<bool> = rows.iter().map(Row::is_intent).collect();
        let numbers = self.writer.append(rows).await?;
        // No other program writes to a store in memory.
        if self.store.is_persistent() {
            let own = numbers.iter().zip(intents).filter(|(_, is_intent)| *is_intent);
            lock(&self.own_intents).extend(own.map(|(number, _)| *number));
        }
        Ok(numbers.into_iter().map(|number| u64::try_from(number).unwrap_or_default()).collect())
    }

    /// Queues entries to be stored: of what has happened already, and where the caller need not wait.
    pub fn append_later(&self, entries: Vec<AuditEntry>) {
        if !entries.is_empty() {
            self.writer.append_later(entries.into_iter().map(Row::of).collect());
        }
    }

    /// Records that the program has started, and with which settings.
    pub fn record_start(&self, connection: &Connection) {
        let Connection { mode, settings, delegated, .. } = connection;
        let managed = match mode {
            DeploymentMode::Practice => "the practice tenant".to_owned(),
            DeploymentMode::Local | DeploymentMode::Organisation => format!("tenant {}", settings.tenant_id),
        };
        let acting = if *delegated { "each administrator" } else { "the app" };
        let days = self.retention.map(|span| format!(" for {} days", span.as_secs() / 86_400));
        let kept = format!("{}{}", self.store.description(), days.unwrap_or_default());
        self.append_later(vec![AuditEntry {
            after: format!("manages {managed} as {acting}; audit trail kept {kept}"),
            ..ActorContext::program(&settings.tenant_id).entry(AuditAction::Start, EntryStatus::Done)
        }]);
    }

    /// Adds tokens to the name cache.
    pub fn remember_tokens(&self, tokens: &[Token]) {
        self.names.remember_tokens(tokens);
    }

    /// How entries name a token.
    pub fn token(&self, id: &TokenId) -> TokenRef {
        self.names.token(id)
    }

    /// Starts the background tasks: reconciling abandoned operations, and purging old entries.
    pub fn start_maintenance(self: &Arc<Self>, connection: &Connection) {
        let tenant = &connection.settings.tenant_id;
        if self.store.is_persistent() {
            let task = tokio::spawn(
                Arc::clone(self).reconcile_periodically(tenant.clone(), connection.directory.clone()),
            );
            let previous = lock(&self.reconcile_task).replace(task.abort_handle());
            previous.inspect(AbortHandle::abort);
        }
        tokio::spawn(Arc::clone(self).purge_daily(tenant.clone()));
    }

    /// Stops looking for abandoned operations in the tenant, whose credentials have been deleted.
    pub fn stop_maintenance(&self) {
        lock(&self.reconcile_task).take().inspect(AbortHandle::abort);
    }

    /// Returns when all queued entries are stored or have failed to be.
    pub async fn flush(&self) {
        // The writer logs an error, and the status shows it.
        _ = self.writer.append(Vec::new()).await;
    }

    /// Runs an operation and records it before and after; `entry` describes it.
    ///
    /// # Errors
    /// When it fails, or was not begun because it could not be recorded.
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

    /// The same for operations whose answer may be a refusal: `to_result` derives the result from the answer.
    ///
    /// # Errors
    /// When it fails, or was not begun because it could not be recorded.
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

    /// Wraps a directory so that its writes are recorded.
    pub fn audited(
        self: &Arc<Self>,
        inner: SharedDirectory,
        actor: ActorContext,
        run: Option<RunRows>,
    ) -> SharedDirectory {
        Arc::new(AuditedDirectory::new(inner, Arc::clone(self), actor, run))
    }

    /// Whether the program that began this open operation has ended.
    pub(super) fn is_abandoned(&self, intent: &Row) -> bool {
        if !self.store.is_persistent() {
            return false;
        }
        let age = i64::try_from(clock::now_ms()).unwrap_or(i64::MAX).saturating_sub(intent.at_ms);
        let is_old = u128::try_from(age).is_ok_and(|age| age > ABANDONED_AFTER.as_millis())
            && !lock(&self.own_intents).contains(&intent.number);
        // In a store that is not shared, intents from before this program opened it are of a program that has ended.
        is_old || (!self.store.is_shared() && intent.number <= self.newest_at_open)
    }

    /// The store.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// A guard for an operation that goes on when its request is dropped: `close` waits until all guards are released.
    pub async fn track(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.tracked).read_owned().await
    }

    /// Waits for operations in progress, stores queued entries, and closes the store.
    pub async fn close(&self) {
        drop(self.tracked.write().await);
        self.flush().await;
        self.store.close().await;
        // A stalled reader of standard output does not block the shutdown.
        _ = timeout(FLUSH_TIMEOUT, self.siem.flush()).await;
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
