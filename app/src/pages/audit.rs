//! The audit trail: who did what to which token, live, filtered, as a file.

mod details;
mod export;
mod filters;
mod row;
mod run_note;
mod standing;
mod state;
mod store;
mod trail;
mod view;
mod words;

use leptos::prelude::*;
use leptos_meta::Title;

pub use self::{
    view::View,
    words::{actor_name, tone},
};

use self::{
    details::Details,
    export::ExportDialog,
    filters::Filters,
    row::Rows,
    run_note::RunNote,
    standing::{Standing, Warnings},
    store::{Reading, Store},
    trail::Trail,
    words::entries,
};
use crate::{
    api::tenant::boot_info::BootInfo,
    components::{error_note::ErrorNote, virtual_table::VirtualTable},
};

/// The columns.
const HEADS: [&str; 7] = ["When", "Who", "What", "Token", "Person", "Result", "Run"];

/// The page of the audit trail.
#[component]
pub fn AuditPage() -> impl IntoView {
    let store = StoredValue::new(None::<Store>);
    let again = move || {
        if let Some(store) = store.get_value() {
            store.begin();
        }
    };
    let view = state::from_url(again);
    let here = Store::new(view);
    store.set_value(Some(here));
    Effect::new(move |_| here.begin());
    here.live();
    let is_administrator = expect_context::<BootInfo>().is_administrator();
    let export = RwSignal::new(false);
    view! {
        <Title text="Audit" />
        <div class="page page--fill">
            <div class="page__head">
                <h1>"Audit"</h1>
                <Now store=here />
                <PauseButton store=here />
                <button class="button" on:click=move |_| export.set(true)>
                    "Export"
                </button>
            </div>
            <Filters view />
            <Warnings store=here />
            <RunNote view />
            <List store=here is_administrator />
            <Standing store=here />
            <Details store=here is_administrator />
            <ExportDialog view open=export />
        </div>
    }
}

/// The entries, or why there are none.
#[component]
fn List(store: Store, is_administrator: bool) -> impl IntoView {
    let shown = Memo::new(move |_| store.shown());
    let total = Signal::derive(move || shown.with(Vec::len));
    let rows = Rows { store, shown, is_administrator };
    let error = Memo::new(move |_| match store.reading.get() {
        Reading::Failed(error) => Some(error),
        _ => None,
    });
    view! {
        {move || {
            error
                .get()
                .map(|error| {
                    let what = if total.get() == 0 {
                        "The audit trail could not be read"
                    } else {
                        "The trail could not be read further"
                    };
                    view! { <ErrorNote what error retry=Callback::new(move |()| store.go_on()) /> }
                })
        }}
        <NewEntries store />
        <Show when=move || total.get() != 0 fallback=move || view! { <Empty store /> }>
            <VirtualTable
                label="Entries"
                class="table--audit"
                head=HEADS.map(|head| view! { <th scope="col">{head}</th> }).collect_view()
                total
                subject=Signal::derive(move || store.beginnings.get().to_string())
                scrolled=store.is_scrolled
                near_end=Callback::new(move |()| store.more())
                row=move |index| rows.row(index)
            />
        </Show>
    }
}

/// What is new and not shown yet, so that nothing moves under the eyes of whoever reads.
#[component]
fn NewEntries(store: Store) -> impl IntoView {
    let count = Memo::new(move |_| store.with(Trail::waiting));
    let text = move || {
        if store.is_far_behind.get() {
            return "Many new entries: show them".to_owned();
        }
        match count.get() {
            1 => "1 new entry: show it".to_owned(),
            count => format!("{} new entries: show them", crate::format::grouped(count)),
        }
    };
    view! {
        <Show when=move || count.get() != 0 || store.is_far_behind.get()>
            <button class="button new-entries" on:click=move |_| store.show_new()>
                {text}
            </button>
        </Show>
    }
}

/// How much is here, and whether what is new comes by itself.
#[component]
fn Now(store: Store) -> impl IntoView {
    let count = move || {
        let (lines, has_more) = store.with(|trail| (trail.len(), trail.next.is_some()));
        let folds = store.view.with(View::folds);
        match store.reading.get() {
            Reading::First => "Reading …".to_owned(),
            Reading::Failed(_) if lines == 0 => String::new(),
            _ => told(lines, has_more, folds),
        }
    };
    let live = move || {
        if store.is_paused.get() {
            return " · paused".to_owned();
        }
        if !matches!(store.reading.get(), Reading::Rest | Reading::Next) {
            return String::new();
        }
        let broken = store.live_fault.with(|error| error.as_ref().map(ToString::to_string));
        broken.map_or_else(|| " · live".to_owned(), |why| format!(" · not live: {why}"))
    };
    view! {
        <p class="page__state">
            <span role="status" aria-busy=move || (store.reading.get() == Reading::First).to_string()>
                {count}
            </span>
            {live}
        </p>
    }
}

/// "200 lines, more below"; a line may be a whole run.
fn told(lines: usize, has_more: bool, folds: bool) -> String {
    let count = entries(u64::try_from(lines).unwrap_or(u64::MAX));
    let count = if folds { count.replace("entries", "lines").replace("entry", "line") } else { count };
    if has_more { format!("{count}, more below") } else { count }
}

/// Stops what is new from coming by itself, and lets it come again.
#[component]
fn PauseButton(store: Store) -> impl IntoView {
    view! {
        <button class="button" on:click=move |_| store.is_paused.update(|paused| *paused = !*paused)>
            {move || if store.is_paused.get() { "Go on live" } else { "Pause" }}
        </button>
    }
}

/// What stands in place of the table when it has no rows. A failure is told above it.
#[component]
fn Empty(store: Store) -> impl IntoView {
    move || {
        match store.reading.get() {
        Reading::Failed(_) => ().into_any(),
        Reading::First => view! { <p class="empty">"Reading the trail …"</p> }.into_any(),
        Reading::Next | Reading::Rest if store.view.with(|view| *view == View::default()) => {
            view! { <p class="empty">"Nothing has been recorded yet."</p> }.into_any()
        }
        Reading::Next | Reading::Rest => view! {
            <div class="empty">
                <p>"No entry matches these filters. Who, Token and Person want the whole name; full text finds its beginning."</p>
                <button class="button" on:click=move |_| store.view.set(View::default())>
                    "Clear filters"
                </button>
            </div>
        }
        .into_any(),
    }
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn the_head_says_how_much_is_here() {
        assert_eq!(told(1, false, true), "1 line");
        assert_eq!(told(1_200, true, true), "1,200 lines, more below");
        assert_eq!(told(2, false, false), "2 entries");
    }
}
