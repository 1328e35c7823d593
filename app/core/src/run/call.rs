//! One call to the directory for several rows.

use super::job::{Job, Lookup, NextCall};
use crate::{
    audit::{RunId, RunRows},
    error::ServiceError,
    ports::{ChangeKind, Directory, IdLookup, Outcome, RefusalKind, SerialLookup},
    token::Token,
};

/// A call's answer for one row.
pub(super) enum RowAnswer {
    Written(Outcome<Option<Token>>),
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
}

/// Makes the call that all `jobs` need.
pub(super) async fn dispatch(
    directory: &(impl Directory + ?Sized),
    run: Option<&RunId>,
    started_ms: u64,
    next: NextCall,
    jobs: Vec<Job>,
) -> CompletedCall {
    let answers = match next {
        NextCall::Read(lookup) => read(directory, lookup, &jobs).await,
        NextCall::Write(kind) => write(directory, run, started_ms, kind, &jobs).await,
    };
    CompletedCall { jobs, answers, started_ms }
}

async fn write(
    directory: &(impl Directory + ?Sized),
    run: Option<&RunId>,
    now_ms: u64,
    kind: ChangeKind,
    jobs: &[Job],
) -> Result<Vec<RowAnswer>, ServiceError> {
    let changes = all(jobs, |job| job.change(kind, now_ms))?;
    let run = run.map(|id| RunRows { id: id.clone(), rows: jobs.iter().map(Job::line).collect(), size: 0 });
    Ok(directory.apply(changes, run).await?.outcomes.into_iter().map(RowAnswer::Written).collect())
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
        Lookup::UserTokens => {
            directory.tokens_of_users(all(jobs, Job::user)?).await?.into_iter().map(Ok).collect()
        }
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
    /// Why the write was not carried out; `None` when it was, or for a read.
    pub fn kind(&self) -> Option<RefusalKind> {
        match self {
            Self::Written(
                Outcome::Refused(refusal) | Outcome::Later { refusal, .. } | Outcome::Unknown(refusal),
            ) => Some(refusal.kind),
            Self::Written(Outcome::Done(_)) | Self::Read(_) => None,
        }
    }

    /// Whether something was written.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Written(Outcome::Done(_)))
    }

    /// Graph's `Retry-After`.
    pub fn after_ms(&self) -> Option<u64> {
        match self {
            Self::Written(Outcome::Later { after_ms, .. }) => *after_ms,
            _ => None,
        }
    }
}
