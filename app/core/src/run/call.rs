//! One call to the directory for several rows.

use std::{collections::HashMap, iter::repeat};

use super::job::{Job, Lookup, NextCall};
use crate::{
    audit::{RunId, RunRows},
    error::ServiceError,
    ports::{Applied, ChangeKind, Directory, IdLookup, Outcome, RefusalKind, SerialLookup},
    token::{Token, TokenId},
};

/// The run that writes belong to.
#[derive(Debug, Clone)]
pub(super) struct RunInfo {
    /// Its id in the audit log.
    pub id: RunId,
    /// Its rows, finished ones included.
    pub size: u32,
}

impl RunInfo {
    /// The run with the rows of one call.
    pub fn rows(&self, lines: impl Iterator<Item = u32>) -> RunRows {
        RunRows { id: self.id.clone(), rows: lines.collect(), size: self.size }
    }
}

/// A call's answer for one row.
pub(super) enum RowAnswer {
    /// The outcome of a write, with Graph's request id if it was carried out.
    Written(Outcome<Option<Token>>, Option<String>),
    Read(SerialLookup),
}

/// A completed call and its rows.
pub(super) struct CompletedCall {
    /// Its rows.
    pub jobs: Vec<Job>,
    /// An answer per row, in their order; or why the call failed.
    pub answers: Result<Vec<RowAnswer>, ServiceError>,
    /// When it was sent.
    pub started_ms: u64,
    /// What a write says about Graph's limit.
    pub usage: Usage,
    /// The call.
    pub call: RowCall,
}

/// What an answered write says about Graph's limit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    /// The writes that Graph counted.
    pub writes: usize,
    /// The share of the limit that the app has used, in percent.
    pub limit_percentage: Option<u32>,
    /// Most tokens that the tenant creates by one write, if it has refused more.
    pub creation_size: Option<usize>,
}

/// How tokens are read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadBack {
    /// All pages of the inventory.
    Inventory,
    /// By id.
    Ids,
}

/// A call to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowCall {
    /// Of rows that need the same lookup or write.
    Rows(NextCall),
    /// Of rows whose last write is not seen yet.
    ReadBack(ReadBack),
}

/// Makes the call that all `jobs` need.
pub(super) async fn dispatch(
    directory: &(impl Directory + ?Sized),
    run: Option<&RunInfo>,
    started_ms: u64,
    call: RowCall,
    jobs: Vec<Job>,
) -> CompletedCall {
    let mut usage = Usage::default();
    let answers = match call {
        RowCall::Rows(NextCall::Read(lookup)) => read(directory, lookup, &jobs).await,
        RowCall::Rows(NextCall::Write(kind)) => {
            write(directory, run, started_ms, kind, &jobs, &mut usage).await
        }
        RowCall::ReadBack(ReadBack::Inventory) => read_inventory(directory, &jobs).await,
        RowCall::ReadBack(ReadBack::Ids) | RowCall::Rows(NextCall::ReadBack) => {
            read(directory, Lookup::Id, &jobs).await
        }
    };
    CompletedCall { jobs, answers, started_ms, usage, call }
}

async fn write(
    directory: &(impl Directory + ?Sized),
    run: Option<&RunInfo>,
    now_ms: u64,
    kind: ChangeKind,
    jobs: &[Job],
    usage: &mut Usage,
) -> Result<Vec<RowAnswer>, ServiceError> {
    let changes = all(jobs, |job| job.change(kind, now_ms))?;
    let applied = directory.apply(changes, run.map(|run| run.rows(jobs.iter().map(Job::line)))).await?;
    let Applied { outcomes, request_ids, writes, limit_percentage, creation_size } = applied;
    *usage = Usage { writes, limit_percentage, creation_size };
    let request_ids = request_ids.into_iter().chain(repeat(None));
    Ok(outcomes.into_iter().zip(request_ids).map(|(outcome, id)| RowAnswer::Written(outcome, id)).collect())
}

/// Walks all pages of the inventory and answers each row with its token: by its id, or all those with its serial where the row is
/// to be read by that.
async fn read_inventory(
    directory: &(impl Directory + ?Sized),
    jobs: &[Job],
) -> Result<Vec<RowAnswer>, ServiceError> {
    let key = |job: &Job| match job.next() {
        NextCall::Read(Lookup::Serial) => job.serial().map(|serial| InventoryKey::Serial(serial.key())),
        _ => job.token().map(InventoryKey::Id),
    };
    let keys = all(jobs, key)?;
    let mut found: HashMap<&InventoryKey, Vec<Token>> = keys.iter().map(|key| (key, Vec::new())).collect();
    let mut after = None;
    loop {
        let page = directory.tokens(after).await?;
        for token in page.items {
            for key in [InventoryKey::Id(token.id.clone()), InventoryKey::Serial(token.serial.key())] {
                if let Some(tokens) = found.get_mut(&key) {
                    tokens.push(token.clone());
                }
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let answer = |key| RowAnswer::Read(Ok(found.get(key).cloned().unwrap_or_default()));
    Ok(keys.iter().map(answer).collect())
}

/// By what a row finds its token in the inventory.
#[derive(PartialEq, Eq, Hash)]
enum InventoryKey {
    Id(TokenId),
    Serial(String),
}

async fn read(
    directory: &(impl Directory + ?Sized),
    lookup: Lookup,
    jobs: &[Job],
) -> Result<Vec<RowAnswer>, ServiceError> {
    let as_list = |found: IdLookup| found.map(|token| token.into_iter().collect());
    let found: Vec<SerialLookup> = match lookup {
        Lookup::Serial => directory.tokens_by_serial(all(jobs, Job::serial)?).await?,
        Lookup::Id => {
            directory.tokens_by_id(all(jobs, Job::token)?).await?.into_iter().map(as_list).collect()
        }
        Lookup::UserTokens => directory.tokens_of_users(all(jobs, Job::user)?).await?,
    };
    Ok(found.into_iter().map(RowAnswer::Read).collect())
}

/// The items of a call; a row that lacks one is a bug, not an error in the row.
fn all<T>(jobs: &[Job], item: impl Fn(&Job) -> Option<T>) -> Result<Vec<T>, ServiceError> {
    jobs.iter()
        .map(item)
        .collect::<Option<_>>()
        .ok_or_else(|| ServiceError::Internal { reference: "rollout".to_owned() })
}

impl RowAnswer {
    /// Whether Graph throttled the write.
    pub fn is_throttled(&self) -> bool {
        let Self::Written(Outcome::Later { refusal, .. }, _) = self else { return false };
        refusal.kind == RefusalKind::Throttled
    }

    /// Whether something was written.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Written(Outcome::Done(_), _))
    }

    /// Graph's `Retry-After`.
    pub fn after_ms(&self) -> Option<u64> {
        match self {
            Self::Written(Outcome::Later { after_ms, .. }, _) => *after_ms,
            _ => None,
        }
    }
}
