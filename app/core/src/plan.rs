//! Plans, before anything is written: what is done with each row, or why nothing is.
//!
//! [`Planner`] plans the rows of a seed file, [`token_actions::plan`] the requests for actions on tokens; both use a
//! [`snapshot`] of the live tenant and give each row a [`Verdict`]. [`crate::run`] carries the work out. [`allowed()`]
//! checks beforehand whether a token permits an action, for a button that must say why it is disabled.

mod allowed;
mod checks;
mod duplicates;
mod import;
mod import_task;
mod makers;
pub mod privileged;
mod replan;
mod request;
pub mod snapshot;
mod task;
pub mod token_actions;
mod totals;

use serde::{Deserialize, Serialize};

pub use self::{
    allowed::{allowed, can_receive},
    import::Planner,
    import_task::{ImportTask, NextWrite},
    makers::{MakerQuestion, maker_questions},
    replan::replan,
    request::{ActionKind, ActionRequest, CodeSource, ResolvedAction, TYPE_COUNT_ABOVE, TokenAction},
    task::{Expected, PlannedWrite, Task, WriteKind},
    totals::PlanTotals,
};
use crate::issue::Issue;

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

/// The plan's verdict on a row. The work is that of a seed file's row ([`ImportTask`]) or on existing tokens
/// ([`Task`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<W = ImportTask> {
    /// Work to be done.
    Work(W),
    /// Nothing to do: it is done already.
    Nothing(String),
    /// Nothing to do: it repeats another row.
    Repeats(String),
    /// The tenant has something else under this serial.
    Conflict(Issue),
    /// It cannot be done until the file or the tenant is corrected.
    Cannot(Vec<Issue>),
}

/// One row of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow<W = ImportTask> {
    /// Line in the file, or place in the list.
    pub line: u64,
    /// The token's serial.
    pub serial: String,
    /// The user as the file names them; empty if it names none.
    pub owner: String,
    /// The user's display name, once known.
    pub owner_name: String,
    /// The verdict.
    pub verdict: Verdict<W>,
    /// What was assumed.
    pub notes: Vec<String>,
}

/// A row of the plan: what is done with one token, or why not.
pub type TaskRow = PlannedRow<Task>;
