//! One call to the directory for several rows.

use super::job::{Job, Lookup, NextCall, Write};
use crate::{
    error::ServiceError,
    ports::{Directory, IdLookup, Outcome, RefusalKind, SerialLookup},
    token::Token,
};

/// A call's answer for one row.
pub(super) enum RowAnswer {
    Created(Outcome<Token>),
    Written(Outcome<()>),
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
    directory: &impl Directory,
    started_ms: u64,
    next: NextCall,
    jobs: Vec<Job>,
) -> CompletedCall {
    let answers = call(directory, started_ms, next, &jobs).await;
    CompletedCall { jobs, answers, started_ms }
}

async fn call(
    directory: &impl Directory,
    now_ms: u64,
    next: NextCall,
    jobs: &[Job],
) -> Result<Vec<RowAnswer>, ServiceError> {
    let activation = |job: &Job| job.activation(now_ms);
    Ok(match next {
        NextCall::Read(lookup) => {
            read(directory, lookup, jobs).await?.into_iter().map(RowAnswer::Read).collect()
        }
        NextCall::Write(Write::Create) => {
            let outcomes = directory.create(all(jobs, Job::new_token)?).await?;
            outcomes.into_iter().map(RowAnswer::Created).collect()
        }
        NextCall::Write(write) => {
            let outcomes = match write {
                Write::Create => Vec::new(),
                Write::Assign => directory.assign(all(jobs, Job::assignment)?).await?,
                Write::AssignAndActivate => directory.assign_and_activate(all(jobs, activation)?).await?,
                Write::Activate => directory.activate(all(jobs, activation)?).await?,
                Write::Unassign => directory.unassign(all(jobs, Job::assignment)?).await?,
                Write::Deactivate => directory.deactivate(all(jobs, Job::assignment)?).await?,
                Write::Delete => directory.delete(all(jobs, Job::token)?).await?,
                Write::Rename => directory.rename(all(jobs, Job::rename)?).await?,
            };
            outcomes.into_iter().map(RowAnswer::Written).collect()
        }
    })
}

async fn read(
    directory: &impl Directory,
    lookup: Lookup,
    jobs: &[Job],
) -> Result<Vec<SerialLookup>, ServiceError> {
    let as_list = |found: IdLookup| found.map(|token| token.into_iter().collect());
    Ok(match lookup {
        Lookup::Serial => directory.tokens_by_serial(all(jobs, Job::serial)?).await?,
        Lookup::Id => {
            directory.tokens_by_id(all(jobs, Job::token)?).await?.into_iter().map(as_list).collect()
        }
        Lookup::UserTokens => {
            directory.tokens_of_users(all(jobs, Job::user)?).await?.into_iter().map(Ok).collect()
        }
    })
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
            Self::Created(outcome) => kind(outcome),
            Self::Written(outcome) => kind(outcome),
            Self::Read(_) => None,
        }
    }

    /// Whether something was written.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Created(Outcome::Done(_)) | Self::Written(Outcome::Done(())))
    }

    /// Graph's `Retry-After`.
    pub fn after_ms(&self) -> Option<u64> {
        match self {
            Self::Created(Outcome::Later { after_ms, .. })
            | Self::Written(Outcome::Later { after_ms, .. }) => *after_ms,
            _ => None,
        }
    }
}

fn kind<T>(outcome: &Outcome<T>) -> Option<RefusalKind> {
    match outcome {
        Outcome::Done(_) => None,
        Outcome::Refused(refusal) | Outcome::Later { refusal, .. } | Outcome::Unknown(refusal) => {
            Some(refusal.kind)
        }
    }
}
