//! The one task that writes: whatever waits when it is ready goes into the store in one transaction.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout, timeout_at},
};

use super::{
    row::Row,
    siem::Siem,
    store::{Store, StoreError},
};

/// Rows in one transaction, unless a single caller brings more.
const MOST: usize = 2_000;
/// How soon outcomes that could not be stored are tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// How long rows that nobody waits for wait for company.
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
        let task = Task { store, siem, inbox, owed: Vec::new(), problem: Arc::clone(&problem) };
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
    /// Rows that nobody waits for and that could not be stored so far.
    owed: Vec<Row>,
    problem: Arc<Mutex<Option<StoreError>>>,
}

impl Task {
    async fn run(mut self) {
        loop {
            let first = if self.owed.is_empty() {
                self.inbox.recv().await
            } else {
                match timeout(AGAIN, self.inbox.recv()).await {
                    Ok(job) => job,
                    Err(_) => Some(Job { rows: Vec::new(), reply: None }),
                }
            };
            let Some(first) = first else { return };
            let mut jobs = self.with_what_waits(first);
            self.linger(&mut jobs).await;
            self.write(jobs).await;
        }
    }

    fn with_what_waits(&mut self, first: Job) -> Vec<Job> {
        let mut count = first.rows.len();
        let mut jobs = vec![first];
        while count < MOST
            && let Ok(job) = self.inbox.try_recv()
        {
            count += job.rows.len();
            jobs.push(job);
        }
        jobs
    }

    /// Where nobody waits, what comes next may come along: the outcomes of a rollout go with the next intents.
    async fn linger(&mut self, jobs: &mut Vec<Job>) {
        let until = Instant::now() + LINGER;
        while jobs.iter().all(|job| job.reply.is_none()) {
            match timeout_at(until, self.inbox.recv()).await {
                Ok(Some(job)) => jobs.extend(self.with_what_waits(job)),
                Ok(None) | Err(_) => return,
            }
        }
    }

    async fn write(&mut self, jobs: Vec<Job>) {
        let owed = self.owed.len();
        let rows: Vec<Row> = self.owed.iter().chain(jobs.iter().flat_map(|job| &job.rows)).cloned().collect();
        let stored = if rows.is_empty() { Ok(Vec::new()) } else { self.store.append(rows).await };
        match stored {
            Ok(appended) => {
                self.owed.clear();
                if !appended.is_empty() {
                    self.set_problem(None);
                }
                for row in appended.iter().flatten() {
                    self.siem.tell(row);
                }
                let mut numbers = appended.into_iter().map(|row| row.map_or(0, |row| row.number)).skip(owed);
                for job in jobs {
                    let own = numbers.by_ref().take(job.rows.len()).collect();
                    // Whoever has gone needs no answer.
                    _ = job.reply.map(|reply| reply.send(Ok(own)));
                }
            }
            Err(error) => self.failed(jobs, error),
        }
    }

    fn failed(&mut self, jobs: Vec<Job>, error: StoreError) {
        tracing::error!(%error, "the audit trail cannot be written");
        for job in jobs {
            match job.reply {
                Some(reply) => _ = reply.send(Err(error.clone())),
                None => {
                    let room = MOST_OWED.saturating_sub(self.owed.len());
                    if job.rows.len() > room {
                        tracing::error!(
                            "outcomes are lost to the audit trail; their operations stay open there"
                        );
                    }
                    self.owed.extend(job.rows.into_iter().take(room));
                }
            }
        }
        self.set_problem(Some(error));
    }

    fn set_problem(&self, problem: Option<StoreError>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }
}
