//! Doing things with tokens: from a wish to a plan, a run, what came of it, and the way back.
//!
//! Pages say what is wanted with [`Work::offer`]; the dialog of this module shows the plan, asks, runs it by the engine
//! of the import, reads back what became of the tokens, and offers to undo what can be undone.

mod dialog;
mod guard;
mod many;
mod needs;
mod one;
mod read_back;
mod result;
mod sentences;
mod steps;
mod survey;
mod undo;

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

pub use self::dialog::WorkDialog;
use crate::{
    api::remote::InRun,
    components::{
        announcer::{Announcer, use_announcer},
        run_progress::Hold,
    },
    pages::inventory::InventoryStore,
};

/// What a page wants done.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What is wanted, a token each.
    pub requests: Vec<ActionRequest>,
    /// What the asks name as proofs. They may hold seeds.
    pub code_sources: Vec<CodeSource>,
}

/// Where the work stands.
#[derive(Debug, Clone, PartialEq)]
enum Phase {
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
pub struct Work {
    /// What was offered last and is not finished.
    pub offer: RwSignal<Option<Arc<Offer>>>,
    phase: RwSignal<Phase>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// Whether it stands in question to stop the run.
    asking: RwSignal<bool>,
    /// What is being read, in words.
    doing: RwSignal<String>,
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
    moved: RwSignal<u64>,
    /// Why the run as a whole waits.
    hold: RwSignal<Option<Hold>>,
    /// What is left to run.
    rollout: StoredValue<Option<(Rollout, InRun)>>,
    /// Asks the run to stop.
    stop: StoredValue<Arc<Stop>>,
    /// Whether Stop was pressed and calls are still under way.
    stopping: RwSignal<bool>,
    /// When the run began (page time in ms), and how many rows had ended by then.
    began: RwSignal<(f64, usize)>,
    /// Counts offers, so that a superseded reading stops.
    turn: StoredValue<u64>,
    /// What was written and Microsoft does not show yet.
    expected: RwSignal<HashMap<TokenId, Expected>>,
    /// Whether the first look after a run did not show all of it.
    lags: RwSignal<bool>,
    /// How many tokens Microsoft did not show as written until the last look.
    late: RwSignal<usize>,
    /// Changes after each run and each reading back.
    revision: RwSignal<u64>,
    store: InventoryStore,
    announcer: Announcer,
}

/// Lends the work to the app. Comes after the inventory and before the router, which must not hear of a Back in question.
pub fn provide_work() {
    let work = Work {
        offer: RwSignal::new(None),
        phase: RwSignal::new(Phase::Idle),
        open: RwSignal::new(false),
        asking: RwSignal::new(false),
        doing: RwSignal::new(String::new()),
        requests: RwSignal::new(Arc::new(Vec::new())),
        tenant: StoredValue::new(None),
        missing: RwSignal::new(MissingPermissions::default()),
        plan: RwSignal::new(Arc::new(Vec::new())),
        progress: StoredValue::new(Vec::new()),
        moved: RwSignal::new(0),
        hold: RwSignal::new(None),
        rollout: StoredValue::new(None),
        stop: StoredValue::new(Arc::new(Stop::default())),
        stopping: RwSignal::new(false),
        began: RwSignal::new((0.0, 0)),
        turn: StoredValue::new(0),
        expected: RwSignal::new(HashMap::new()),
        lags: RwSignal::new(false),
        late: RwSignal::new(0),
        revision: RwSignal::new(0),
        store: expect_context(),
        announcer: use_announcer(),
    };
    provide_context(work);
    // The server, which renders this too, has neither addresses nor events.
    if cfg!(not(feature = "ssr")) {
        guard::ask_before_back(work);
    }
}

/// The work of this app.
pub fn use_work() -> Work {
    expect_context()
}

impl Work {
    /// Plans this, and lets the person decide. Nothing is written before they do.
    ///
    /// While a run is under way its dialog is shown instead.
    pub fn offer(self, requests: Vec<ActionRequest>, code_sources: Vec<CodeSource>) {
        self.open.set(true);
        if self.is_running() {
            return;
        }
        self.forget();
        // The dialog takes it from here: it may have to be loaded first.
        self.offer.set(Some(Arc::new(Offer { requests, code_sources })));
    }

    /// Whether something was written to the token that Microsoft does not show yet: the row says "waiting for
    /// Microsoft". Makes the caller run again when that changes.
    pub fn waiting(self, id: &TokenId) -> bool {
        self.expected.with(|expected| expected.contains_key(id))
    }

    /// Changes after each run and each reading back of its tokens: who shows a token otherwise than from the inventory
    /// reads it anew. Makes the caller run again.
    pub fn revision(self) -> u64 {
        self.revision.get()
    }

    /// Whether there is work that would be lost with the page. Makes the caller run again.
    pub fn is_at_hand(self) -> bool {
        self.offer.with(Option::is_some)
    }

    fn is_running(self) -> bool {
        self.phase.with_untracked(|phase| *phase == Phase::Running)
    }

    /// Whether the plan is about one token alone: then it is told in sentences, not in a table.
    fn is_alone(self) -> bool {
        self.plan.with(|plan| plan.len() == 1)
    }

    /// How many rows have ended, and how. Makes the caller run again.
    fn totals(self) -> RunTotals {
        self.moved.track();
        let plan = self.plan.get();
        self.progress.with_value(|progress| RunTotals::of(&plan, progress))
    }

    /// Begins a new turn; what an older one is still doing is no longer wanted.
    fn new_turn(self) -> u64 {
        self.turn.update_value(|turn| *turn += 1);
        self.turn.get_value()
    }

    fn is_turn(self, turn: u64) -> bool {
        self.turn.get_value() == turn
    }

    /// Forgets the offer, its seeds, the plan and the report. What Microsoft is still waited for stays.
    fn forget(self) {
        self.new_turn();
        self.offer.set(None);
        self.phase.set(Phase::Idle);
        self.asking.set(false);
        self.requests.set(Arc::new(Vec::new()));
        self.plan.set(Arc::new(Vec::new()));
        self.tenant.set_value(None);
        self.progress.set_value(Vec::new());
        self.rollout.set_value(None);
        self.hold.set(None);
        self.late.set(0);
    }

    /// Notes where a row stands.
    fn note(self, row: usize, progress: Progress) {
        self.progress.update_value(|all| {
            if let Some(slot) = all.get_mut(row) {
                *slot = progress;
            }
        });
        self.moved.update(|moved| *moved += 1);
    }

    /// The run has ended: no row waits for anything any more.
    fn rest(self) {
        self.progress.update_value(|all| all.iter_mut().for_each(|progress| progress.waiting = None));
        self.hold.set(None);
        self.stopping.set(false);
        self.moved.update(|moved| *moved += 1);
    }
}
