//! The steps of an import: read the file, read the tenant, plan, run.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use seed_readers::Opened;
use token_core::{
    error::ServiceError,
    plan::{
        Mode, PlanTotals, PlannedRow, Planner,
        privileged::{TargetRoles, load_roles},
        snapshot,
    },
    run::engine::{Rollout, RunResult},
    seed_file::FileKind,
    user::UserId,
};

use super::{
    file_edits::{FileEdits, ROWS_PER_YIELD},
    plan_text::plan_summary,
};
use crate::{
    api::{audit::record_proof, directory::ApiDirectory},
    browser::{Yielder, mark, sleep},
    components::run_progress::run_summary,
    format::{grouped, tokens},
    seed_file::{Answer, ChosenFile, Question, Unopened, summary},
    state::boot_info::boot_info,
    state::delivery_proof::DeliveryProof,
    state::import::{ColumnsOrigin, ImportPhase, ImportState, PeopleDraft, ReadFile},
    state::inventory::InventoryStore,
};

/// Reads a file, then the tenant, then makes the plan.
pub fn read(state: ImportState, name: String, bytes: Vec<u8>) {
    // What was proved of another file says nothing about this one.
    state.proof.set(DeliveryProof::default());
    open(state, ChosenFile::new(name, bytes), FileEdits::default());
}

/// Goes on with the file after an answer. What was changed in its rows stays, unless they are those of another sheet.
pub fn answer(state: ImportState, answer: Answer) {
    let Some(file) = state.chosen.get_value() else { return };
    let edits = match answer {
        Answer::Columns(..) => FileEdits::of(state),
        _ => {
            // Its rows are those of another sheet.
            state.file.set(None);
            state.proof.set(DeliveryProof::default());
            FileEdits::default()
        }
    };
    open(state, file.answered(answer), edits);
}

/// Asks what the columns of the file hold that was read.
pub fn ask_columns(state: ImportState) {
    let Some(file) = state.chosen.get_value() else { return };
    let generation = state.run.next_generation();
    spawn_local(async move {
        let asked = file.ask_columns().await;
        if state.run.is_current(generation)
            && let Ok(question) = asked
        {
            state.phase.set(ImportPhase::Asking(Question::Columns(Box::new(question))));
        }
    });
}

/// Goes back from a question to the plan that was made before. A mapping that was begun is kept.
pub fn back_to_plan(state: ImportState) {
    if state.tenant.with_value(Option::is_some) {
        state.phase.set(ImportPhase::Planned);
    } else {
        load_tenant(state);
    }
}

fn open(state: ImportState, file: ChosenFile, edits: FileEdits) {
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
            Ok(opened) => read_rows(state, file, opened, edits, generation).await,
            Err(Unopened::Asked(Question::Secret(kind, None))) if has_secret(state) => {
                let secret = state.dropped.try_update_value(|dropped| dropped.secret.take()).flatten();
                answer(state, Answer::Secret(kind, secret.unwrap_or_default()));
            }
            Err(Unopened::Asked(question)) => state.phase.set(ImportPhase::Asking(question)),
            Err(Unopened::Unreadable(problem)) => {
                state.chosen.set_value(None);
                state.phase.set(ImportPhase::Choosing(Some(problem)));
            }
        }
    });
}

/// Whether a password or key was dropped with the file that has not been tried.
fn has_secret(state: ImportState) -> bool {
    state.dropped.with_value(|dropped| dropped.secret.is_some())
}

async fn read_rows(
    state: ImportState,
    chosen: ChosenFile,
    opened: Opened,
    edits: FileEdits,
    generation: u64,
) {
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
    let summary = summary(&source.kind().to_string(), &place, &entries);
    let has_columns = source.kind() != FileKind::Json;
    let columns = has_columns.then(|| match source.is_mapping_remembered() {
        true => ColumnsOrigin::Remembered,
        false => ColumnsOrigin::File,
    });
    let mut table = source.into_table(entries);
    edits.apply(&mut table, &mut yielder).await;
    if !state.run.is_current(generation) {
        return;
    }
    let people = state.dropped.try_update_value(|dropped| {
        dropped.secret = None;
        dropped.people.take()
    });
    let people = people.flatten();
    let people = people.map(|list| PeopleDraft::new(list, &table));
    state.tenant.set_value(None);
    state.file.set(Some(Arc::new(ReadFile { name: chosen.name, table, summary, sheets, columns })));
    state.keep_proof();
    state.people.set(people.clone());
    match people {
        Some(_) => state.phase.set(ImportPhase::Pairing),
        None => load_tenant(state),
    }
}

/// Reads the tenant for the current file, then makes the plan.
pub fn load_tenant(state: ImportState) {
    let Some(file) = state.file.get_untracked() else { return };
    let generation = state.run.next_generation();
    let with_users = state.mode.get_untracked() != Mode::Import;
    state.is_changing.set(false);
    state.phase.set(ImportPhase::Reading);
    state.fraction.set(0.0);
    state.activity.set("Reading the tenant …".to_owned());
    mark("import-survey-begin");
    spawn_local(async move {
        let on_progress = |count| state.activity.set(format!("Reading the tenant: {} …", tokens(count)));
        let rows = file.table.rows();
        let read =
            async || snapshot::load_snapshot(&ApiDirectory::new(), rows, with_users, on_progress).await;
        let Some(read) = retry_throttled(state, generation, read).await else { return };
        let read = match read {
            Ok(read) => {
                let users: Vec<UserId> = read.user_ids().collect();
                let Some(roles) = role_holders(state, generation, &users).await else { return };
                roles.map(|roles| (read, roles))
            }
            Err(error) => Err(error),
        };
        mark("import-survey-end");
        match read {
            Ok((mut read, roles)) => {
                read.add_roles(roles);
                state.tenant.set_value(Some(Arc::new(read)));
                state.has_users.set_value(with_users);
                plan(state);
            }
            Err(error) => state.phase.set(ImportPhase::ReadFailed(error)),
        }
    });
}

/// Reads who of these users holds a directory role; `None` when the result is not wanted any more.
pub async fn role_holders(
    state: ImportState,
    generation: u64,
    users: &[UserId],
) -> Option<Result<TargetRoles, ServiceError>> {
    let policy = boot_info().privileged_targets;
    state.activity.set("Reading who holds a directory role …".to_owned());
    let read = async || load_roles(&ApiDirectory::new(), policy, users.iter().cloned()).await;
    retry_throttled(state, generation, read).await
}

/// Reads from the tenant, and waits where Microsoft asks for it; `None` when the result is not wanted any more.
pub async fn retry_throttled<T>(
    state: ImportState,
    generation: u64,
    read: impl AsyncFn() -> Result<T, ServiceError>,
) -> Option<Result<T, ServiceError>> {
    loop {
        let result = read().await;
        if !state.run.is_current(generation) {
            return None;
        }
        let Err(ServiceError::Throttled { after_ms }) = result else { return Some(result) };
        let seconds = after_ms.div_ceil(1000);
        state.activity.set(format!("Microsoft asks for a pause of {seconds} s. Then the tenant is read."));
        sleep(u32::try_from(after_ms).unwrap_or(u32::MAX)).await;
        if !state.run.is_current(generation) {
            return None;
        }
    }
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
    let generation = state.run.next_generation();
    state.phase.set(ImportPhase::Reading);
    state.fraction.set(0.0);
    state.activity.set("Making the plan …".to_owned());
    mark("import-plan-begin");
    spawn_local(async move {
        let mode = state.mode.get_untracked();
        let Some(rows) = planned_rows(state, mode, generation).await else { return };
        if state.mode.get_untracked() != mode {
            return plan(state);
        }
        mark("import-plan-end");
        let (count, totals) = (rows.len(), PlanTotals::of(&rows));
        state.run.set_plan(rows);
        state.phase.set(ImportPhase::Planned);
        let ready = format!("The plan for {} rows is ready: {}", grouped(count), plan_summary(&totals));
        state.run.announcer.announce(ready);
    });
}

/// The plan of all rows; `None` when it is not wanted any more.
pub async fn planned_rows(state: ImportState, mode: Mode, generation: u64) -> Option<Vec<PlannedRow>> {
    let (file, tenant) = (state.file.get_untracked()?, state.tenant.get_value()?);
    let entries = file.table.rows();
    let mut yielder = Yielder::begin();
    let mut planner = Planner::new(mode, &tenant, entries);
    let mut rows = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        rows.push(planner.plan(index, entry));
        if index % ROWS_PER_YIELD == 0 {
            yielder.yield_if_due(|| {}).await;
            if !state.run.is_current(generation) {
                return None;
            }
        }
    }
    Some(rows)
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
            let rollout =
                Rollout::new(id, plan, file.table.rows()).with_clocks(|serial| proof.clock_of(serial));
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
        let (totals, impossible) = untrack(|| (state.run.totals(), state.run.impossible()));
        state.run.announcer.announce(match ended {
            RunResult::FirstEnded => format!("{}. {} left", state.run.tried(), tokens(totals.left)),
            _ => run_summary(totals, impossible),
        });
        state.phase.set(ImportPhase::Ended(ended));
    });
}
