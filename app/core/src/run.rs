//! The engine: carries a plan out, and reports what became of each row.
//!
//! [`engine`] makes the writes that [`crate::plan`] planned, `job` decides what follows from each answer, `messages`
//! words the failures, [`report`] gives the outcome of each row.

mod call;
mod describe;
pub mod engine;
mod job;
mod messages;
mod pace;
mod persons;
mod queue;
pub mod report;
pub mod row_status;
mod unseen;

pub use self::describe::Describe;

/// How far a row has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stage {
    /// Nothing was written.
    #[default]
    Planned,
    /// The token is in the inventory.
    Created,
    /// The token is assigned to its user.
    Assigned,
    /// The token is activated for its user.
    Activated,
}

impl Stage {
    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::Created => "Created",
            Self::Assigned => "Assigned",
            Self::Activated => "Activated",
        }
    }
}

/// Why a row failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// Microsoft Graph's request id, to quote to its support.
    pub request_id: Option<String>,
    /// Whether Microsoft refused a code that a person typed.
    pub is_code_refused: bool,
}

/// How a row ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// As planned.
    Done,
    /// Not as planned.
    Failed(Failure),
}

/// The progress of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// How far it has come.
    pub stage: Stage,
    /// How many steps of work on existing tokens are done ([`crate::plan::Task`]).
    pub steps: usize,
    /// Whether its last write was answered well and no lookup has shown it yet.
    pub is_written: bool,
    /// What it waits for, as text, while it waits.
    pub waiting: Option<String>,
    /// How it ended; `None` while it is in progress, or when the run was stopped before it began.
    pub end: Option<End>,
}
