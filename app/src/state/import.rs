//! The state of an import. It outlives the page, so that a run continues while another page is open.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::{
    error::ServiceError,
    plan::{ImportTask, Mode, snapshot::TenantSnapshot},
    run::engine::RunResult,
    seed_file::{FileFormat, FileIssue, ParsedRow},
    token::HashFunction,
};

use super::{announcer::use_announcer, delivery_proof::DeliveryProof, run::RunState};
use crate::seed_file::{ChosenFile, Question};

/// The phase of an import.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportPhase {
    /// No file yet, or one that could not be read at all.
    Choosing(Option<FileIssue>),
    /// Something has to be answered before the file can be read.
    Asking(Question),
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
    /// What was read, in a line.
    pub summary: String,
    /// The sheets of a workbook that hold something, if there are several, and the one that was read.
    pub sheets: Option<(Vec<String>, String)>,
    /// How many rows name no hash, and the hash that was chosen for them.
    pub silent: (usize, Option<HashFunction>),
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
    /// The file as it was chosen, with what was answered for it, until something is written.
    pub chosen: StoredValue<Option<ChosenFile>>,
    /// The file.
    pub file: RwSignal<Option<Arc<ReadFile>>>,
    /// The snapshot of the tenant from which the plan was made.
    pub tenant: StoredValue<Option<Arc<TenantSnapshot>>>,
    /// Whether the snapshot has the users of the file: importing alone needs no permission to read them.
    pub has_users: StoredValue<bool>,
    /// By which sample the delivery was proved.
    pub proof: RwSignal<DeliveryProof>,
    /// The plan, and its run.
    pub run: RunState<ImportTask>,
}

/// Provides the state as context.
pub fn provide_import() {
    provide_context(ImportState {
        phase: RwSignal::new(ImportPhase::Choosing(None)),
        mode: RwSignal::new(Mode::default()),
        activity: RwSignal::new(String::new()),
        fraction: RwSignal::new(0.0),
        chosen: StoredValue::new(None),
        file: RwSignal::new(None),
        tenant: StoredValue::new(None),
        has_users: StoredValue::new(false),
        proof: RwSignal::new(DeliveryProof::default()),
        run: RunState::new(use_announcer()),
    });
}

impl ImportState {
    /// Whether a run is under way.
    pub fn is_running(&self) -> bool {
        self.phase.with(|phase| *phase == ImportPhase::Running)
    }

    /// Drops the file, its seeds and the plan.
    pub fn reset(&self) {
        self.run.reset();
        self.chosen.set_value(None);
        self.file.set(None);
        self.tenant.set_value(None);
        self.proof.set(DeliveryProof::default());
        self.phase.set(ImportPhase::Choosing(None));
    }
}
