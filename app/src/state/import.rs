//! The state of an import. It outlives the page, so that a run continues while another page is open.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::{
    error::ServiceError,
    plan::{Mode, PlannedRow, snapshot::TenantSnapshot},
    run::{
        Progress,
        engine::{Rollout, RunResult, Stop},
    },
    seed_file::{FileFormat, FileIssue, ParsedRow},
};

use super::{
    announcer::{Announcer, use_announcer},
    run_pause::RunPause,
};

/// The phase of an import.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportPhase {
    /// No file yet, or one that could not be read at all.
    Choosing(Option<FileIssue>),
    /// The file or the tenant is being read.
    Reading,
    /// The file was read, but the tenant could not be.
    ReadFailed(ServiceError),
    /// The plan is ready; nothing has been written.
    Planned,
    /// The run is under way.
    Running,
    /// The run has ended, perhaps with rows left.
    Ended(RunResult),
}

/// A file that was read.
#[derive(Debug)]
pub struct ReadFile {
    /// Its name.
    pub name: String,
    /// Its format, in which failed rows are saved.
    pub format: FileFormat,
    /// Its rows. They contain seeds.
    pub entries: Vec<ParsedRow>,
    /// Notices about the whole file.
    pub notices: Vec<String>,
}

/// The import; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct ImportState {
    /// The phase.
    pub phase: RwSignal<ImportPhase>,
    /// The mode.
    pub mode: RwSignal<Mode>,
    /// What is being read, as text.
    pub activity: RwSignal<String>,
    /// How much of it, from 0 to 1.
    pub fraction: RwSignal<f64>,
    /// The file.
    pub file: RwSignal<Option<Arc<ReadFile>>>,
    /// The snapshot of the tenant from which the plan was made.
    pub tenant: StoredValue<Option<Arc<TenantSnapshot>>>,
    /// Whether the snapshot has the users of the file: importing alone needs no permission to read them.
    pub has_users: StoredValue<bool>,
    /// The plan: a row per row of the file.
    pub plan: RwSignal<Arc<Vec<PlannedRow>>>,
    /// The progress of each row.
    pub progress: StoredValue<Vec<Progress>>,
    /// Incremented on each change of a row's progress.
    pub progress_version: RwSignal<u64>,
    /// Why the whole run is paused.
    pub hold: RwSignal<Option<RunPause>>,
    /// The run, kept for resuming.
    pub rollout: StoredValue<Option<Rollout>>,
    /// Requests the run to stop.
    pub stop: StoredValue<Arc<Stop>>,
    /// Whether Stop was pressed and calls are still under way.
    pub stopping: RwSignal<bool>,
    /// When the run was started (page time in ms), and how many rows were finished then.
    pub began: RwSignal<(f64, usize)>,
    /// Incremented on each new task, so that superseded ones stop.
    pub generation: StoredValue<u64>,
    /// Announces results to screen readers.
    pub announcer: Announcer,
}

/// Provides the state as context.
pub fn provide_import() {
    provide_context(ImportState {
        phase: RwSignal::new(ImportPhase::Choosing(None)),
        mode: RwSignal::new(Mode::default()),
        activity: RwSignal::new(String::new()),
        fraction: RwSignal::new(0.0),
        file: RwSignal::new(None),
        tenant: StoredValue::new(None),
        has_users: StoredValue::new(false),
        plan: RwSignal::new(Arc::new(Vec::new())),
        progress: StoredValue::new(Vec::new()),
        progress_version: RwSignal::new(0),
        hold: RwSignal::new(None),
        rollout: StoredValue::new(None),
        stop: StoredValue::new(Arc::new(Stop::default())),
        stopping: RwSignal::new(false),
        began: RwSignal::new((0.0, 0)),
        generation: StoredValue::new(0),
        announcer: use_announcer(),
    });
}

impl ImportState {
    /// Whether a run is under way.
    pub fn is_running(&self) -> bool {
        self.phase.with(|phase| *phase == ImportPhase::Running)
    }

    /// Starts a new generation; tasks of earlier ones stop.
    pub fn next_generation(&self) -> u64 {
        self.generation.update_value(|generation| *generation += 1);
        self.generation.get_value()
    }

    /// Whether a generation is still the current one.
    pub fn is_current(&self, generation: u64) -> bool {
        self.generation.get_value() == generation
    }

    /// Drops the file, its seeds and the plan.
    pub fn reset(&self) {
        self.next_generation();
        self.file.set(None);
        self.tenant.set_value(None);
        self.plan.set(Arc::new(Vec::new()));
        self.progress.set_value(Vec::new());
        self.rollout.set_value(None);
        self.hold.set(None);
        self.phase.set(ImportPhase::Choosing(None));
    }

    /// Clears the waiting state of all rows, after the run has ended.
    pub fn clear_waiting(&self) {
        self.progress.update_value(|all| all.iter_mut().for_each(|progress| progress.waiting = None));
        self.progress_version.update(|version| *version += 1);
    }

    /// Stores the progress of a row.
    pub fn set_progress(&self, row: usize, progress: Progress) {
        self.progress.update_value(|all| {
            if let Some(slot) = all.get_mut(row) {
                *slot = progress;
            }
        });
        self.progress_version.update(|version| *version += 1);
    }
}
