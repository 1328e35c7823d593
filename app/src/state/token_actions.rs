//! The state of the actions on tokens: the current batch, its plan and its run.
//!
//! Pages pass requests to [`TokenActions::propose`]; the dialog of [`crate::token_actions`] does the rest.

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;
use token_core::{
    checkup::MissingPermissions,
    error::ServiceError,
    plan::{ActionRequest, CodeSource, Expected, TaskRow, snapshot::TenantSnapshot},
    run::{
        Progress,
        engine::{Rollout, RunResult, Stop},
        report::RunTotals,
    },
    token::TokenId,
};

use super::{
    announcer::{Announcer, use_announcer},
    inventory::InventoryStore,
    run_pause::RunPause,
};

/// The actions that a page asks for.
#[derive(Debug, Clone)]
pub struct ActionBatch {
    /// One request per token.
    pub requests: Vec<ActionRequest>,
    /// The sources of codes that the requests refer to. They may hold seeds.
    pub code_sources: Vec<CodeSource>,
}

/// The phase of the current batch.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchPhase {
    /// There is no batch.
    Idle,
    /// The tokens and users of the batch are being read.
    Reading,
    /// They could not be read.
    Unread(ServiceError),
    /// The plan is ready; nothing has been written.
    Planned,
    /// The run is in progress.
    Running,
    /// The run has ended, perhaps with rows left.
    Ended(RunResult),
}

/// The state of the current batch; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct TokenActions {
    /// The current batch.
    pub batch: RwSignal<Option<Arc<ActionBatch>>>,
    /// Its phase.
    pub phase: RwSignal<BatchPhase>,
    /// Whether the dialog is open.
    pub open: RwSignal<bool>,
    /// Whether the dialog asks for confirmation to stop the run.
    pub confirming_stop: RwSignal<bool>,
    /// What is being read, as text.
    pub reading_status: RwSignal<String>,
    /// The requests, with their tokens as read for the plan.
    pub requests: RwSignal<Arc<Vec<ActionRequest>>>,
    /// The tenant as read for the plan.
    pub tenant: StoredValue<Option<Arc<TenantSnapshot>>>,
    /// The missing permissions.
    pub missing: RwSignal<MissingPermissions>,
    /// The plan, a row per request.
    pub plan: RwSignal<Arc<Vec<TaskRow>>>,
    /// The progress of each row.
    pub progress: StoredValue<Vec<Progress>>,
    /// Incremented whenever a row's progress changes.
    pub progress_version: RwSignal<u64>,
    /// The pause of the whole run, if any.
    pub pause: RwSignal<Option<RunPause>>,
    /// The rest of the run.
    pub rollout: StoredValue<Option<Rollout>>,
    /// The stop signal of the run.
    pub stop: StoredValue<Arc<Stop>>,
    /// Whether Stop was pressed while calls are still in flight.
    pub stopping: RwSignal<bool>,
    /// When the run began (`performance.now()`), and how many rows had ended by then.
    pub began: RwSignal<(f64, usize)>,
    /// Incremented by each batch and run, so that a superseded read is discarded.
    pub generation: StoredValue<u64>,
    /// What was written but is not yet visible in Microsoft Graph.
    pub expected: RwSignal<HashMap<TokenId, Expected>>,
    /// Whether a read after the run did not show all of it.
    pub is_lagging: RwSignal<bool>,
    /// How many tokens the last read after the run still did not show as written.
    pub unconfirmed: RwSignal<usize>,
    /// Incremented after each run and each refresh of its tokens.
    pub revision: RwSignal<u64>,
    /// The inventory, in which the tokens are updated.
    pub store: InventoryStore,
    /// Announces the plan and the result.
    pub announcer: Announcer,
}

/// Provides the state as context, after the inventory and the announcer.
pub fn provide_token_actions() {
    provide_context(TokenActions {
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
    });
}

/// The token actions of this app.
pub fn use_token_actions() -> TokenActions {
    expect_context()
}

impl TokenActions {
    /// Opens the dialog, which plans these requests and asks for confirmation before anything is written.
    ///
    /// While a run is in progress the dialog shows that run instead.
    pub fn propose(self, requests: Vec<ActionRequest>, code_sources: Vec<CodeSource>) {
        self.open.set(true);
        if self.is_running() {
            return;
        }
        self.reset();
        // The dialog starts planning when it sees the batch; it may have to be loaded first.
        self.batch.set(Some(Arc::new(ActionBatch { requests, code_sources })));
    }

    /// Whether a write to the token is not yet visible in Microsoft Graph: its row says "waiting for Microsoft".
    /// Reactive.
    pub fn is_propagating(self, id: &TokenId) -> bool {
        self.expected.with(|expected| expected.contains_key(id))
    }

    /// Changes after each run and each refresh of its tokens. Views that read tokens themselves read them again then.
    /// Reactive.
    pub fn revision(self) -> u64 {
        self.revision.get()
    }

    /// Whether there is a batch, which would be lost with the page. Reactive.
    pub fn has_batch(self) -> bool {
        self.batch.with(Option::is_some)
    }

    /// Whether a run is in progress.
    pub fn is_running(self) -> bool {
        self.phase.with_untracked(|phase| *phase == BatchPhase::Running)
    }

    /// Whether the plan has a single row, which is shown as sentences instead of a table.
    pub fn is_single(self) -> bool {
        self.plan.with(|plan| plan.len() == 1)
    }

    /// How many rows have ended, and how. Reactive.
    pub fn totals(self) -> RunTotals {
        self.progress_version.track();
        let plan = self.plan.get();
        self.progress.with_value(|progress| RunTotals::of(&plan, progress))
    }

    /// Starts a new generation; results of older ones are discarded.
    pub fn next_generation(self) -> u64 {
        self.generation.update_value(|generation| *generation += 1);
        self.generation.get_value()
    }

    /// Whether a generation is still the current one.
    pub fn is_current(self, generation: u64) -> bool {
        self.generation.get_value() == generation
    }

    /// Drops the batch with its seeds, the plan and the progress. The writes that are not yet visible stay.
    pub fn reset(self) {
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

    /// Stores the progress of a row.
    pub fn record_progress(self, row: usize, progress: Progress) {
        self.progress.update_value(|all| {
            if let Some(slot) = all.get_mut(row) {
                *slot = progress;
            }
        });
        self.progress_version.update(|progress_version| *progress_version += 1);
    }

    /// Clears all pauses after the run has ended.
    pub fn finish_run(self) {
        self.progress.update_value(|all| all.iter_mut().for_each(|progress| progress.waiting = None));
        self.pause.set(None);
        self.stopping.set(false);
        self.progress_version.update(|progress_version| *progress_version += 1);
    }
}
