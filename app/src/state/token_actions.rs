//! The state of the actions on tokens: the current batch, its plan and its run.
//!
//! Pages pass requests to [`TokenActions::act`], which runs them at once, or to [`TokenActions::propose`], which asks
//! first; [`crate::token_actions`] does the rest.

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;
use token_core::{
    checkup::MissingPermissions,
    error::ServiceError,
    plan::{ActionRequest, CodeSource, Expected, Task, privileged::PlanTargets, snapshot::TenantSnapshot},
    run::{End, engine::RunResult},
    token::TokenId,
};

use super::{announcer::use_announcer, inventory::InventoryStore, run::RunState};

/// Typed codes of a token that are refused before no other one is sent.
const MAX_REFUSED_CODES: u32 = 3;

/// The actions that a page asks for.
#[derive(Debug, Clone)]
pub struct ActionBatch {
    /// One request per token.
    pub requests: Vec<ActionRequest>,
    /// The sources of codes that the requests refer to. They may hold seeds.
    pub code_sources: Vec<CodeSource>,
}

impl ActionBatch {
    /// Whether it asks for the same actions on the same tokens.
    fn is_same(&self, other: &Self) -> bool {
        let action = |request: &ActionRequest| {
            let resolved = request.resolved.as_ref().ok()?;
            Some((resolved.token.id.clone(), resolved.action.clone()))
        };
        self.requests.iter().map(action).eq(other.requests.iter().map(action))
    }
}

/// What is told about so many actions that wait; `is_busy` while something is under way.
fn waiting_text(count: usize, is_busy: bool) -> String {
    match (count, is_busy) {
        (1, true) => "The next action waits for this one.".to_owned(),
        (_, true) => format!("{count} actions wait for this one."),
        (1, false) => "The next action has not begun.".to_owned(),
        (_, false) => format!("{count} more actions have not begun."),
    }
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
    /// What was asked for at once while another batch was being written: it runs when that one is done.
    waiting: RwSignal<Vec<ActionBatch>>,
    /// The current batch.
    pub batch: RwSignal<Option<Arc<ActionBatch>>>,
    /// Its phase.
    pub phase: RwSignal<BatchPhase>,
    /// Whether the dialog is open.
    pub open: RwSignal<bool>,
    /// Whether the batch runs at once, without a question: the open panel tells what came of it, not the dialog.
    pub at_once: RwSignal<bool>,
    /// How many panels tell what comes of actions that run at once; the bar at the foot of the page does it otherwise.
    pub answers: RwSignal<usize>,
    /// The token whose form asks for a code, if one is shown: it tells that the code was refused.
    pub code_form: RwSignal<Option<TokenId>>,
    /// The token whose typed code was refused by the last run, and why.
    pub refused_code: RwSignal<Option<(TokenId, String)>>,
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
    /// The plan, and its run.
    pub run: RunState<Task>,
    /// What was written but is not yet visible in Microsoft Graph.
    pub expected: RwSignal<HashMap<TokenId, Expected>>,
    /// Whether a read after the run did not show all of it.
    pub is_lagging: RwSignal<bool>,
    /// How many tokens the last read after the run still did not show as written.
    pub unconfirmed: RwSignal<usize>,
    /// How many typed codes of each token were refused in a row.
    pub refused_codes: RwSignal<HashMap<TokenId, u32>>,
    /// Incremented after each run and each refresh of its tokens.
    pub revision: RwSignal<u64>,
    /// The inventory, in which the tokens are updated.
    pub store: InventoryStore,
}

/// Provides the state as context, after the inventory and the announcer.
pub fn provide_token_actions() {
    let actions = TokenActions {
        waiting: RwSignal::new(Vec::new()),
        batch: RwSignal::new(None),
        phase: RwSignal::new(BatchPhase::Idle),
        open: RwSignal::new(false),
        at_once: RwSignal::new(false),
        answers: RwSignal::new(0),
        code_form: RwSignal::new(None),
        refused_code: RwSignal::new(None),
        confirming_stop: RwSignal::new(false),
        reading_status: RwSignal::new(String::new()),
        requests: RwSignal::new(Arc::new(Vec::new())),
        tenant: StoredValue::new(None),
        missing: RwSignal::new(MissingPermissions::default()),
        run: RunState::new(use_announcer()),
        expected: RwSignal::new(HashMap::new()),
        is_lagging: RwSignal::new(false),
        unconfirmed: RwSignal::new(0),
        refused_codes: RwSignal::new(HashMap::new()),
        revision: RwSignal::new(0),
        store: expect_context(),
    };
    Effect::new(move |_| actions.begin_waiting());
    provide_context(actions);
}

/// The token actions of this app.
pub fn use_token_actions() -> TokenActions {
    expect_context()
}

impl TokenActions {
    /// Plans these requests and runs them at once, for actions that can be undone or whose form says what they do
    /// (*Refresh*). A plan that has to be looked at, because something of it is not possible or has changed, or because it names
    /// holders of directory roles, opens the dialog. Why a single action is not possible is told in the panel.
    ///
    /// While a run is in progress they wait until it is done; if not all of it succeeded, the person decides whether to go on. What
    /// is under way already is not done twice; what waits already waits with the codes that were typed last.
    pub fn act(self, requests: Vec<ActionRequest>, code_sources: Vec<CodeSource>) {
        let batch = ActionBatch { requests, code_sources };
        if !self.is_busy() {
            return self.begin(batch);
        }
        if self.batch.with_untracked(|now| now.as_ref().is_some_and(|now| now.is_same(&batch))) {
            return self.run.announcer.announce("This is being done already.".to_owned());
        }
        self.waiting.update(|waiting| match waiting.iter_mut().find(|other| other.is_same(&batch)) {
            Some(other) => *other = batch,
            None => waiting.push(batch),
        });
        self.run.announcer.announce(waiting_text(1, true));
    }

    /// Whether actions wait, which would be lost with the page. Reactive.
    pub fn has_waiting(self) -> bool {
        self.waiting.with(|waiting| !waiting.is_empty())
    }

    /// Goes on with what waits, although not all of what was before it succeeded.
    pub fn go_on(self) {
        if !self.is_busy()
            && let Some(next) = self.next_waiting()
        {
            self.begin(next);
        }
    }

    /// Drops what waits, with its codes.
    pub fn drop_waiting(self) {
        self.waiting.set(Vec::new());
    }

    /// What waits, as text. Reactive.
    pub fn waiting_text(self) -> Option<String> {
        let count = self.waiting.with(Vec::len);
        self.phase.track();
        (count > 0).then(|| waiting_text(count, self.is_busy()))
    }

    /// Begins with what waits once everything before it has succeeded. Reactive.
    fn begin_waiting(self) {
        let has_succeeded = self.phase.with(|phase| matches!(phase, BatchPhase::Ended(_))) && self.is_done();
        if has_succeeded && !self.open.get() && self.has_waiting() {
            untrack(|| self.go_on());
        }
    }

    fn next_waiting(self) -> Option<ActionBatch> {
        self.waiting.try_update(|waiting| (!waiting.is_empty()).then(|| waiting.remove(0))).flatten()
    }

    /// Plans a batch, and runs it at once.
    fn begin(self, batch: ActionBatch) {
        self.reset();
        self.open.set(false);
        self.at_once.set(true);
        self.batch.set(Some(Arc::new(batch)));
    }

    /// Opens the dialog, which plans these requests and asks for confirmation before anything is written.
    ///
    /// While a run is in progress the dialog shows that run instead.
    pub fn propose(self, requests: Vec<ActionRequest>, code_sources: Vec<CodeSource>) {
        self.open.set(true);
        if self.is_busy() {
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

    /// Counts the typed codes of the run that has ended: a refused one of its token, or starts anew after one that was
    /// accepted. `why` is what is told beside the code's field.
    pub fn count_codes(self, why: impl FnOnce() -> String) {
        let Some(batch) = self.batch.get_untracked() else { return };
        let ([request], [CodeSource::Code(_)]) = (batch.requests.as_slice(), batch.code_sources.as_slice())
        else {
            return;
        };
        let end = self.run.progress.with_value(|all| all.first().and_then(|progress| progress.end.clone()));
        let (Ok(resolved), Some(end)) = (&request.resolved, end) else { return };
        let id = resolved.token.id.clone();
        match end {
            End::Done => self.refused_codes.update(|refused| _ = refused.remove(&id)),
            End::Failed(failure) if failure.is_code_refused => {
                self.refused_codes.update(|refused| *refused.entry(id.clone()).or_default() += 1);
                self.refused_code.set(Some((id, why())));
            }
            End::Failed(_) => {}
        }
    }

    /// Whether the refused code of the last run is told beside its field; after too many the field is gone. Reactive.
    pub fn is_told_at_code(self) -> bool {
        self.refused_code.with(|refused| {
            refused.as_ref().is_some_and(|(id, _)| {
                !self.has_failed(id) && self.code_form.with(|form| form.as_ref() == Some(id))
            })
        })
    }

    /// Drops the codes and seeds of a batch that is done: its undo needs none.
    pub fn forget_code_sources(self) {
        let requests = self.batch.with_untracked(|batch| batch.as_ref().map(|batch| batch.requests.clone()));
        if let Some(requests) = requests {
            self.batch.set(Some(Arc::new(ActionBatch { requests, code_sources: Vec::new() })));
        }
        self.run.forget_rest();
    }

    /// Whether so many typed codes of a token were refused that no other one is sent. Reactive.
    pub fn has_failed(self, id: &TokenId) -> bool {
        self.refused_codes.with(|refused| refused.get(id).is_some_and(|count| *count >= MAX_REFUSED_CODES))
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

    /// The people in the plan who hold a directory role. Reactive.
    pub fn targets(self) -> PlanTargets {
        let plan = self.run.plan.get();
        let of_tenant = |read: &Arc<TenantSnapshot>| PlanTargets::of(read.roles(), &plan);
        self.tenant.with_value(|read| read.as_ref().map(of_tenant)).unwrap_or_default()
    }

    /// Whether a run is in progress, or will be without a question.
    pub fn is_busy(self) -> bool {
        let will_run = self.at_once.get_untracked()
            && self.batch.with_untracked(Option::is_some)
            && self.phase.with_untracked(|phase| matches!(phase, BatchPhase::Idle | BatchPhase::Reading));
        will_run || self.is_running()
    }

    /// Whether a run is in progress.
    pub fn is_running(self) -> bool {
        self.phase.with_untracked(|phase| *phase == BatchPhase::Running)
    }

    /// Whether all rows of the plan are done. Reactive.
    pub fn is_done(self) -> bool {
        let totals = self.run.totals();
        totals.failed + totals.left + self.run.impossible() == 0
    }

    /// Whether the plan has a single row, which is shown as sentences instead of a table.
    pub fn is_single(self) -> bool {
        self.run.plan.with(|plan| plan.len() == 1)
    }

    /// Drops the batch with its seeds, the plan and the progress. The writes that are not yet visible stay.
    pub fn reset(self) {
        self.run.reset();
        self.batch.set(None);
        self.at_once.set(false);
        self.refused_code.set(None);
        self.phase.set(BatchPhase::Idle);
        self.confirming_stop.set(false);
        self.requests.set(Arc::new(Vec::new()));
        self.tenant.set_value(None);
        self.unconfirmed.set(0);
    }
}
