//! The task that writes entries. Awaited rows, mostly intents, go first, all in one transaction; deferred rows, mostly
//! outcomes, are written while Microsoft answers.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};

use super::{
    database::DatabaseError,
    merkle::TILE_WIDTH,
    row::Row,
    siem::Siem,
    store::{Appended, Store},
    sync::lock,
};

/// Most deferred rows in one transaction. When so many have accumulated, awaited rows no longer go first.
const MAX_BATCH: usize = 2_000;
/// Deferred rows in a usual transaction, so that a new request does not wait long behind it.
const SMALL_BATCH: usize = 40;
/// The pause before rows that could not be stored are tried again.
const RETRY_DELAY: Duration = Duration::from_secs(5);
/// How long deferred rows wait for further rows, and let awaited rows go first.
const BATCH_DELAY: Duration = Duration::from_millis(50);
/// Most deferred rows while the store cannot be written. Outcomes beyond that are dropped, and their intents stay open.
const MAX_DEFERRED: usize = 20_000;

/// Numbers of the rows in their order, or why none were stored.
type AppendReply = Result<Vec<i64>, DatabaseError>;

/// Rows to be stored together. Without rows, the request waits until no rows are deferred.
struct AppendRequest {
    rows: Vec<Row>,
    /// Where to answer once they are stored; `None` for deferred rows.
    reply: Option<oneshot::Sender<AppendReply>>,
}

/// Sends rows to the task.
#[derive(Clone)]
pub struct Writer {
    requests: mpsc::UnboundedSender<AppendRequest>,
    last_error: Arc<Mutex<Option<DatabaseError>>>,
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

    /// Stores rows, all or none, and returns their numbers once they are on disk.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn append(&self, rows: Vec<Row>) -> AppendReply {
        let (reply, answer) = oneshot::channel();
        let closed = || DatabaseError("the program is ending.".to_owned());
        self.requests.send(AppendRequest { rows, reply: Some(reply) }).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Queues rows to be stored; failures are tried again.
    pub fn append_later(&self, rows: Vec<Row>) {
        if self.requests.send(AppendRequest { rows, reply: None }).is_err() {
            tracing::error!("audit entries are dropped: the program is ending");
        }
    }

    /// The error of the last attempt to write, if it failed.
    pub fn last_error(&self) -> Option<DatabaseError> {
        lock(&self.last_error).clone()
    }
}

struct WriterTask {
    store: Arc<Store>,
    siem: Siem,
    inbox: mpsc::UnboundedReceiver<AppendRequest>,
    /// Rows whose requests await a reply, mostly before asking Microsoft.
    awaited: Vec<(Vec<Row>, oneshot::Sender<AppendReply>)>,
    /// Rows without a waiting request, in their order, including those that could not be stored so far.
    deferred: VecDeque<Row>,
    /// When the deferred rows are to be written, unless a flush is requested before.
    due: Instant,
    /// Requests to be answered when no rows are deferred.
    flush_waiters: Vec<oneshot::Sender<AppendReply>>,
    last_error: Arc<Mutex<Option<DatabaseError>>>,
}

impl WriterTask {
    async fn run(mut self) {
        while self.wait_for_work().await {
            // After a failure deferred rows go first: no new operation is begun while past outcomes cannot be stored.
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

    /// Writes all deferred rows; `false` when one could not be stored.
    async fn write_all_deferred(&mut self) -> bool {
        while !self.deferred.is_empty() {
            if !self.write_deferred().await {
                return false;
            }
        }
        true
    }

    fn fail_awaited(&mut self) {
        let Some(last_error) = lock(&self.last_error).clone() else {
            return;
        };
        for (_, reply) in self.awaited.drain(..) {
            // The caller may have stopped waiting.
            _ = reply.send(Err(last_error.clone()));
        }
    }

    /// Waits until there is something to write; `false` once all senders are gone.
    async fn wait_for_work(&mut self) -> bool {
        loop {
            while let Ok(request) = self.inbox.try_recv() {
                self.accept(request);
            }
            let is_awaited = !self.awaited.is_empty() || !self.flush_waiters.is_empty();
            if is_awaited || self.is_due() {
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
            tracing::error!("outcomes are dropped from the audit trail; their operations stay open there");
        }
        self.deferred.extend(rows.into_iter().take(room));
    }

    /// Writes all awaited rows in one transaction.
    async fn write_awaited(&mut self) {
        let (rows, waiting): (Vec<Vec<Row>>, Vec<_>) = self.awaited.drain(..).unzip();
        let counts: Vec<usize> = rows.iter().map(Vec::len).collect();
        let stored = self.append(rows.into_iter().flatten().collect()).await;
        let mut stored = stored.map(|rows| rows.into_iter().map(|row| row.map_or(0, |row| row.number)));
        for (count, reply) in counts.into_iter().zip(waiting) {
            let answer = match &mut stored {
                Ok(numbers) => Ok(numbers.by_ref().take(count).collect()),
                Err(error) => Err(error.clone()),
            };
            // The caller may have stopped waiting.
            _ = reply.send(answer);
        }
    }

    /// Writes a batch of deferred rows, a larger one when urgent; `false` when it could not be stored.
    async fn write_deferred(&mut self) -> bool {
        let is_urgent =
            !self.flush_waiters.is_empty() || self.deferred.len() >= MAX_BATCH || self.is_failing();
        let size = if is_urgent { MAX_BATCH } else { SMALL_BATCH };
        let rows: Vec<Row> = self.deferred.iter().take(size).cloned().collect();
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

    async fn append(&mut self, rows: Vec<Row>) -> Result<Appended, DatabaseError> {
        if rows.is_empty() {
            return Ok(Appended::new());
        }
        let stored = self.store.append(rows).await;
        match &stored {
            Ok(appended) => {
                appended.iter().flatten().for_each(|row| self.siem.write(row));
                self.grow_tree(appended).await;
            }
            Err(error) => tracing::error!(%error, "the audit trail cannot be written"),
        }
        self.set_last_error(stored.as_ref().err().cloned());
        stored
    }

    /// Stores the tiles that these rows have filled. A failure is no harm: the next call, or a reader, makes up for it.
    async fn grow_tree(&self, appended: &Appended) {
        let fills_a_tile =
            |row: &Row| u64::try_from(row.number).is_ok_and(|number| number.is_multiple_of(TILE_WIDTH));
        if appended.iter().flatten().any(fills_a_tile)
            && let Err(error) = self.store.grow_tree().await
        {
            tracing::warn!(%error, "a tile of the audit trail's tree is not stored yet");
        }
    }

    fn is_failing(&self) -> bool {
        lock(&self.last_error).is_some()
    }

    fn set_last_error(&self, last_error: Option<DatabaseError>) {
        *lock(&self.last_error) = last_error;
    }
}
