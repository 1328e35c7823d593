//! The steps of the work, one after the other: read, plan, run, close.

use std::sync::Arc;

use futures_util::future::join;
use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    manage::plan::plan,
    ports::MAX_ITEMS,
    rollout::{
        Progress,
        engine::{Rollout, RunResult, Watcher},
    },
};

use super::{
    Offer, Phase, Work, read_back, sentences,
    survey::{self, Surveyed},
};
use crate::{
    api::{
        remote::{InRun, Remote},
        tenant::missing_permissions,
    },
    browser::{ServerClock, Timer, page_ms, sleep},
    components::run_progress::Hold,
    words::tokens,
};

/// Reads what the offer at hand needs, then plans it.
pub(super) fn survey(work: Work) {
    let Some(offer) = work.offer.get_untracked() else { return };
    let turn = work.new_turn();
    work.late.set(0);
    work.doing.set("Reading the tenant …".to_owned());
    work.phase.set(Phase::Reading);
    spawn_local(async move {
        let (read, missing) = join(read_patiently(work, turn, &offer), missing_permissions()).await;
        if !work.is_turn(turn) {
            return;
        }
        work.missing.set(missing.unwrap_or_default());
        match read {
            Ok(read) => planned(work, &offer, read),
            Err(error) => work.phase.set(Phase::Unread(error)),
        }
    });
}

async fn read_patiently(work: Work, turn: u64, offer: &Offer) -> Result<Surveyed, ServiceError> {
    loop {
        // Few people's own lists are read, and say more than the inventory.
        let known = match offer.requests.len() {
            ..=MAX_ITEMS => Vec::new(),
            _ => work.store.with(|list| list.tokens().to_vec()),
        };
        let expected = work.expected.get_untracked();
        match survey::read(&Remote, &offer.requests, &expected, known).await {
            Err(ServiceError::Throttled { after_ms }) if work.is_turn(turn) => {
                let seconds = after_ms.div_ceil(1000);
                work.doing
                    .set(format!("Microsoft asks for a pause of {seconds} s. Then the tenant is read."));
                sleep(u32::try_from(after_ms).unwrap_or(u32::MAX)).await;
            }
            read => return read,
        }
    }
}

fn planned(work: Work, offer: &Offer, read: Surveyed) {
    let Surveyed { requests, tenant, seen, users } = read;
    let rows = plan(&requests, &tenant, &offer.code_sources);
    read_back::show(work, seen, users);
    work.progress.set_value(vec![Progress::default(); rows.len()]);
    work.rollout.set_value(None);
    work.tenant.set_value(Some(Arc::new(tenant)));
    let said = match (requests.as_slice(), rows.as_slice()) {
        ([request], [row]) => sentences::question(request, row).to_string(),
        _ => format!("The plan for {} is ready", tokens(rows.len())),
    };
    work.requests.set(Arc::new(requests));
    work.plan.set(Arc::new(rows));
    work.moved.update(|moved| *moved += 1);
    work.phase.set(Phase::Planned);
    work.announcer.say(said);
}

/// Carries the plan out, or what is left of it.
pub(super) fn run(work: Work) {
    let (Some(offer), plan) = (work.offer.get_untracked(), work.plan.get_untracked()) else { return };
    work.new_turn();
    let totals = untrack(|| work.totals());
    work.began.set((page_ms(), totals.done + totals.failed));
    work.stop.with_value(|stop| stop.clear());
    work.stopping.set(false);
    work.late.set(0);
    work.phase.set(Phase::Running);
    spawn_local(async move {
        let mut left = None;
        work.rollout.update_value(|kept| left = kept.take());
        let (mut rollout, in_run) =
            left.unwrap_or_else(|| (Rollout::of_tasks(&plan, &offer.code_sources), InRun::of_tasks(&plan)));
        let ended = match ServerClock::learn().await {
            Ok(clock) => {
                let stop = work.stop.get_value();
                rollout.run(&in_run, &clock, &Timer, &stop, &Screen(work)).await
            }
            Err(error) => RunResult::Halted(error),
        };
        work.rollout.set_value(Some((rollout, in_run)));
        work.rest();
        work.asking.set(false);
        work.phase.set(Phase::Ended(ended));
        work.announcer.say(sentences::result(work));
        read_back::begin(work);
        // It was closed while calls were under way.
        if !work.open.get_untracked() {
            close(work);
        }
    });
}

/// Asks the run to stop after the calls under way.
pub(super) fn stop(work: Work) {
    work.stopping.set(true);
    work.stop.with_value(|stop| stop.request());
}

/// Closes the dialog; asks first while a run is under way. What failed or is left is kept until the next offer.
pub(super) fn close(work: Work) {
    if work.is_running() {
        if work.stopping.get_untracked() {
            work.open.set(false);
        } else {
            work.asking.set(true);
        }
        return;
    }
    work.open.set(false);
    let totals = untrack(|| work.totals());
    let has_ended = work.phase.with_untracked(|phase| matches!(phase, Phase::Ended(_)));
    if !has_ended || totals.failed + totals.left == 0 {
        work.forget();
    }
}

/// Stops the run and closes the dialog.
pub(super) fn stop_and_close(work: Work) {
    stop(work);
    work.asking.set(false);
    close(work);
}

/// Shows the run in the dialog.
struct Screen(Work);

impl Watcher for Screen {
    fn changed(&self, row: usize, progress: &Progress) {
        self.0.note(row, progress.clone());
    }

    fn paused(&self, hold: Option<(u64, &ServiceError)>) {
        Hold::show(self.0.hold, hold, self.0.announcer);
    }
}
