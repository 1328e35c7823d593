//! The audit page: the audit log, live and filtered, and its export as a file.

mod details;
mod entry_list;
mod export;
mod filters;
mod labels;
mod row;
mod run_note;
mod status;
mod store;
mod url_state;
mod view;

use leptos::prelude::*;
use leptos_meta::Title;

use self::{
    details::Details,
    entry_list::EntryList,
    export::AuditExportDialog,
    filters::AuditFilters,
    labels::entries,
    row::AuditRows,
    run_note::RunNote,
    status::{StatusDetails, Warnings},
    store::{AuditStore, ListLoadState},
    view::AuditView,
};
use crate::{
    api::boot_info::BootInfo,
    components::{error_note::ErrorNote, virtual_table::VirtualTable},
};

/// The column headers.
const COLUMNS: [&str; 6] = ["When", "Who", "What", "Token", "User", "Result"];

/// The audit page.
#[component]
pub fn AuditPage() -> impl IntoView {
    let created = StoredValue::new(None::<AuditStore>);
    let reload = move || {
        if let Some(store) = created.get_value() {
            store.reload();
        }
    };
    let view = url_state::from_url(reload);
    let store = AuditStore::new(view);
    created.set_value(Some(store));
    Effect::new(move |_| store.reload());
    store.start_polling();
    let is_administrator = expect_context::<BootInfo>().is_administrator();
    let export = RwSignal::new(false);
    view! {
        <Title text="Audit" />
        <div class="page page--fill">
            <div class="page__head">
                <h1>"Audit"</h1>
                <ListStatus store />
                <PauseButton store />
                <button class="button" on:click=move |_| export.set(true)>
                    "Export"
                </button>
            </div>
            <AuditFilters view />
            <Warnings store />
            <RunNote view />
            <EntryTable store is_administrator />
            <StatusDetails store />
            <Details store is_administrator />
            <AuditExportDialog view open=export />
        </div>
    }
}

/// The table of entries, or why it is empty.
#[component]
fn EntryTable(store: AuditStore, is_administrator: bool) -> impl IntoView {
    let shown = Memo::new(move |_| store.shown());
    let total = Signal::derive(move || shown.with(Vec::len));
    let rows = AuditRows { store, shown, is_administrator };
    let error = Memo::new(move |_| match store.load_state.get() {
        ListLoadState::Failed(error) => Some(error),
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
                    view! { <ErrorNote what error retry=Callback::new(move |()| store.load_next_page()) /> }
                })
        }}
        <NewEntriesButton store />
        <Show when=move || total.get() != 0 fallback=move || view! { <EmptyAuditList store /> }>
            <VirtualTable
                label="Entries"
                class="table--audit"
                head=COLUMNS.map(|head| view! { <th scope="col">{head}</th> }).collect_view()
                total
                subject=Signal::derive(move || store.restarts.get().to_string())
                scrolled=store.is_scrolled
                near_end=Callback::new(move |()| store.load_more())
                pressed=Callback::new(move |index| rows.press(index))
                row=move |index| rows.row(index)
            />
        </Show>
    }
}

/// The button that shows new entries. They are held back while somebody reads, so that the rows do not move.
#[component]
fn NewEntriesButton(store: AuditStore) -> impl IntoView {
    let count = Memo::new(move |_| store.with(EntryList::pending));
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

/// How many entries are loaded, and whether new ones are polled for.
#[component]
fn ListStatus(store: AuditStore) -> impl IntoView {
    let count = move || {
        let (lines, has_more) = store.with(|list| (list.len(), list.next.is_some()));
        let groups_runs = store.view.with(AuditView::groups_runs);
        match store.load_state.get() {
            ListLoadState::First => "Reading …".to_owned(),
            ListLoadState::Failed(_) if lines == 0 => String::new(),
            _ => count_label(lines, has_more, groups_runs),
        }
    };
    let live = move || {
        if store.is_paused.get() {
            return " · paused".to_owned();
        }
        if !matches!(store.load_state.get(), ListLoadState::Idle | ListLoadState::Next) {
            return String::new();
        }
        let broken = store.poll_error.with(|error| error.as_ref().map(ToString::to_string));
        broken.map_or_else(|| " · live".to_owned(), |why| format!(" · not live: {why}"))
    };
    view! {
        <p class="page__state">
            <span role="status" aria-busy=move || (store.load_state.get() == ListLoadState::First).to_string()>
                {count}
            </span>
            {live}
        </p>
    }
}

/// "200 lines, more below". "Lines" when runs are grouped, because a line may then be a whole run.
fn count_label(lines: usize, has_more: bool, groups_runs: bool) -> String {
    let count = entries(u64::try_from(lines).unwrap_or(u64::MAX));
    let count = if groups_runs { count.replace("entries", "lines").replace("entry", "line") } else { count };
    if has_more { format!("{count}, more below") } else { count }
}

/// Pauses and resumes polling for new entries.
#[component]
fn PauseButton(store: AuditStore) -> impl IntoView {
    view! {
        <button class="button" on:click=move |_| store.is_paused.update(|paused| *paused = !*paused)>
            {move || if store.is_paused.get() { "Go on live" } else { "Pause" }}
        </button>
    }
}

/// Shown instead of an empty table. Errors are shown above it.
#[component]
fn EmptyAuditList(store: AuditStore) -> impl IntoView {
    move || {
        match store.load_state.get() {
        ListLoadState::Failed(_) => ().into_any(),
        ListLoadState::First => view! { <p class="empty">"Reading the trail …"</p> }.into_any(),
        ListLoadState::Next | ListLoadState::Idle if store.view.with(|view| *view == AuditView::default()) => {
            view! { <p class="empty">"Nothing has been recorded yet."</p> }.into_any()
        }
        ListLoadState::Next | ListLoadState::Idle => view! {
            <div class="empty">
                <p>"No entry matches these filters. Who, Token and User want the whole name; full text finds its beginning."</p>
                <button class="button" on:click=move |_| store.view.set(AuditView::default())>
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
    use super::count_label;

    #[test]
    fn the_status_counts_the_loaded_lines() {
        assert_eq!(count_label(1, false, true), "1 line");
        assert_eq!(count_label(1_200, true, true), "1,200 lines, more below");
        assert_eq!(count_label(2, false, false), "2 entries");
    }
}
