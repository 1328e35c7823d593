//! Finds a token's row in a run, so that the audit entry of a write can refer to the row.
//!
//! The engine's calls name tokens, not rows. The plan has the row of each token; the ids of tokens that the run creates
//! are added from the responses.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{RunId, RunRows};
use crate::{
    plan::{ImportTask, PlannedRow, Task, Verdict},
    token::{SerialNumber, Token, TokenId},
};

/// The rows of one run, indexed by token.
#[derive(Debug, Default)]
pub struct RunRowIndex {
    id: Option<RunId>,
    by_id: Mutex<HashMap<TokenId, u32>>,
    by_serial: HashMap<String, u32>,
}

impl RunRowIndex {
    /// The rows of an imported file, as the run with this id.
    pub fn for_import(id: RunId, rows: &[PlannedRow<ImportTask>]) -> Self {
        let known = rows.iter().filter_map(|row| match &row.verdict {
            Verdict::Work(work) => Some((work.token.clone()?, number(row.line))),
            _ => None,
        });
        let by_serial = rows.iter().map(|row| (row.serial.to_lowercase(), number(row.line))).collect();
        Self { id: Some(id), by_id: Mutex::new(known.collect()), by_serial }
    }

    /// The rows of tasks, as the run with this id. A single task is not a run.
    pub fn for_tasks(id: RunId, rows: &[PlannedRow<Task>]) -> Self {
        let steps = rows.iter().flat_map(|row| match &row.verdict {
            Verdict::Work(task) => {
                task.steps.iter().map(|step| (step.token.id.clone(), number(row.line))).collect()
            }
            _ => Vec::new(),
        });
        let id = (rows.len() > 1).then_some(id);
        Self { id, by_id: Mutex::new(steps.collect()), by_serial: HashMap::new() }
    }

    /// The run's id; `None` for a single task, which is not a run.
    pub fn run(&self) -> Option<&RunId> {
        self.id.as_ref()
    }

    /// The rows of these tokens, in their order; `None` when there is no run.
    pub fn rows_of_tokens<'a>(&self, tokens: impl IntoIterator<Item = &'a TokenId>) -> Option<RunRows> {
        let known = self.row_by_id();
        self.run_rows(tokens.into_iter().map(|token| known.get(token).copied().unwrap_or_default()).collect())
    }

    /// The rows of tokens that have no id yet, in their order; `None` when there is no run.
    pub fn rows_of_serials<'a>(
        &self,
        serials: impl IntoIterator<Item = &'a SerialNumber>,
    ) -> Option<RunRows> {
        self.run_rows(serials.into_iter().map(|serial| self.row_of(serial)).collect())
    }

    /// Adds the ids of tokens that the file names by serial.
    pub fn record_ids<'a>(&self, tokens: impl IntoIterator<Item = &'a Token>) {
        let mut known = self.row_by_id();
        for token in tokens {
            let row = self.row_of(&token.serial);
            if row > 0 {
                known.entry(token.id.clone()).or_insert(row);
            }
        }
    }

    fn run_rows(&self, rows: Vec<u32>) -> Option<RunRows> {
        Some(RunRows { id: self.id.clone()?, rows })
    }

    fn row_of(&self, serial: &SerialNumber) -> u32 {
        self.by_serial.get(&serial.key()).copied().unwrap_or_default()
    }

    fn row_by_id(&self) -> MutexGuard<'_, HashMap<TokenId, u32>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn number(line: u64) -> u32 {
    u32::try_from(line).unwrap_or_default()
}
