//! What was changed in a file, kept while it is read again.

use leptos::prelude::*;
use token_core::seed_file::{Field, FileChoices, SeedTable};

use crate::{browser::Yielder, state::import::ImportState};

/// Rows that are processed between two checks whether to yield to the browser.
pub const ROWS_PER_YIELD: usize = 50;

/// What was changed and chosen in a file, to be applied after it was read again.
#[derive(Debug, Default)]
pub struct FileEdits {
    changes: Vec<(u64, Field, String)>,
    choices: FileChoices,
}

impl FileEdits {
    /// What was changed and chosen in the current file.
    pub fn of(state: ImportState) -> Self {
        state.file.with_untracked(|file| match file {
            Some(file) => Self { changes: file.table.changes(), choices: file.table.choices() },
            None => Self::default(),
        })
    }

    /// Applies it.
    pub async fn apply(self, table: &mut SeedTable, yielder: &mut Yielder) {
        for edit in table.edits_of(&self.changes) {
            table.apply(&edit);
            yielder.yield_if_due(|| ()).await;
        }
        if self.choices == FileChoices::default() {
            return;
        }
        table.choose(self.choices);
        let count = table.rows().len();
        for begin in (0..count).step_by(ROWS_PER_YIELD) {
            table.judge_again(begin..(begin + ROWS_PER_YIELD).min(count));
            yielder.yield_if_due(|| ()).await;
        }
    }
}
