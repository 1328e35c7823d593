//! One call for a handful of rows, from what they need to what was answered.

use super::job::{Job, Next, Write};
use crate::{
    fault::Fault,
    otp,
    ports::{Activation, Assignment, Directory, Found, Outcome, RefusalKind},
    token::Token,
};

/// What a call said of one row.
pub(super) enum Answer {
    Created(Outcome<Token>),
    HandedOver(Outcome<()>),
    Read(Found),
}

/// A call that has ended.
pub(super) struct Landed {
    /// The rows that it carried.
    pub jobs: Vec<Job>,
    /// An answer per row, in their order; or why there is none.
    pub answers: Result<Vec<Answer>, Fault>,
    /// When it went out.
    pub started_ms: u64,
}

/// Makes the call that all `jobs` need.
pub(super) async fn fly(directory: &impl Directory, started_ms: u64, next: Next, jobs: Vec<Job>) -> Landed {
    let answers = call(directory, started_ms, next, &jobs).await;
    Landed { jobs, answers, started_ms }
}

async fn call(
    directory: &impl Directory,
    now_ms: u64,
    next: Next,
    jobs: &[Job],
) -> Result<Vec<Answer>, Fault> {
    Ok(match next {
        Next::Read => {
            let serials = jobs.iter().map(|job| job.new.serial.clone()).collect();
            directory.tokens_by_serial(serials).await?.into_iter().map(Answer::Read).collect()
        }
        Next::Write(Write::Create) => {
            let tokens = jobs.iter().map(|job| job.new.clone()).collect();
            directory.create(tokens).await?.into_iter().map(Answer::Created).collect()
        }
        Next::Write(Write::Assign) => handed_over(directory.assign(all(jobs, assignment)?).await?),
        Next::Write(Write::AssignAndActivate) => {
            handed_over(directory.assign_and_activate(all(jobs, |job| activation(job, now_ms))?).await?)
        }
        Next::Write(Write::Activate) => {
            handed_over(directory.activate(all(jobs, |job| activation(job, now_ms))?).await?)
        }
    })
}

fn handed_over(outcomes: Vec<Outcome<()>>) -> Vec<Answer> {
    outcomes.into_iter().map(Answer::HandedOver).collect()
}

/// The items of a call; a row without token or user here is a mistake of ours, not of the row's.
fn all<T>(jobs: &[Job], item: impl Fn(&Job) -> Option<T>) -> Result<Vec<T>, Fault> {
    jobs.iter()
        .map(item)
        .collect::<Option<_>>()
        .ok_or_else(|| Fault::Internal { reference: "rollout".to_owned() })
}

fn assignment(job: &Job) -> Option<Assignment> {
    Some(Assignment { token: job.token.clone()?, user: job.user.clone()? })
}

/// The code is computed here, at the moment of sending, with the token's own interval and hash.
fn activation(job: &Job, now_ms: u64) -> Option<Activation> {
    let code = otp::totp(&job.new.seed, job.new.hash, job.new.interval, now_ms);
    Some(Activation { token: job.token.clone()?, user: job.user.clone()?, code })
}

impl Answer {
    /// Why the row was not carried out; `None` when it was.
    pub fn kind(&self) -> Option<RefusalKind> {
        match self {
            Self::Created(outcome) => kind(outcome),
            Self::HandedOver(outcome) => kind(outcome),
            Self::Read(_) => None,
        }
    }

    /// Whether something was written.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Created(Outcome::Done(_)) | Self::HandedOver(Outcome::Done(())))
    }

    /// The pause that Graph asked for.
    pub fn after_ms(&self) -> Option<u64> {
        match self {
            Self::Created(Outcome::Later { after_ms, .. })
            | Self::HandedOver(Outcome::Later { after_ms, .. }) => *after_ms,
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
