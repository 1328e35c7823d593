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
const MOST: usize = 2_000;
/// Rows that nobody waits for are written by so many, so that whoever comes to wait does not wait long.
const SOME: usize = 40;
/// How soon outcomes that could not be stored are tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// How long rows that nobody waits for wait for company, and let others go first.
const LINGER: Duration = Duration::from_millis(50);
/// Outcomes that are kept while the store cannot be written. Their intents stay open beyond that, and reading tells.
const MOST_OWED: usize = 20_000;

/// Numbers of the rows in their order, or why none was stored.
type Reply = Result<Vec<i64>, StoreError>;

/// Rows that belong together.
struct Job {
    rows: Vec<Row>,
    /// Who waits until they are stored.
    reply: Option<oneshot::Sender<Reply>>,
}

/// Hands rows to the task.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::UnboundedSender<Job>,
    problem: Arc<Mutex<Option<StoreError>>>,
}

impl Writer {
    /// Starts the task; it ends when the last `Writer` is gone.
    pub fn start(store: Arc<Store>, siem: Siem) -> Self {
        let (jobs, inbox) = mpsc::unbounded_channel();
        let problem = Arc::new(Mutex::new(None));
        let task = Task {
            store,
            siem,
            inbox,
            awaited: Vec::new(),
            owed: VecDeque::new(),
            due: Instant::now(),
            askers: Vec::new(),
            problem: Arc::clone(&problem),
        };
        tokio::spawn(task.run());
        Self { jobs, problem }
    }

    /// Stores rows, all or none, and answers their numbers once they are on the disk.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn store(&self, rows: Vec<Row>) -> Reply {
        let (reply, answer) = oneshot::channel();
        let ended = || StoreError("the program is ending.".to_owned());
        self.jobs.send(Job { rows, reply: Some(reply) }).map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }

    /// Stores rows as soon as it can. Nobody waits; what cannot be stored now is tried again.
    pub fn store_later(&self, rows: Vec<Row>) {
        if self.jobs.send(Job { rows, reply: None }).is_err() {
            tracing::error!("audit entries came too late to be stored: the program is ending");
        }
    }

    /// Why the last attempt to write failed, if it did.
    pub fn problem(&self) -> Option<StoreError> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Task {
    store: Arc<Store>,
    siem: Siem,
    inbox: mpsc::UnboundedReceiver<Job>,
    /// Rows that somebody waits for, most often to ask Microsoft: they go first.
    awaited: Vec<(Vec<Row>, oneshot::Sender<Reply>)>,
    /// Rows that nobody waits for, in their order; also those that could not be stored so far.
    owed: VecDeque<Row>,
    /// When the owed rows are to be written, unless somebody asks before.
    due: Instant,
    /// Who wants to hear that nothing is owed any more.
    askers: Vec<oneshot::Sender<Reply>>,
    problem: Arc<Mutex<Option<StoreError>>>,
}

impl Task {
    async fn run(mut self) {
        while self.has_work().await {
            // After a failure order comes before speed: nothing new is begun while what has happened cannot be stored.
            if self.is_troubled() && !self.write_all_owed().await {
                self.refuse_awaited();
                continue;
            }
            if !self.awaited.is_empty() {
                self.write_awaited().await;
                if self.askers.is_empty() && self.owed.len() < MOST {
                    continue;
                }
            }
            self.write_owed().await;
        }
        self.write_all_owed().await;
    }

    /// Tells whether nothing is owed any more.
    async fn write_all_owed(&mut self) -> bool {
        while !self.owed.is_empty() {
            if !self.write_owed().await {
                return false;
            }
        }
        true
    }

    fn refuse_awaited(&mut self) {
        let Some(problem) = self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone() else {
            return;
        };
        for (_, reply) in self.awaited.drain(..) {
            // Whoever has gone needs no answer.
            _ = reply.send(Err(problem.clone()));
        }
    }

    /// Waits until something is to be written; `false` once nothing more can come.
    async fn has_work(&mut self) -> bool {
        loop {
            while let Ok(job) = self.inbox.try_recv() {
                self.take(job);
            }
            let is_asked = !self.awaited.is_empty() || !self.askers.is_empty();
            if is_asked || self.is_due() {
                return true;
            }
            let next = if self.owed.is_empty() {
                self.inbox.recv().await
            } else {
                let Ok(next) = timeout_at(self.due, self.inbox.recv()).await else { return true };
                next
            };
            let Some(job) = next else { return false };
            self.take(job);
        }
    }

    fn is_due(&self) -> bool {
        !self.owed.is_empty() && Instant::now() >= self.due
    }

    fn take(&mut self, job: Job) {
        match job.reply {
            Some(reply) if job.rows.is_empty() => self.askers.push(reply),
            Some(reply) => self.awaited.push((job.rows, reply)),
            None => self.owe(job.rows),
        }
    }

    fn owe(&mut self, rows: Vec<Row>) {
        if self.owed.is_empty() {
            self.due = Instant::now() + LINGER;
        }
        let room = if self.is_troubled() { MOST_OWED.saturating_sub(self.owed.len()) } else { usize::MAX };
        if rows.len() > room {
            tracing::error!("outcomes are lost to the audit trail; their operations stay open there");
        }
        self.owed.extend(rows.into_iter().take(room));
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
    async fn write_owed(&mut self) -> bool {
        let is_pressing = !self.askers.is_empty() || self.owed.len() >= MOST || self.is_troubled();
        let most = if is_pressing { MOST } else { SOME };
        let rows: Vec<Row> = self.owed.iter().take(most).cloned().collect();
        let count = rows.len();
        let stored = self.append(rows).await;
        match &stored {
            Ok(_) => _ = self.owed.drain(..count),
            Err(_) => self.due = Instant::now() + AGAIN,
        }
        if self.owed.is_empty() || stored.is_err() {
            let answer = stored.as_ref().map(|_| Vec::new()).map_err(Clone::clone);
            for asker in self.askers.drain(..) {
                _ = asker.send(answer.clone());
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
            Ok(appended) => appended.iter().flatten().for_each(|row| self.siem.tell(row)),
            Err(error) => tracing::error!(%error, "the audit trail cannot be written"),
        }
        self.set_problem(stored.as_ref().err().cloned());
        stored
    }

    fn is_troubled(&self) -> bool {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn set_problem(&self, problem: Option<StoreError>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }
}
