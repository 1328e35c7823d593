//! From rows to activated tokens: the plan, the engine that carries it out, and the report.
//!
//! [`load_snapshot`](snapshot::load_snapshot) reads the live tenant, [`Planner`](plan::Planner) turns each row into a
//! [`Verdict`](plan::Verdict), the [`engine`] carries the work out, [`report`] gives the outcome of each row.

mod call;
pub mod duplicates;
pub mod engine;
mod job;
mod messages;
pub mod plan;
mod queue;
pub mod report;
pub mod row_status;
pub mod snapshot;

use serde::{Deserialize, Serialize};

/// How far an import goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Mode {
    /// Create the tokens in the inventory.
    Import,
    /// … and assign them to their users.
    Assign,
    /// … and activate them with a code computed from the seed.
    #[default]
    Activate,
}

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
}

/// How a row ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// As planned.
    Done,
    /// There was nothing to do.
    Skipped(String),
    /// Not as planned.
    Failed(Failure),
}

/// The progress of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// How far it has come.
    pub stage: Stage,
    /// How many steps of work on existing tokens are done ([`crate::manage::Task`]).
    pub steps: usize,
    /// What it waits for, as text, while it waits.
    pub waiting: Option<String>,
    /// How it ended; `None` while it is in progress, or when the run was stopped before it began.
    pub end: Option<End>,
}
