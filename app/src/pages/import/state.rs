//! The state of an import. It lives beside the pages, so that a run survives a look at another page.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::{
    error::ServiceError,
    rollout::{
        Mode, Progress,
        engine::{Rollout, RunResult, Stop},
        plan::PlannedRow,
        snapshot::TenantSnapshot,
    },
    seed_file::{FileFormat, FileIssue, ParsedRow},
};

use crate::{
    api::directory::RunDirectory,
    components::{
        announcer::{Announcer, use_announcer},
        run_progress::RunPause,
    },
};

/// Where the import stands.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportPhase {
    /// No file yet, or one that could not be read at all.
    Choosing(Option<FileIssue>),
    /// The file or the tenant is being read.
    Reading,
    /// The file was read, the tenant could not be.
    ReadFailed(ServiceError),
    /// The plan stands; nothing was written.
    Planned,
    /// The run is under way.
    Running,
    /// The run came to an end, perhaps with rows left.
    Ended(RunResult),
}

/// A file that was read.
#[derive(Debug)]
pub struct ReadFile {
    /// Its name.
    pub name: String,
    /// Its format, in which failed rows go back.
    pub format: FileFormat,
    /// Its rows. They hold seeds.
    pub entries: Vec<ParsedRow>,
    /// What was noticed about the file as a whole.
    pub notices: Vec<String>,
}

/// The import, shared by the parts of its page.
#[derive(Debug, Clone, Copy)]
pub struct ImportState {
    /// Where it stands.
    pub phase: RwSignal<ImportPhase>,
    /// How far it goes.
    pub mode: RwSignal<Mode>,
    /// What is being read, in words.
    pub activity: RwSignal<String>,
    /// How much of it, from 0 to 1.
    pub fraction: RwSignal<f64>,
    /// The file.
    pub file: RwSignal<Option<Arc<ReadFile>>>,
    /// The tenant as it was read for the plan.
    pub tenant: StoredValue<Option<Arc<TenantSnapshot>>>,
    /// Whether the users whom the file names were read with it: importing alone needs no permission for that.
    pub has_users: StoredValue<bool>,
    /// The plan, a row per entry of the file.
    pub plan: RwSignal<Arc<Vec<PlannedRow>>>,
    /// Where each row stands.
    pub progress: StoredValue<Vec<Progress>>,
    /// Changes whenever a row's progress does.
    pub progress_version: RwSignal<u64>,
    /// Why the run as a whole waits.
    pub hold: RwSignal<Option<RunPause>>,
    /// What is left to run.
    pub rollout: StoredValue<Option<(Rollout, RunDirectory)>>,
    /// Asks the run to stop.
    pub stop: StoredValue<Arc<Stop>>,
    /// Whether Stop was pressed and calls are still under way.
    pub stopping: RwSignal<bool>,
    /// When the run began (page time in ms), and how many rows had ended by then.
    pub began: RwSignal<(f64, usize)>,
    /// Counts files, so that a superseded reading stops.
    pub generation: StoredValue<u64>,
    /// Tells results to people who do not see the screen.
    pub announcer: Announcer,
}

/// Lends the state to the pages.
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

    /// Begins a new turn; what an older one is still doing is no longer wanted.
    pub fn next_generation(&self) -> u64 {
        self.generation.update_value(|generation| *generation += 1);
        self.generation.get_value()
    }

    /// Whether this is still the turn.
    pub fn is_current(&self, generation: u64) -> bool {
        self.generation.get_value() == generation
    }

    /// Forgets the file, its seeds and the plan.
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

    /// The run has ended: no row waits for anything any more.
    pub fn clear_waiting(&self) {
        self.progress.update_value(|all| all.iter_mut().for_each(|progress| progress.waiting = None));
        self.progress_version.update(|progress_version| *progress_version += 1);
    }

    /// Notes where a row stands.
    pub fn set_progress(&self, row: usize, progress: Progress) {
        self.progress.update_value(|all| {
            if let Some(slot) = all.get_mut(row) {
                *slot = progress;
            }
        });
        self.progress_version.update(|progress_version| *progress_version += 1);
    }
}
