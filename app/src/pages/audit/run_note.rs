//! A line above the table about the run by which it is filtered.

use leptos::{prelude::*, task::spawn_local};
use token_core::audit::{RunId, RunSummary};

use super::{
    labels::run_actions,
    row::{duration_text, results, short_id},
    view::AuditView,
};
use crate::{api::audit::read_run, components::audit_labels::actor_name, datetime::local_date};

/// The run by which the table is filtered, and a button that removes the filter.
#[component]
pub fn RunNote(view: RwSignal<AuditView>) -> impl IntoView {
    let wanted = Memo::new(move |_| view.with(|view| view.filter.run.clone()));
    let run = RwSignal::new(None::<RunSummary>);
    Effect::new(move |_| {
        run.set(None);
        let Some(id) = wanted.get() else { return };
        spawn_local(async move {
            // An error is not shown here: loading the entries fails as well and shows it.
            let read = read_run(id.clone()).await.ok().flatten();
            if wanted.try_get_untracked().flatten() == Some(id) {
                run.set(read);
            }
        });
    });
    move || wanted.get().map(|id| view! { <Note id run view /> })
}

#[component]
fn Note(id: RunId, run: RwSignal<Option<RunSummary>>, view: RwSignal<AuditView>) -> impl IntoView {
    let text = move || run.get().map(|run| view! { <RunText run /> });
    view! {
        <div class="note note--info">
            <p>
                <strong>"Run " {short_id(&id)} ". "</strong>
                {text}
            </p>
            <button class="button" on:click=move |_| view.update(|view| view.filter.run = None)>
                "Leave the run"
            </button>
        </div>
    }
}

#[component]
fn RunText(run: RunSummary) -> impl IntoView {
    view! {
        <bdi>{actor_name(&run.actor)}</bdi>
        {format!(": {}; {} on {} ", run_actions(&run), duration_text(&run), local_date(run.began_ms))}
        {results(&run)}
    }
}
