//! The check of the connection: its findings, and what to do about them.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use token_core::{
    checkup::{Checkup, Finding, Severity},
    error::ServiceError,
};

use crate::{
    api::settings::check,
    components::{
        error_note::ErrorNote,
        status_badge::{StatusBadge, Tone},
    },
    state::announcer::use_announcer,
};

/// The state of the check.
#[derive(Debug, Clone, PartialEq)]
enum CheckState {
    NotYet,
    Asking,
    Done(Checkup),
    Failed(ServiceError),
}

/// The button and the findings.
#[component]
pub fn Check() -> impl IntoView {
    let state = RwSignal::new(CheckState::NotYet);
    let announcer = use_announcer();
    let is_asking = move || state.with(|state| *state == CheckState::Asking);
    let begin = move || {
        if state.with_untracked(|state| *state == CheckState::Asking) {
            return;
        }
        state.set(CheckState::Asking);
        spawn_local(async move {
            match check().await {
                Ok(checkup) => {
                    announcer.announce(summary(&checkup));
                    state.set(CheckState::Done(checkup));
                }
                Err(error) => state.set(CheckState::Failed(error.0)),
            }
        });
    };
    // Runs automatically after a tenant was connected or consent was given.
    let query = use_query_map();
    let is_automatic =
        move || query.with(|query| query.get("check").is_some() || query.get("consent").is_some());
    Effect::new(move |_| {
        if is_automatic() {
            begin();
        }
    });
    view! {
        <div class="page__head">
            <h2 id="check-title">"Check"</h2>
            <button
                class="button"
                aria-disabled=move || is_asking().to_string()
                on:click=move |_| begin()
            >
                {move || if is_asking() { "Checking …" } else { "Check the connection" }}
            </button>
        </div>
        {move || match state.get() {
            CheckState::NotYet | CheckState::Asking => {
                view! {
                    <p class="hint">
                        "Network, clock, credentials, permissions and the policy for hardware tokens. Nothing is changed."
                    </p>
                }
                    .into_any()
            }
            CheckState::Done(checkup) => view! { <Findings checkup /> }.into_any(),
            CheckState::Failed(error) => {
                view! {
                    <ErrorNote
                        what="The check could not be made"
                        error
                        retry=Callback::new(move |()| begin())
                    />
                }
                    .into_any()
            }
        }}
    }
}

fn summary(checkup: &Checkup) -> String {
    let count = |level| checkup.findings.iter().filter(|finding| finding.level == level).count();
    match (count(Severity::Problem), count(Severity::Advice)) {
        (0, 0) => "All is well.".to_owned(),
        (0, 1) => "Nothing stands in the way; one thing could be better.".to_owned(),
        (0, advice) => format!("Nothing stands in the way; {advice} things could be better."),
        (1, _) => "One thing stands in the way.".to_owned(),
        (problems, _) => format!("{problems} things stand in the way."),
    }
}

#[component]
fn Findings(checkup: Checkup) -> impl IntoView {
    let text = summary(&checkup);
    let findings =
        checkup.findings.into_iter().map(|finding| view! { <FindingItem finding /> }).collect_view();
    view! {
        <p>
            <strong>{text}</strong>
        </p>
        <ul class="findings">{findings}</ul>
    }
}

#[component]
fn FindingItem(finding: Finding) -> impl IntoView {
    let (tone, word) = match finding.level {
        Severity::Good => (Tone::Good, "Good"),
        Severity::Advice => (Tone::Warning, "Advice"),
        Severity::Problem => (Tone::Danger, "Problem"),
        Severity::Unknown => (Tone::Neutral, "Not known"),
    };
    let link = finding.link.map(|link| {
        view! {
            <p>
                <a href=link.url target="_blank" rel="noopener external">
                    {link.label}
                </a>
            </p>
        }
    });
    view! {
        <li class="finding">
            <div class="finding__head">
                <StatusBadge tone text=word />
                <strong>{finding.topic}</strong>
            </div>
            <p>{finding.message}</p>
            {finding.remedy.map(|remedy| view! { <p class="finding__remedy">{remedy}</p> })}
            {link}
        </li>
    }
}
