//! The trial of the tenant: what it does, the user, the progress, and the report.

mod results;

use leptos::{ev, prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    trial::{TRIAL_NOTICE, TrialPhase, TrialStart, TrialState, TrialStep},
};

use self::results::TrialResults;
use crate::{
    api::{
        AppError,
        trial::{read_trial, start_trial, stop_trial},
    },
    browser::sleep,
    components::text_field::TextField,
    state::announcer::{Announcer, use_announcer},
};

/// How often a trial under way is looked at, in milliseconds.
const POLL_MS: u32 = 700;

/// What the page knows of the trial.
#[derive(Clone, Copy)]
struct TrialView {
    latest: RwSignal<Option<TrialState>>,
    /// Why it did not begin, or cannot be read.
    problem: RwSignal<Option<String>>,
    /// Whether it is under way, or about to be.
    running: RwSignal<bool>,
    stopping: RwSignal<bool>,
    announcer: Announcer,
}

/// The section of the settings page.
#[component]
pub fn Trial() -> impl IntoView {
    let view = TrialView {
        latest: RwSignal::new(None),
        problem: RwSignal::new(None),
        running: RwSignal::new(false),
        stopping: RwSignal::new(false),
        announcer: use_announcer(),
    };
    let (upn, collide) = (RwSignal::new(String::new()), RwSignal::new(false));
    // Shows a trial that is under way, or the last one.
    Effect::new(move |_| spawn_local(follow(view)));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if view.running.get_untracked() {
            view.stopping.set(true);
            spawn_local(stop(view));
        } else {
            view.running.set(true);
            view.stopping.set(false);
            view.problem.set(None);
            spawn_local(start(view, upn.get_untracked(), collide.get_untracked()));
        }
    };
    let label = move || match (view.running.get(), view.stopping.get()) {
        (false, _) => "Start the trial",
        (true, false) => "Stop the trial",
        (true, true) => "Stopping …",
    };
    view! {
        <h2 id="trial-title">"Trial"</h2>
        <p class="hint">
            "Half of what Token Inventory assumes of this preview of Microsoft’s was never measured. The trial measures it in your tenant, and makes a report that names nothing of it, so that you can share it."
        </p>
        <p>{TRIAL_NOTICE}</p>
        <Steps collide />
        <form class="form" on:submit=submit>
            <TextField label="Trial user" hint="User principal name of an enabled member with room for another token" value=upn />
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=move || collide.get()
                    on:change:target=move |event| collide.set(event.target().checked())
                />
                " Also two writes for this user at once (assigns two tokens)"
            </label>
            <div role="alert">
                {move || view.problem.get().map(|problem| view! { <p class="note note--danger">{problem}</p> })}
            </div>
            // One button, so that the focus stays when the trial begins and ends.
            <p class="actions">
                <button class="button" aria-disabled=move || view.stopping.get().to_string()>
                    {label}
                </button>
            </p>
        </form>
        {move || view.latest.get().map(|state| view! { <TrialResults state /> })}
    }
}

/// What will be tried, in the order of the trial.
#[component]
fn Steps(collide: RwSignal<bool>) -> impl IntoView {
    let steps = move || {
        TrialStep::of_trial(collide.get())
            .map(|step| view! { <li>{step.title()}" — assumed: "{step.assumes()}"."</li> })
            .collect_view()
    };
    view! {
        <details>
            <summary>{move || format!("What is tried: {} steps", TrialStep::of_trial(collide.get()).count())}</summary>
            <ol>{steps}</ol>
        </details>
    }
}

async fn start(view: TrialView, upn: String, collide: bool) {
    match start_trial(upn, collide).await {
        Ok(TrialStart::Began) => follow(view).await,
        Ok(TrialStart::Refused(why)) => fail(view, why),
        Err(AppError(error)) => fail(view, error.to_string()),
    }
}

async fn stop(view: TrialView) {
    if let Err(AppError(error)) = stop_trial().await {
        view.problem.set(Some(error.to_string()));
    }
}

fn fail(view: TrialView, why: String) {
    view.running.set(false);
    view.problem.set(Some(why));
}

/// Reads the trial until it has ended, and announces its end.
async fn follow(view: TrialView) {
    let announcer = view.announcer;
    let mut was_running = false;
    let mut announced = 0;
    loop {
        let state = match read_trial().await {
            Ok(state) => state,
            // The trial goes on without the page; the next look may succeed.
            Err(AppError(ServiceError::Disconnected)) if was_running => {
                sleep(POLL_MS).await;
                continue;
            }
            Err(AppError(error)) => return fail(view, error.to_string()),
        };
        if view.latest.try_get_untracked().is_none() {
            // The page was left.
            return;
        }
        let is_running = state.as_ref().is_some_and(|state| state.phase != TrialPhase::Ended);
        view.running.set(is_running);
        if let Some(state) = &state {
            // A few times, so that it does not drown out everything else.
            let quarter = state.results.len() * 4 / state.steps().count().max(1);
            if was_running && !is_running {
                announcer.announce(format!("The trial has ended: {}", state.summary()));
            } else if is_running && quarter > announced {
                announced = quarter;
                announcer.announce(format!("{} of {} steps", state.results.len(), state.steps().count()));
            }
        }
        view.latest.set(state);
        if !is_running {
            view.stopping.set(false);
            return;
        }
        was_running = true;
        sleep(POLL_MS).await;
    }
}
