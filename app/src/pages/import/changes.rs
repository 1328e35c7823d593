//! Changes of rows before the plan is carried out: the changed rows alone are planned again, and those whose plan depends
//! on them.

use std::{collections::BTreeSet, sync::Arc};

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    plan::{self, Mode, PlanTotals, snapshot},
    seed_file::{FileChoices, RowEdit, SeedTable},
    user::UserId,
};

use super::{file_edits::ROWS_PER_YIELD, plan_text::plan_summary, steps};
use crate::{
    api::directory::ApiDirectory,
    browser::{Yielder, restore_focus},
    format::grouped,
    state::import::{ImportPhase, ImportState},
};

/// Changed rows from which on all rows are planned again, in slices.
const MANY_ROWS: usize = 200;
/// The selector of the table, which gets the focus when the button that had it is gone.
pub const TABLE: &str = ".table-scroll";

/// Changes rows, and plans them again.
pub fn change(state: ImportState, edits: Vec<RowEdit>) {
    let rows: BTreeSet<usize> = edits.iter().map(|edit| edit.row).collect();
    if rows.is_empty() {
        return;
    }
    state.is_changing.set(true);
    let generation = state.run.next_generation();
    spawn_local(async move {
        let mut yielder = Yielder::begin();
        for slice in edits.chunks(ROWS_PER_YIELD) {
            with_table(state, |table| slice.iter().for_each(|edit| table.apply(edit)));
            yielder.yield_if_due(|| ()).await;
        }
        plan_again(state, rows, generation).await;
    });
}

/// Gives the rows the people of the draft, and plans them again, or for the first time.
pub fn give_people(state: ImportState) {
    let (Some(draft), Some(file)) = (state.people.get_untracked(), state.file.get_untracked()) else {
        return;
    };
    let edits = draft.pairs.edits(&file.table);
    drop(file);
    state.people.set(None);
    if state.tenant.with_value(Option::is_some) {
        state.phase.set(ImportPhase::Planned);
        return change(state, edits);
    }
    spawn_local(async move {
        let mut yielder = Yielder::begin();
        for edit in edits {
            with_table(state, |table| table.apply(&edit));
            yielder.yield_if_due(|| ()).await;
        }
        steps::load_tenant(state);
    });
}

/// Makes a row what it is in the file, and plans it again.
pub fn restore(state: ImportState, row: usize) {
    state.is_changing.set(true);
    let generation = state.run.next_generation();
    with_table(state, |table| table.restore(row));
    spawn_local(plan_again(state, BTreeSet::from([row]), generation));
}

/// What was chosen for the file.
pub fn choices(state: ImportState) -> FileChoices {
    state.file.with_untracked(|file| file.as_ref().map(|file| file.table.choices())).unwrap_or_default()
}

/// Makes a choice for all rows that leave it open.
pub fn choose(state: ImportState, choices: FileChoices) {
    state.is_changing.set(true);
    let generation = state.run.next_generation();
    spawn_local(async move {
        let count = with_table(state, |table| {
            table.choose(choices);
            table.rows().len()
        });
        let count = count.unwrap_or_default();
        let mut yielder = Yielder::begin();
        for begin in (0..count).step_by(ROWS_PER_YIELD) {
            with_table(state, |table| table.judge_again(begin..(begin + ROWS_PER_YIELD).min(count)));
            yielder.yield_if_due(|| ()).await;
            if !state.run.is_current(generation) {
                // Another choice goes through the rows.
                return;
            }
        }
        plan_again(state, (0..count).collect(), generation).await;
    });
}

/// Changes the table without telling those who show it. A copy is made while a superseded step still reads it.
fn with_table<T>(state: ImportState, change: impl FnOnce(&mut SeedTable) -> T) -> Option<T> {
    let mut changed = None;
    state.file.update_untracked(|file| {
        changed = file.as_mut().map(|file| change(&mut Arc::make_mut(file).table));
    });
    changed
}

/// Reads the users whom the changed rows name, and plans what depends on these rows.
async fn plan_again(state: ImportState, rows: BTreeSet<usize>, generation: u64) {
    if !state.run.is_current(generation) {
        return;
    }
    state.file.update(|_| ());
    let (Some(file), Some(tenant)) = (state.file.get_untracked(), state.tenant.get_value()) else {
        return steps::load_tenant(state);
    };
    state.keep_proof();
    let mode = state.mode.get_untracked();
    if mode != Mode::Import {
        let changed: Vec<_> = rows.iter().filter_map(|row| file.table.rows().get(*row)).collect();
        let read = async || snapshot::load_more_users(&ApiDirectory::new(), &tenant, &changed).await;
        let Some(more) = steps::retry_throttled(state, generation, read).await else { return };
        let more = match more {
            Ok(more) => {
                let users: Vec<UserId> = more.user_ids().collect();
                let Some(roles) = steps::role_holders(state, generation, &users).await else { return };
                roles.map(|roles| (more, roles))
            }
            Err(error) => Err(error),
        };
        match more {
            Ok((more, roles)) => {
                drop(tenant);
                state.tenant.update_value(|tenant| {
                    if let Some(tenant) = tenant {
                        let tenant = Arc::make_mut(tenant);
                        tenant.add_users(more);
                        tenant.add_roles(roles);
                    }
                });
            }
            Err(error) => {
                state.is_changing.set(false);
                return state.phase.set(ImportPhase::ReadFailed(error));
            }
        }
    }
    let again = if rows.len() < MANY_ROWS {
        let before = state.run.plan.get_untracked();
        let Some(tenant) = state.tenant.get_value() else { return };
        plan::replan(mode, &tenant, file.table.rows(), &before, &rows)
    } else {
        let Some(all) = steps::planned_rows(state, mode, generation).await else { return };
        all.into_iter().enumerate().collect()
    };
    state.run.replace_rows(again);
    state.is_changing.set(false);
    // The button that had the focus is rendered anew with its row.
    restore_focus(TABLE);
    let changed = if rows.len() == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(rows.len())) };
    let totals = state.run.plan.with_untracked(|plan| PlanTotals::of(plan));
    state.run.announcer.announce(format!("{changed} changed and planned again: {}", plan_summary(&totals)));
}
