//! The state of an import. It outlives the page, so that a run continues while another page is open.

use std::sync::Arc;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use token_core::{
    error::ServiceError,
    manage::{
        file_role::FileRole,
        people::{Pairing, Pairs, PeopleList},
    },
    plan::{ImportTask, MakerQuestion, Mode, snapshot::TenantSnapshot},
    run::engine::RunResult,
    seed_file::{FileIssue, SeedTable},
};
use web_sys::File;
use zeroize::Zeroizing;

use super::{announcer::use_announcer, delivery_proof::DeliveryProof, run::RunState};
use crate::seed_file::{ChosenFile, Question};

/// The phase of an import.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportPhase {
    /// No file yet, or one that could not be read at all.
    Choosing(Option<FileIssue>),
    /// Something has to be answered before the file can be read.
    Asking(Question),
    /// The rows are given their people.
    Pairing,
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
#[derive(Debug, Clone)]
pub struct ReadFile {
    /// Its name.
    pub name: String,
    /// Its rows. They contain seeds.
    pub table: SeedTable,
    /// What was read, in a line.
    pub summary: String,
    /// The sheets of a workbook that hold something, if there are several, and the one that was read.
    pub sheets: Option<(Vec<String>, String)>,
    /// Whether the user may say what the columns hold, and whether that was remembered of an earlier file.
    pub columns: Option<ColumnsOrigin>,
}

/// By whom it is known what the columns of a file hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnsOrigin {
    /// By the headings, or by what the user said for this file.
    File,
    /// By what the user said for an earlier file with the same header.
    Remembered,
}

/// What was dropped together with the seed file.
#[derive(Debug, Clone, Default)]
pub struct DroppedFiles {
    /// The name of each file and what it is.
    pub said: Vec<(String, FileRole)>,
    /// The password or key, until it is asked for.
    pub secret: Option<Zeroizing<String>>,
    /// The list of people, until the file is read.
    pub people: Option<PeopleList>,
}

/// People for the rows of the file, before they are applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleDraft {
    /// The list.
    pub list: PeopleList,
    /// The pairs that it makes, as the user changed them.
    pub pairs: Pairs,
}

impl PeopleDraft {
    /// The pairs that a list makes with the rows.
    pub fn new(list: PeopleList, table: &SeedTable) -> Self {
        let pairing = list.pairing(table.rows());
        Self::paired(list, table, pairing)
    }

    /// The same list, paired in this way.
    pub fn paired(list: PeopleList, table: &SeedTable, pairing: Pairing) -> Self {
        let pairs = list.pairs(table, pairing);
        Self { list, pairs }
    }
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
    /// What was dropped together with it.
    pub dropped: StoredValue<DroppedFiles>,
    /// Files that were dropped on any page, until the import page takes them.
    pub arrived: RwSignal<Option<SendWrapper<Vec<File>>>>,
    /// The file.
    pub file: RwSignal<Option<Arc<ReadFile>>>,
    /// People for its rows.
    pub people: RwSignal<Option<PeopleDraft>>,
    /// Spellings of a manufacturer that are not the tenant's, as the user said.
    pub other_makers: RwSignal<Vec<MakerQuestion>>,
    /// Whether rows that were changed are being planned again.
    pub is_changing: RwSignal<bool>,
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
        dropped: StoredValue::new(DroppedFiles::default()),
        arrived: RwSignal::new(None),
        file: RwSignal::new(None),
        people: RwSignal::new(None),
        other_makers: RwSignal::new(Vec::new()),
        is_changing: RwSignal::new(false),
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

    /// Whether another file may take the place of this one: nothing that was typed, and no row of a run, would be lost.
    pub fn can_be_replaced(&self) -> bool {
        let is_changed =
            || self.file.with(|file| file.as_ref().is_some_and(|file| !file.table.changes().is_empty()));
        match self.phase.get() {
            ImportPhase::Choosing(_) | ImportPhase::ReadFailed(_) => true,
            ImportPhase::Ended(result) => result == RunResult::Complete,
            ImportPhase::Planned => !is_changed() && !self.is_changing.get(),
            ImportPhase::Asking(_) | ImportPhase::Pairing | ImportPhase::Reading | ImportPhase::Running => {
                false
            }
        }
    }

    /// Drops what was proved of tokens whose rows were changed since.
    pub fn keep_proof(&self) {
        let Some(file) = self.file.get_untracked() else { return };
        if self.proof.with_untracked(|proof| !proof.proof.samples().is_empty()) {
            self.proof.update(|proof| proof.keep_unchanged(file.table.rows()));
        }
    }

    /// Drops the file, its seeds and the plan.
    pub fn reset(&self) {
        self.run.reset();
        self.chosen.set_value(None);
        self.dropped.set_value(DroppedFiles::default());
        self.file.set(None);
        self.people.set(None);
        self.other_makers.set(Vec::new());
        self.is_changing.set(false);
        self.tenant.set_value(None);
        self.proof.set(DeliveryProof::default());
        self.phase.set(ImportPhase::Choosing(None));
    }
}
