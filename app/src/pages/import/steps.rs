//! The steps of an import: read the file, read the tenant, plan, run.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use seed_readers::Opened;
use token_core::{
    error::ServiceError,
    plan::{Mode, PlanTotals, PlannedRow, Planner, snapshot},
    run::engine::{Rollout, RunResult},
    seed_file::ParsedRow,
};

use crate::{
    api::{audit::record_proof, directory::ApiDirectory},
    browser::{Yielder, mark, sleep},
    format::{grouped, tokens},
    seed_file::{Answer, ChosenFile, Unopened, summary},
    state::import::{ImportPhase, ImportState, ReadFile},
    state::inventory::InventoryStore,
};

/// Rows that are processed between two checks whether to yield to the browser.
const ROWS_PER_YIELD: usize = 50;

/// Reads a file, then the tenant, then makes the plan.
pub fn read(state: ImportState, name: String, bytes: Vec<u8>) {
    open(state, ChosenFile::new(name, bytes));
}

/// Goes on with the file after an answer.
pub fn answer(state: ImportState, answer: Answer) {
    if let Some(file) = state.chosen.get_value() {
        open(state, file.answered(answer));
    }
}

fn open(state: ImportState, file: ChosenFile) {
    let generation = state.run.next_generation();
    state.chosen.set_value(Some(file.clone()));
    state.phase.set(ImportPhase::Reading);
    state.fraction.set(0.0);
    state.activity.set(format!("Reading {} …", file.name));
    mark("import-read-begin");
    spawn_local(async move {
        let opened = file.open().await;
        if !state.run.is_current(generation) {
            return;
        }
        match opened {
            Ok(opened) => read_rows(state, file, opened, generation).await,
            Err(Unopened::Asked(question)) => state.phase.set(ImportPhase::Asking(question)),
            Err(Unopened::Unreadable(problem)) => {
                state.chosen.set_value(None);
                state.phase.set(ImportPhase::Choosing(Some(problem)));
            }
        }
    });
}

async fn read_rows(state: ImportState, chosen: ChosenFile, opened: Opened, generation: u64) {
    let Opened { file: mut source, place, sheets } = opened;
    let mut yielder = Yielder::begin();
    let mut entries = Vec::new();
    loop {
        let rows = source.read(ROWS_PER_YIELD);
        if rows.is_empty() {
            break;
        }
        entries.extend(rows);
        yielder.yield_if_due(|| state.fraction.set(f64::from(source.progress()))).await;
        if !state.run.is_current(generation) {
            return;
        }
    }
    mark("import-read-end");
    let sheets = place.last().filter(|_| sheets.len() > 1).map(|sheet| (sheets, sheet.clone()));
    let is_silent = |entry: &ParsedRow| entry.result.as_ref().is_ok_and(|row| row.hash_origin.is_silent());
    let silent_rows = entries.iter().filter(|entry| is_silent(entry)).count();
    let bad = entries.iter().filter(|entry| entry.result.is_err()).count();
    state.file.set(Some(Arc::new(ReadFile {
        summary: summary(&source.kind().to_string(), &place, entries.len(), bad),
        format: source.format().clone(),
        notices: source.notices(),
        silent: (silent_rows, chosen.hash()),
        name: chosen.name,
        entries,
        sheets,
    })));
    load_tenant(state);
}

/// Reads the tenant for the current file, then makes the plan.
pub fn load_tenant(state: ImportState) {
    let Some(file) = state.file.get_untracked() else { return };
    let generation = state.run.next_generation();
    let with_users = state.mode.get_untracked() != Mode::Import;
    state.phase.set(ImportPhase::Reading);
    state.fraction.set(0.0);
    state.activity.set("Reading the tenant …".to_owned());
    mark("import-survey-begin");
    spawn_local(async move {
        let on_progress = |count| state.activity.set(format!("Reading the tenant: {} …", tokens(count)));
        let read = loop {
            match snapshot::load_snapshot(&ApiDirectory, &file.entries, with_users, on_progress).await {
                Err(ServiceError::Throttled { after_ms }) if state.run.is_current(generation) => {
                    let seconds = after_ms.div_ceil(1000);
                    state
                        .activity
                        .set(format!("Microsoft asks for a pause of {seconds} s. Then the tenant is read."));
                    sleep(u32::try_from(after_ms).unwrap_or(u32::MAX)).await;
                }
                read => break read,
            }
        };
        if !state.run.is_current(generation) {
            return;
        }
        mark("import-survey-end");
        match read {
            Ok(read) => {
                state.tenant.set_value(Some(Arc::new(read)));
                state.has_users.set_value(with_users);
                plan(state);
            }
            Err(error) => state.phase.set(ImportPhase::ReadFailed(error)),
        }
    });
}

/// Makes a new plan after the mode has changed; reads the tenant again when the new mode needs its users.
pub fn replan(state: ImportState) {
    if state.mode.get_untracked() == Mode::Import || state.has_users.get_value() {
        plan(state);
    } else {
        load_tenant(state);
    }
}

/// Makes the plan for the current file and the snapshot of the tenant.
pub fn plan(state: ImportState) {
    let (Some(file), Some(tenant)) = (state.file.get_untracked(), state.tenant.get_value()) else { return };
    let generation = state.run.next_generation();
    let mode = state.mode.get_untracked();
    state.phase.set(ImportPhase::Reading);
    state.fraction.set(0.0);
    state.activity.set("Making the plan …".to_owned());
    mark("import-plan-begin");
    spawn_local(async move {
        let mut yielder = Yielder::begin();
        let mut planner = Planner::new(mode, &tenant, &file.entries);
        let mut rows = Vec::with_capacity(file.entries.len());
        for (index, entry) in file.entries.iter().enumerate() {
            rows.push(planner.plan(index, entry));
            if index % ROWS_PER_YIELD == 0 {
                yielder.yield_if_due(|| {}).await;
            }
        }
        if !state.run.is_current(generation) {
            return;
        }
        if state.mode.get_untracked() != mode {
            return plan(state);
        }
        mark("import-plan-end");
        state.run.set_plan(rows);
        state.phase.set(ImportPhase::Planned);
        state.run.announcer.announce(format!("The plan for {} rows is ready", grouped(file.entries.len())));
    });
}

/// Runs the first rows of the plan.
pub fn run_first(state: ImportState) {
    state.run.try_first();
    run(state);
}

/// Runs the plan, or resumes it.
pub fn run(state: ImportState) {
    let Some(file) = state.file.get_untracked() else { return };
    let inventory = expect_context::<InventoryStore>();
    // With its password: it is not opened again.
    state.chosen.set_value(None);
    state.run.begin();
    state.phase.set(ImportPhase::Running);
    mark("import-run-begin");
    spawn_local(async move {
        let proof = state.proof.get_untracked();
        let inventory_size = state.tenant.with_value(|read| read.as_ref().map(|read| read.inventory_size()));
        let make = |id, plan: &[PlannedRow]| {
            let rollout = Rollout::new(id, plan, &file.entries).with_clocks(|serial| proof.clock_of(serial));
            match inventory_size {
                Some(tokens) => rollout.with_inventory(tokens),
                None => rollout,
            }
        };
        let activations = PlanTotals::of(&state.run.plan.get_untracked()).activate;
        let before = async |id| match proof.record(activations) {
            Some(record) => Ok(record_proof(id, record).await?),
            None => Ok(()),
        };
        let ended = state.run.drive(make, before).await;
        mark("import-run-end");
        inventory.invalidate();
        let totals = untrack(|| state.run.totals());
        state.run.announcer.announce(match ended {
            RunResult::FirstEnded => format!("{}. {} left", state.run.tried(), tokens(totals.left)),
            _ => format!("{} done, {} failed, {} left", totals.done, totals.failed, totals.left),
        });
        state.phase.set(ImportPhase::Ended(ended));
    });
}
