//! Doing things with tokens: from a wish to a plan, a run, what came of it, and the way back.
//!
//! Pages say what is wanted with [`TokenActions::propose`]; the dialog of this module shows the plan, asks, runs it by the engine
//! of the import, reads back what became of the tokens, and offers to undo what can be undone.

mod batch_view;
mod dialog;
mod dialog_text;
mod leave_guard;
mod permissions;
mod refresh;
mod result;
mod single_view;
mod snapshot;
mod undo;
mod workflow;

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;
use token_core::{
    checkup::MissingPermissions,
    error::ServiceError,
    manage::{ActionRequest, CodeSource, Expected, plan::TaskRow},
    rollout::{
        Progress,
        engine::{Rollout, RunResult, Stop},
        report::RunTotals,
        snapshot::TenantSnapshot,
    },
    token::TokenId,
};

pub use self::dialog::TokenActionsDialog;
use crate::{
    api::directory::RunDirectory,
    components::{
        announcer::{Announcer, use_announcer},
        run_progress::RunPause,
    },
    pages::inventory::InventoryStore,
};

/// What a page wants done.
#[derive(Debug, Clone)]
pub struct ActionBatch {
    /// What is wanted, a token each.
    pub requests: Vec<ActionRequest>,
    /// What the asks name as proofs. They may hold seeds.
    pub code_sources: Vec<CodeSource>,
}

/// Where the work stands.
#[derive(Debug, Clone, PartialEq)]
enum BatchPhase {
    /// No work, or none any more.
    Idle,
    /// The tokens and users concerned are being read.
    Reading,
    /// They could not be read.
    Unread(ServiceError),
    /// The plan stands; nothing was written.
    Planned,
    /// The run is under way.
    Running,
    /// The run came to an end, perhaps with rows left.
    Ended(RunResult),
}

/// The work at hand; lent to all pages as context.
#[derive(Debug, Clone, Copy)]
pub struct TokenActions {
    /// What was offered last and is not finished.
    pub batch: RwSignal<Option<Arc<ActionBatch>>>,
    phase: RwSignal<BatchPhase>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// Whether it stands in question to stop the run.
    confirming_stop: RwSignal<bool>,
    /// What is being read, in words.
    reading_status: RwSignal<String>,
    /// The asks with their tokens as they were read for the plan.
    requests: RwSignal<Arc<Vec<ActionRequest>>>,
    /// The tenant as it was read for the plan.
    tenant: StoredValue<Option<Arc<TenantSnapshot>>>,
    /// What cannot be done for want of a permission.
    missing: RwSignal<MissingPermissions>,
    /// The plan, a row per ask.
    plan: RwSignal<Arc<Vec<TaskRow>>>,
    /// Where each row stands.
    progress: StoredValue<Vec<Progress>>,
    /// Changes whenever a row's progress does.
    progress_version: RwSignal<u64>,
    /// Why the run as a whole waits.
    pause: RwSignal<Option<RunPause>>,
    /// What is left to run.
    rollout: StoredValue<Option<(Rollout, RunDirectory)>>,
    /// Asks the run to stop.
    stop: StoredValue<Arc<Stop>>,
    /// Whether Stop was pressed and calls are still under way.
    stopping: RwSignal<bool>,
    /// When the run began (page time in ms), and how many rows had ended by then.
    began: RwSignal<(f64, usize)>,
    /// Counts offers, so that a superseded reading stops.
    generation: StoredValue<u64>,
    /// What was written and Microsoft does not show yet.
    expected: RwSignal<HashMap<TokenId, Expected>>,
    /// Whether the first look after a run did not show all of it.
    is_lagging: RwSignal<bool>,
    /// How many tokens Microsoft did not show as written until the last look.
    unconfirmed: RwSignal<usize>,
    /// Changes after each run and each reading back.
    revision: RwSignal<u64>,
    store: InventoryStore,
    announcer: Announcer,
}

/// Lends the work to the app. Comes after the inventory and before the router, which must not hear of a Back in question.
pub fn provide_token_actions() {
    let actions = TokenActions {
        batch: RwSignal::new(None),
        phase: RwSignal::new(BatchPhase::Idle),
        open: RwSignal::new(false),
        confirming_stop: RwSignal::new(false),
        reading_status: RwSignal::new(String::new()),
        requests: RwSignal::new(Arc::new(Vec::new())),
        tenant: StoredValue::new(None),
        missing: RwSignal::new(MissingPermissions::default()),
        plan: RwSignal::new(Arc::new(Vec::new())),
        progress: StoredValue::new(Vec::new()),
        progress_version: RwSignal::new(0),
        pause: RwSignal::new(None),
        rollout: StoredValue::new(None),
        stop: StoredValue::new(Arc::new(Stop::default())),
        stopping: RwSignal::new(false),
        began: RwSignal::new((0.0, 0)),
        generation: StoredValue::new(0),
        expected: RwSignal::new(HashMap::new()),
        is_lagging: RwSignal::new(false),
        unconfirmed: RwSignal::new(0),
        revision: RwSignal::new(0),
        store: expect_context(),
        announcer: use_announcer(),
    };
    provide_context(actions);
    // The server, which renders this too, has neither addresses nor events.
    if cfg!(not(feature = "ssr")) {
        leave_guard::ask_before_back(actions);
    }
}

/// The work of this app.
pub fn use_token_actions() -> TokenActions {
    expect_context()
}

impl TokenActions {
    /// Plans this, and lets the person decide. Nothing is written before they do.
    ///
    /// While a run is under way its dialog is shown instead.
    pub fn propose(self, requests: Vec<ActionRequest>, code_sources: Vec<CodeSource>) {
        self.open.set(true);
        if self.is_running() {
            return;
        }
        self.reset();
        // The dialog takes it from here: it may have to be loaded first.
        self.batch.set(Some(Arc::new(ActionBatch { requests, code_sources })));
    }

    /// Whether something was written to the token that Microsoft does not show yet: the row says "waiting for
    /// Microsoft". Makes the caller run again when that changes.
    pub fn is_propagating(self, id: &TokenId) -> bool {
        self.expected.with(|expected| expected.contains_key(id))
    }

    /// Changes after each run and each reading back of its tokens: who shows a token otherwise than from the inventory
    /// reads it anew. Makes the caller run again.
    pub fn revision(self) -> u64 {
        self.revision.get()
    }

    /// Whether there is work that would be lost with the page. Makes the caller run again.
    pub fn has_batch(self) -> bool {
        self.batch.with(Option::is_some)
    }

    fn is_running(self) -> bool {
        self.phase.with_untracked(|phase| *phase == BatchPhase::Running)
    }

    /// Whether the plan is about one token alone: then it is told in sentences, not in a table.
    fn is_single(self) -> bool {
        self.plan.with(|plan| plan.len() == 1)
    }

    /// How many rows have ended, and how. Makes the caller run again.
    fn totals(self) -> RunTotals {
        self.progress_version.track();
        let plan = self.plan.get();
        self.progress.with_value(|progress| RunTotals::of(&plan, progress))
    }

    /// Begins a new turn; what an older one is still doing is no longer wanted.
    fn next_generation(self) -> u64 {
        self.generation.update_value(|generation| *generation += 1);
        self.generation.get_value()
    }

    fn is_current(self, generation: u64) -> bool {
        self.generation.get_value() == generation
    }

    /// Forgets the offer, its seeds, the plan and the report. What Microsoft is still waited for stays.
    fn reset(self) {
        self.next_generation();
        self.batch.set(None);
        self.phase.set(BatchPhase::Idle);
        self.confirming_stop.set(false);
        self.requests.set(Arc::new(Vec::new()));
        self.plan.set(Arc::new(Vec::new()));
        self.tenant.set_value(None);
        self.progress.set_value(Vec::new());
        self.rollout.set_value(None);
        self.pause.set(None);
        self.unconfirmed.set(0);
    }

    /// Notes where a row stands.
    fn record_progress(self, row: usize, progress: Progress) {
        self.progress.update_value(|all| {
            if let Some(slot) = all.get_mut(row) {
                *slot = progress;
            }
        });
        self.progress_version.update(|progress_version| *progress_version += 1);
    }

    /// The run has ended: no row waits for anything any more.
    fn finish_run(self) {
        self.progress.update_value(|all| all.iter_mut().for_each(|progress| progress.waiting = None));
        self.pause.set(None);
        self.stopping.set(false);
        self.progress_version.update(|progress_version| *progress_version += 1);
    }
}
