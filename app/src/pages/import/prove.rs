//! Proves a delivery before all its tokens are activated: a few of them are asked by the codes on their displays.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    drift::proof::{
        ActivationChoice, BatchDrift, MAX_REASON_LEN, MAX_SAMPLES, ProofVerdict, Sample, is_worth_a_proof,
        row_of,
    },
    error::ServiceError,
    plan::{Mode, PlanTotals},
    ports::NewToken,
    token::SerialNumber,
};

use super::steps;
use crate::{
    api::clock::ServerClock,
    components::{
        error_note::ErrorNote,
        measure::{Measure, Measured, VerdictNote},
    },
    state::import::{ImportPhase, ImportState},
};

/// The reason why the plan must not be run yet, if there is one. Reactive.
pub fn blocking_reason(state: ImportState) -> Option<&'static str> {
    state.proof.with(|proof| proof.blocks(state.mode.get())).then_some(
        "A token of this delivery does not fit its row. Correct the file, choose Import and assign, or say under Prove why all are activated nevertheless.",
    )
}

/// The line about the proof in a run and its result. Reactive.
#[component]
pub fn ProofLine(state: ImportState) -> impl IntoView {
    let activations = Memo::new(move |_| PlanTotals::of(&state.run.plan.get()).activate);
    move || {
        let record = state.proof.with(|proof| proof.record(activations.get()))?;
        Some(view! { <p class="hint">{record.text()}"."</p> })
    }
}

/// The part of the plan that offers the proof, where many tokens would be activated.
#[component]
pub fn ProvePart(state: ImportState) -> impl IntoView {
    let activations = Memo::new(move |_| PlanTotals::of(&state.run.plan.get()).activate);
    let is_shown = Memo::new(move |_| {
        let is_activating = state.mode.get() == Mode::Activate && is_worth_a_proof(activations.get());
        state.phase.get() == ImportPhase::Planned && is_activating
    });
    let clock = RwSignal::new(None::<Result<ServerClock, ServiceError>>);
    let learn = move || spawn_local(async move { _ = clock.try_set(Some(ServerClock::sync().await)) });
    let form = move || match clock.get() {
        None => ().into_any(),
        Some(Err(error)) => {
            let retry = Callback::new(move |()| learn());
            view! { <ErrorNote what="The time could not be read from the server" error retry /> }.into_any()
        }
        Some(Ok(clock)) => view! { <AskToken state clock /> }.into_any(),
    };
    view! {
        <Show when=move || is_shown.get()>
            <details
                class="fold prove"
                on:toggle=move |_| {
                    if clock.with_untracked(Option::is_none) {
                        learn();
                    }
                }
            >
                <summary>
                    {move || {
                        format!("Prove this delivery by one of its tokens: {}", state.proof.with(|proof| proof.proof.headline()))
                    }}
                </summary>
                <div class="form">
                    <p>
                        "Activated is what Microsoft computes from the file; no device is asked. Take any token of this delivery: its code shows a wrong hash or interval, swapped rows and a clock that is off, before users stand at a sign-in that refuses them. Several tokens, at most eight, show the clocks of the delivery."
                    </p>
                    {form}
                    <Samples state />
                    <Consequence state />
                </div>
            </details>
        </Show>
    }
}

/// The serial of one token and its code.
#[component]
fn AskToken(state: ImportState, clock: ServerClock) -> impl IntoView {
    let serial = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let last = RwSignal::new(None::<Sample>);
    let row = move |serial: &str| {
        let file = state.file.get_untracked()?;
        match row_of(file.table.rows(), serial) {
            Ok(row) => Some(row.token.clone()),
            Err(issue) => {
                problem.set(Some(format!("{}. {}", issue.message, issue.remedy)));
                None
            }
        }
    };
    let token = Callback::new(move |()| -> Option<NewToken> {
        problem.set(None);
        row(&serial.get_untracked())
    });
    let measured = Callback::new(move |Measured { verdict, typed_at_ms }| {
        let Some(token) = row(&serial.get_untracked()) else { return };
        let sample = Sample::new(&token, verdict, typed_at_ms);
        last.set(Some(sample.clone()));
        state.proof.update(|delivery| delivery.add(sample));
    });
    // The codes of one token are kept until another one is named.
    let named = Memo::new(move |_| serial.get().trim().to_lowercase());
    let is_full = Memo::new(move |_| state.proof.with(|delivery| delivery.proof.is_full()));
    view! {
        <Show
            when=move || !is_full.get()
            fallback=|| view! { <p class="hint">{format!("{MAX_SAMPLES} tokens are enough: more say nothing new.")}</p> }
        >
            <label class="field">
                <span class="field__name">"Serial number of a token of this delivery"</span>
                <input
                    id="prove-serial"
                    class="input input--serial"
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="128"
                    prop:value=move || serial.get()
                    on:input:target=move |event| serial.set(event.target().value())
                />
            </label>
            {move || {
                named.track();
                view! { <Measure token clock measured shows_verdict=false /> }
            }}
            <div role="status">
                {move || problem.get().map(|problem| view! { <p class="field__error">{problem}</p> })}
                {move || {
                    // Until it is left out, or its row is changed.
                    let is_kept = |sample: &Sample| state.proof.with(|delivery| delivery.proof.samples().contains(sample));
                    last.get()
                        .filter(is_kept)
                        .map(|sample| {
                            view! {
                                <p>
                                    <strong>{sample.summary()}</strong>
                                </p>
                                <VerdictNote verdict=sample.verdict />
                            }
                        })
                }}
            </div>
        </Show>
    }
}

/// The tokens that were asked.
#[component]
fn Samples(state: ImportState) -> impl IntoView {
    let remove = move |serial: SerialNumber| state.proof.update(|delivery| delivery.remove(&serial));
    move || {
        let samples = state.proof.with(|delivery| delivery.proof.samples().to_vec());
        let items = samples.iter().map(|sample| {
            let serial = sample.serial.clone();
            let label = format!("Leave token {serial} out of the proof");
            view! {
                <li>
                    {sample.summary()} " "
                    <button class="link" aria-label=label on:click=move |_| remove(serial.clone())>
                        "Leave out"
                    </button>
                </li>
            }
        });
        (!samples.is_empty()).then(|| view! { <ul>{items.collect_view()}</ul> })
    }
}

/// What the sample means for the delivery, and what can be chosen.
#[component]
fn Consequence(state: ImportState) -> impl IntoView {
    let verdict = Memo::new(move |_| state.proof.with(|delivery| delivery.proof.verdict()));
    move || match verdict.get() {
        ProofVerdict::NotProved => ().into_any(),
        ProofVerdict::DoesNotFit(sample) => view! { <Nevertheless state sample /> }.into_any(),
        ProofVerdict::Fits(drift) => view! { <Choices state drift /> }.into_any(),
    }
}

/// A token does not fit: a reason has to be typed before the delivery is activated.
#[component]
fn Nevertheless(state: ImportState, sample: Sample) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let go_on = move |_| {
        let reason = typed.get_untracked().trim().to_owned();
        if !reason.is_empty() {
            state.proof.update(|delivery| delivery.reason = Some(reason));
        }
    };
    let given = move || state.proof.with(|delivery| delivery.reason.clone());
    view! {
        <div class="note note--danger note--told">
            <p>
                <strong>
                    {format!("Token {} does not fit its row, so this delivery is not activated.", sample.serial)}
                </strong>
            </p>
            <p>"Correct the file and choose it again, or hand the tokens out without activating them."</p>
            <p class="actions">
                <button class="button" on:click=move |_| assign_only(state)>
                    "Import and assign only"
                </button>
            </p>
            <label class="field">
                <span class="field__name">"Why it is activated nevertheless"</span>
                <input
                    class="input input--reason"
                    type="text"
                    autocomplete="off"
                    maxlength=MAX_REASON_LEN.to_string()
                    on:input:target=move |event| typed.set(event.target().value())
                />
                <span class="field__label">"It is recorded in the audit trail, with your name."</span>
            </label>
            <p class="actions">
                <button
                    class="button button--danger"
                    aria-disabled=move || typed.with(|typed| typed.trim().is_empty()).to_string()
                    on:click=go_on
                >
                    "Activate nevertheless"
                </button>
            </p>
            <p role="status">{move || given().map(|reason| format!("Activated nevertheless: {reason}"))}</p>
        </div>
    }
}

/// All tokens fit: how the delivery is activated.
#[component]
fn Choices(state: ImportState, drift: BatchDrift) -> impl IntoView {
    let choice = move || state.proof.with(|delivery| delivery.choice);
    let choose = move |choice| state.proof.update(|delivery| delivery.choice = choice);
    let option = move |this: ActivationChoice, label: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="activation"
                    prop:checked=move || choice() == this
                    on:change=move |_| choose(this)
                />
                {label}
            </label>
        }
    };
    let tone = if drift.missing_now == 0 { "note note--good" } else { "note note--warning" };
    view! {
        <p class=tone role="status">
            {drift.advice()}
        </p>
        <fieldset class="choices">
            <legend class="field__name">"How these tokens are activated"</legend>
            {option(ActivationChoice::Now, "Now, as if their clocks were right")}
            {drift.allows_median().then(|| option(ActivationChoice::AtMedian, "Now, at the median of the clocks"))}
        </fieldset>
        {(drift.missing_now > 0)
            .then(|| {
                view! {
                    <p class="actions">
                        <button class="button" on:click=move |_| assign_only(state)>
                            "Assign now, activate by display"
                        </button>
                    </p>
                }
            })}
    }
}

/// The plan without activation: each person activates their token by the code on its display.
fn assign_only(state: ImportState) {
    state.proof.update(|delivery| delivery.choice = ActivationChoice::ByDisplay);
    state.mode.set(Mode::Assign);
    steps::replan(state);
}
