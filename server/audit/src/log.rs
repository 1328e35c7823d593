//! The interface by which the rest of the server writes and reads the audit log.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, ExportKind, PersonRef, RunId, RunRow, TokenRef},
    drift::proof::ProofRecord,
    error::ServiceError,
    ports::SharedDirectory,
    token::{Token, TokenId},
    user::UserId,
};
use tokio::{sync::watch, task::AbortHandle, time::timeout};

use super::{
    actor::ActorContext,
    database::{Database, DatabaseError, DatabaseLocation},
    denial_throttle::{DenialThrottle, WINDOW},
    name_cache::NameCache,
    row::Row,
    siem::Siem,
    store::Store,
    sync::lock,
    write_result::WriteResult,
    writer::Writer,
};

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
    denial_throttle: DenialThrottle,
    pub(super) retention: Option<Duration>,
    /// The server's time.
    now_ms: fn() -> u64,
    /// Number of the newest entry when this program opened the store.
    newest_at_open: i64,
    /// Intents of this program; closed ones are removed when it next looks for abandoned operations.
    pub(super) own_intents: Mutex<HashSet<i64>>,
    /// The task that reconciles the current tenant's abandoned operations.
    reconcile_task: Mutex<Option<AbortHandle>>,
    /// Each operation in progress holds a receiver.
    tracked: watch::Sender<()>,
}

/// The tenant that the program manages, as the entry of its start names it.
#[derive(Debug, Clone, Copy)]
pub struct ManagedTenant<'a> {
    /// The tenant's id.
    pub id: &'a str,
    /// Whether it is the practice tenant.
    pub is_practice: bool,
    /// Whether administrators act with their own rights.
    pub is_delegated: bool,
}

impl AuditLog {
    /// Opens a database and the audit log in it.
    ///
    /// # Errors
    /// When it cannot be opened, created or migrated.
    pub async fn open(
        at: &DatabaseLocation,
        siem: Siem,
        retention: Option<Duration>,
        now_ms: fn() -> u64,
    ) -> Result<Arc<Self>, DatabaseError> {
        Self::on(Database::open(at).await?, siem, retention, now_ms).await
    }

    /// Starts the writer task of the audit log in this database; `now_ms` tells the time in milliseconds since 1970.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn on(
        database: Database,
        siem: Siem,
        retention: Option<Duration>,
        now_ms: fn() -> u64,
    ) -> Result<Arc<Self>, DatabaseError> {
        let store = Arc::new(Store::new(database));
        let newest_at_open = store.chain_end().await?.number;
        let writer = Writer::start(Arc::clone(&store), siem.clone());
        Ok(Arc::new(Self {
            store,
            writer,
            siem,
            names: NameCache::default(),
            denial_throttle: DenialThrottle::default(),
            retention,
            now_ms,
            newest_at_open,
            own_intents: Mutex::default(),
            reconcile_task: Mutex::default(),
            tracked: watch::Sender::default(),
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
        if self.store.database().is_persistent() {
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
    pub fn record_start(&self, tenant: ManagedTenant<'_>) {
        let ManagedTenant { id, is_practice, is_delegated } = tenant;
        let managed = if is_practice { "the practice tenant".to_owned() } else { format!("tenant {id}") };
        let acting = if is_delegated { "each administrator" } else { "the app" };
        let days = self.retention.map(|span| format!(" for {} days", span.as_secs() / 86_400));
        let kept = format!("{}{}", self.store.database().description(), days.unwrap_or_default());
        self.append_later(vec![AuditEntry {
            after: format!("manages {managed} as {acting}; audit trail kept {kept}"),
            ..ActorContext::program(id).entry(AuditAction::Start, EntryStatus::Done, self.now_ms())
        }]);
    }

    /// Records an export of tokens; returns once the entry is stored.
    ///
    /// # Errors
    /// When it cannot be stored: then nothing may be exported.
    pub async fn record_export(
        &self,
        actor: &ActorContext,
        kind: ExportKind,
        count: u32,
    ) -> Result<(), ServiceError> {
        let format = match kind {
            ExportKind::Csv => "CSV",
            ExportKind::Json => "JSON",
        };
        let entry = AuditEntry {
            after: format!("{count} tokens of the inventory as {format}"),
            ..actor.entry(AuditAction::Export, EntryStatus::Done, self.now_ms())
        };
        self.append(vec![entry]).await.map(|_| ())
    }

    /// Records by which sample the delivery of a run was proved, or that it was not; returns once the entry is stored.
    ///
    /// # Errors
    /// When it cannot be stored: then the run must not begin.
    pub async fn record_proof(
        &self,
        actor: &ActorContext,
        run: RunId,
        proof: &ProofRecord,
    ) -> Result<(), ServiceError> {
        let entry = AuditEntry {
            run: Some(RunRow { id: run, row: 0 }),
            after: proof.text(),
            ..actor.entry(AuditAction::Prove, EntryStatus::Done, self.now_ms())
        };
        self.append(vec![entry]).await.map(|_| ())
    }

    /// Records that somebody was denied; throttled.
    pub fn record_denial(self: &Arc<Self>, entry: AuditEntry) {
        let Some(key) = self.denial_throttle.count(&entry) else { return };
        self.append_later(vec![entry.clone()]);
        let audit_log = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(WINDOW).await;
            let more = audit_log.denial_throttle.close(&key);
            if more > 0 {
                let reason = format!("{more} more refusals like this within a minute. {}", entry.reason);
                audit_log.append_later(vec![AuditEntry { at_ms: audit_log.now_ms(), reason, ..entry }]);
            }
        });
    }

    /// Adds tokens to the name cache.
    pub fn remember_tokens(&self, tokens: &[Token]) {
        self.names.remember_tokens(tokens);
    }

    /// How entries name a token.
    pub fn token(&self, id: &TokenId) -> TokenRef {
        self.names.token(id)
    }

    /// How entries name a person.
    pub fn person(&self, id: &UserId) -> PersonRef {
        self.names.person(id)
    }

    /// Starts the background tasks: reconciling abandoned operations, and purging old entries.
    pub fn start_maintenance(self: &Arc<Self>, tenant: &str, directory: SharedDirectory) {
        if self.store.database().is_persistent() {
            let task = tokio::spawn(Arc::clone(self).reconcile_periodically(tenant.to_owned(), directory));
            let previous = lock(&self.reconcile_task).replace(task.abort_handle());
            previous.inspect(AbortHandle::abort);
        }
        tokio::spawn(Arc::clone(self).purge_daily(tenant.to_owned()));
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
            at_ms: self.now_ms(),
            result: write_result.status,
            reason: write_result.reason,
            request_id: write_result.request_id,
            duration_ms: u64::try_from(started.elapsed().as_millis()).ok(),
            ..intent
        }]);
        answer
    }

    /// Whether the program that began this open operation has ended.
    pub(super) fn is_abandoned(&self, intent: &Row) -> bool {
        if !self.store.database().is_persistent() {
            return false;
        }
        let age = i64::try_from(self.now_ms()).unwrap_or(i64::MAX).saturating_sub(intent.at_ms);
        let is_old = u128::try_from(age).is_ok_and(|age| age > ABANDONED_AFTER.as_millis())
            && !lock(&self.own_intents).contains(&intent.number);
        // In a store that is not shared, intents from before this program opened it are of a program that has ended.
        is_old || (!self.store.database().is_shared() && intent.number <= self.newest_at_open)
    }

    /// Milliseconds since 1970.
    pub(super) fn now_ms(&self) -> u64 {
        (self.now_ms)()
    }

    /// The store.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// A guard for an operation that goes on when its request is dropped: `close` waits until all guards are released.
    pub fn track(&self) -> watch::Receiver<()> {
        self.tracked.subscribe()
    }

    /// Waits for operations in progress, stores queued entries, and closes the store.
    pub async fn close(&self) {
        self.tracked.closed().await;
        self.flush().await;
        self.store.database().close().await;
        // A stalled reader of standard output does not block the shutdown.
        _ = timeout(FLUSH_TIMEOUT, self.siem.flush()).await;
    }
}
