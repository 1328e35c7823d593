//! The one task that writes. What somebody waits for goes first, all of it in one transaction; what nobody waits for is
//! written in the time that Microsoft takes to answer.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};

use super::{
    row::Row,
    siem::Siem,
    store::{Appended, Store, StoreError},
};

/// Rows in one transaction, unless they are waited for. When so many are owed, nothing goes before them.
const MAX_BATCH: usize = 2_000;
/// Rows that nobody waits for are written by so many, so that whoever comes to wait does not wait long.
const SMALL_BATCH: usize = 40;
/// How soon outcomes that could not be stored are tried again.
const RETRY_DELAY: Duration = Duration::from_secs(5);
/// How long rows that nobody waits for wait for company, and let others go first.
const BATCH_DELAY: Duration = Duration::from_millis(50);
/// Outcomes that are kept while the store cannot be written. Their intents stay open beyond that, and reading tells.
const MAX_DEFERRED: usize = 20_000;

/// Numbers of the rows in their order, or why none was stored.
type AppendReply = Result<Vec<i64>, StoreError>;

/// Rows that belong together.
struct AppendRequest {
    rows: Vec<Row>,
    /// Who waits until they are stored.
    reply: Option<oneshot::Sender<AppendReply>>,
}

/// Hands rows to the task.
#[derive(Clone)]
pub struct Writer {
    requests: mpsc::UnboundedSender<AppendRequest>,
    last_error: Arc<Mutex<Option<StoreError>>>,
}

impl Writer {
    /// Starts the task; it ends when the last `Writer` is gone.
    pub fn start(store: Arc<Store>, siem: Siem) -> Self {
        let (requests, inbox) = mpsc::unbounded_channel();
        let last_error = Arc::new(Mutex::new(None));
        let task = WriterTask {
            store,
            siem,
            inbox,
            awaited: Vec::new(),
            deferred: VecDeque::new(),
            due: Instant::now(),
            flush_waiters: Vec::new(),
            last_error: Arc::clone(&last_error),
        };
        tokio::spawn(task.run());
        Self { requests, last_error }
    }

    /// Stores rows, all or none, and answers their numbers once they are on the disk.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn append(&self, rows: Vec<Row>) -> AppendReply {
        let (reply, answer) = oneshot::channel();
        let closed = || StoreError("the program is ending.".to_owned());
        self.requests.send(AppendRequest { rows, reply: Some(reply) }).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Stores rows as soon as it can. Nobody waits; what cannot be stored now is tried again.
    pub fn append_later(&self, rows: Vec<Row>) {
        if self.requests.send(AppendRequest { rows, reply: None }).is_err() {
            tracing::error!("audit entries came too late to be stored: the program is ending");
        }
    }

    /// Why the last attempt to write failed, if it did.
    pub fn last_error(&self) -> Option<StoreError> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct WriterTask {
    store: Arc<Store>,
    siem: Siem,
    inbox: mpsc::UnboundedReceiver<AppendRequest>,
    /// Rows that somebody waits for, most often to ask Microsoft: they go first.
    awaited: Vec<(Vec<Row>, oneshot::Sender<AppendReply>)>,
    /// Rows that nobody waits for, in their order; also those that could not be stored so far.
    deferred: VecDeque<Row>,
    /// When the owed rows are to be written, unless somebody asks before.
    due: Instant,
    /// Who wants to hear that nothing is owed any more.
    flush_waiters: Vec<oneshot::Sender<AppendReply>>,
    last_error: Arc<Mutex<Option<StoreError>>>,
}

impl WriterTask {
    async fn run(mut self) {
        while self.wait_for_work().await {
            // After a failure order comes before speed: nothing new is begun while what has happened cannot be stored.
            if self.is_failing() && !self.write_all_deferred().await {
                self.fail_awaited();
                continue;
            }
            if !self.awaited.is_empty() {
                self.write_awaited().await;
                if self.flush_waiters.is_empty() && self.deferred.len() < MAX_BATCH {
                    continue;
                }
            }
            self.write_deferred().await;
        }
        self.write_all_deferred().await;
    }

    /// Tells whether nothing is owed any more.
    async fn write_all_deferred(&mut self) -> bool {
        while !self.deferred.is_empty() {
            if !self.write_deferred().await {
                return false;
            }
        }
        true
    }

    fn fail_awaited(&mut self) {
        let Some(last_error) = self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone() else {
            return;
        };
        for (_, reply) in self.awaited.drain(..) {
            // Whoever has gone needs no answer.
            _ = reply.send(Err(last_error.clone()));
        }
    }

    /// Waits until something is to be written; `false` once nothing more can come.
    async fn wait_for_work(&mut self) -> bool {
        loop {
            while let Ok(request) = self.inbox.try_recv() {
                self.accept(request);
            }
            let has_waiters = !self.awaited.is_empty() || !self.flush_waiters.is_empty();
            if has_waiters || self.is_due() {
                return true;
            }
            let next = if self.deferred.is_empty() {
                self.inbox.recv().await
            } else {
                let Ok(next) = timeout_at(self.due, self.inbox.recv()).await else { return true };
                next
            };
            let Some(request) = next else { return false };
            self.accept(request);
        }
    }

    fn is_due(&self) -> bool {
        !self.deferred.is_empty() && Instant::now() >= self.due
    }

    fn accept(&mut self, request: AppendRequest) {
        match request.reply {
            Some(reply) if request.rows.is_empty() => self.flush_waiters.push(reply),
            Some(reply) => self.awaited.push((request.rows, reply)),
            None => self.defer(request.rows),
        }
    }

    fn defer(&mut self, rows: Vec<Row>) {
        if self.deferred.is_empty() {
            self.due = Instant::now() + BATCH_DELAY;
        }
        let room =
            if self.is_failing() { MAX_DEFERRED.saturating_sub(self.deferred.len()) } else { usize::MAX };
        if rows.len() > room {
            tracing::error!("outcomes are lost to the audit trail; their operations stay open there");
        }
        self.deferred.extend(rows.into_iter().take(room));
    }

    /// Everything that is waited for, in one transaction.
    async fn write_awaited(&mut self) {
        let (rows, waiting): (Vec<Vec<Row>>, Vec<_>) = self.awaited.drain(..).unzip();
        let counts: Vec<usize> = rows.iter().map(Vec::len).collect();
        let stored = self.append(rows.into_iter().flatten().collect()).await;
        let mut stored = stored.map(|rows| rows.into_iter().map(|row| row.map_or(0, |row| row.number)));
        for (count, reply) in counts.into_iter().zip(waiting) {
            let own = match &mut stored {
                Ok(numbers) => Ok(numbers.by_ref().take(count).collect()),
                Err(error) => Err(error.clone()),
            };
            // Whoever has gone needs no answer.
            _ = reply.send(own);
        }
    }

    /// Some of what is owed, and more when somebody asks. Tells whether it could be stored.
    async fn write_deferred(&mut self) -> bool {
        let is_urgent =
            !self.flush_waiters.is_empty() || self.deferred.len() >= MAX_BATCH || self.is_failing();
        let most = if is_urgent { MAX_BATCH } else { SMALL_BATCH };
        let rows: Vec<Row> = self.deferred.iter().take(most).cloned().collect();
        let count = rows.len();
        let stored = self.append(rows).await;
        match &stored {
            Ok(_) => _ = self.deferred.drain(..count),
            Err(_) => self.due = Instant::now() + RETRY_DELAY,
        }
        if self.deferred.is_empty() || stored.is_err() {
            let answer = stored.as_ref().map(|_| Vec::new()).map_err(Clone::clone);
            for waiter in self.flush_waiters.drain(..) {
                _ = waiter.send(answer.clone());
            }
        }
        stored.is_ok()
    }

    async fn append(&mut self, rows: Vec<Row>) -> Result<Appended, StoreError> {
        if rows.is_empty() {
            return Ok(Appended::new());
        }
        let stored = self.store.append(rows).await;
        match &stored {
            Ok(appended) => appended.iter().flatten().for_each(|row| self.siem.write(row)),
            Err(error) => tracing::error!(%error, "the audit trail cannot be written"),
        }
        self.set_last_error(stored.as_ref().err().cloned());
        stored
    }

    fn is_failing(&self) -> bool {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn set_last_error(&self, last_error: Option<StoreError>) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = last_error;
    }
}
