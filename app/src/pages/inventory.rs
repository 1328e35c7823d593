//! The inventory page: totals, search, filters, the table of all tokens, and actions on the selected ones.

mod bulk;
mod filters;
mod first_rows;
mod own_views;
mod panels;
mod row;
mod selection;
mod state;
mod table;
mod table_choice;
mod toolbar;
mod totals;
mod views;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_query_map, params::ParamsMap};
use token_core::inventory::split_filter_words;

#[cfg(feature = "ssr")]
pub use self::table_choice::script as table_script;
use self::{
    filters::{FilterChips, InventoryFilters},
    first_rows::FirstRows,
    own_views::OwnViews,
    panels::PanelView,
    row::TokenRows,
    selection::SelectionState,
    state::ViewState,
    table::TokenTable,
    table_choice::TableChoice,
    toolbar::SelectionToolbar,
    totals::Totals,
    views::{ViewNote, empty_view_text},
};
use crate::{
    base::href,
    components::{error_note::ErrorNote, toolbar::Toolbar},
    datetime::hours_and_minutes,
    format::{grouped, tokens},
    lazy::lazy_component,
    paths::{self, PERSON_PARAM, TOKEN_PARAM},
    state::{
        bulk_dialog::{BulkDialog, OpenBulkDialog},
        inventory::{InventoryStore, Loading},
        palette::use_palette,
        panels::Panels,
    },
};

lazy_component!(panels: LazyPanels shows PanelView);

/// The inventory page.
#[component]
pub fn InventoryPage() -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let panels = expect_context::<Panels>();
    panels.reset();
    let state = ViewState::from_url(panels);
    provide_context(state);
    Effect::new(move |_| store.load_if_needed());
    let found = Memo::new(move |_| {
        store.track();
        state.query.with(|query| store.with(|list| list.view_with_totals(query)))
    });
    let shown = Memo::new(move |_| found.with(|found| found.rows.clone()));
    let totals = Memo::new(move |_| found.with(|found| found.totals));
    let total = Signal::derive(move || shown.with(Vec::len));
    let selected = SelectionState::new(store, shown);
    let rows = TokenRows::new(store, shown, selected, panels);
    provide_context(rows.grid.focus);
    provide_context(rows);
    let OpenBulkDialog(bulk) = expect_context();
    on_cleanup(move || bulk.set(None));
    provide_context(selected);
    provide_context(TableChoice::remembered());
    provide_context(OwnViews::remembered());
    // Set after hydration, because the server renders no panel.
    let is_named = RwSignal::new(false);
    Effect::new(move |_| {
        let names = |query: &ParamsMap| query.get(TOKEN_PARAM).or_else(|| query.get(PERSON_PARAM)).is_some();
        is_named.set(use_query_map().with_untracked(names));
    });
    view! {
        <Title text="Inventory" />
        <div class="page page--fill page--inventory">
            <div class="page__head">
                <h1>"Inventory"</h1>
                <Toolbar label="Counts" class="page__tools">
                    <Totals state totals />
                    <LoadSummary shown=total />
                    <RefreshButton />
                    <GoToButton />
                </Toolbar>
            </div>
            <div class="page__controls">
                <InventoryFilters state totals />
                <SelectionToolbar selected bulk />
            </div>
            <FilterChips state />
            <LoadErrors />
            <ViewNote state />
            // The table, and beside it or over it the panel.
            <div class="page__body">
                <Show when=move || total.get() != 0 fallback=move || view! { <EmptyInventory state /> }>
                    <TokenTable state rows />
                </Show>
                <LazyPanels needed=Signal::derive(move || panels.is_open() || is_named.get()) />
            </div>
        </div>
    }
}

/// Reads the inventory again.
#[component]
fn RefreshButton() -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let refresh = move |_| {
        if !store.is_loading() {
            store.reload();
        }
    };
    view! {
        <button class="button" aria-disabled=move || store.is_loading().to_string() on:click=refresh>
            "Refresh"
        </button>
    }
}

/// Opens the command palette, which finds people too; for those who do not know that Ctrl K does.
#[component]
fn GoToButton() -> impl IntoView {
    let palette = use_palette();
    view! {
        <button
            class="button"
            aria-haspopup="dialog"
            aria-keyshortcuts="Control+K Meta+K"
            on:click=move |_| palette.open_with(String::new())
        >
            "Go to …"
        </button>
    }
}

/// Errors of loading the tokens or the names of their users.
#[component]
fn LoadErrors() -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let failed = Memo::new(move |_| store.load_error());
    view! {
        {move || {
            store
                .pause_s()
                .map(|seconds| {
                    view! {
                        <p class="note note--info" role="status">
                            {format!("Microsoft asks for a pause of {seconds} s. Then the inventory is read on.")}
                        </p>
                    }
                })
        }}
        {move || {
            failed
                .get()
                .map(|error| {
                    let what = move || match store.len() {
                        0 => "The inventory could not be read".to_owned(),
                        _ if store.is_stale() => {
                            "The inventory could not be read anew; below is what was read before".to_owned()
                        }
                        loaded => {
                            format!("Only {} tokens could be read; the rest is missing", grouped(loaded))
                        }
                    };
                    view! {
                        <ErrorNote
                            what=Signal::derive(what)
                            error=error
                            retry=Callback::new(move |()| store.resume())
                        />
                    }
                })
        }}
        {move || {
            // Only without a load error: retrying that one loads the names as well.
            store
                .names_error()
                .filter(|_| failed.with(Option::is_none))
                .map(|error| {
                    view! {
                        <ErrorNote
                            what="User principal names could not be read"
                            error
                            retry=Callback::new(move |()| store.load_holder_names())
                        />
                    }
                })
        }}
    }
}

/// How many tokens were read, how many of them are shown, and when all of them were read.
#[component]
fn LoadSummary(shown: Signal<usize>) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let count = move || {
        let loaded = store.len();
        let is_loading = store.is_loading();
        match shown.get() {
            _ if loaded == 0 && store.loading() != Loading::Complete => "–".to_owned(),
            shown => loaded_text(shown, loaded, is_loading),
        }
    };
    let read = move || store.read_ms().map(|ms| format!(" · read {}", hours_and_minutes(ms)));
    view! {
        <p class="page__state" role="status" aria-busy=move || store.is_loading().to_string()>
            <span>{count}</span>
            <span>{read}</span>
        </p>
    }
}

fn loaded_text(shown: usize, loaded: usize, is_loading: bool) -> String {
    let of = if shown == loaded { String::new() } else { format!("{} of ", grouped(shown)) };
    format!("{of}{}{}", tokens(loaded), if is_loading { " …" } else { "" })
}

/// Shown instead of an empty table. Errors are shown above it.
#[component]
fn EmptyInventory(state: ViewState) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let OpenBulkDialog(bulk) = expect_context();
    let palette = use_palette();
    // Without the filter words, which the directory does not know.
    let typed =
        Memo::new(move |_| state.query.with(|query| split_filter_words(&query.text).1.trim().to_owned()));
    let look_for_people = move || {
        let text = typed.get();
        (!text.is_empty()).then(|| {
            let label = format!("Look for “{text}” among all users");
            view! {
                <button class="button" aria-haspopup="dialog" on:click=move |_| palette.open_with(text.clone())>
                    <bdi>{label}</bdi>
                </button>
            }
        })
    };
    move || {
        if store.len() > 0 {
            let words = state
                .query
                .with(empty_view_text)
                .unwrap_or("No token matches this search and these filters.");
            return view! {
                <div class="empty">
                    <p>{words}</p>
                    <button class="button" on:click=move |_| state.clear()>
                        "Clear search and filters"
                    </button>
                    " "
                    {look_for_people}
                    <p>
                        <button
                            class="link"
                            aria-haspopup="dialog"
                            on:click=move |_| bulk.set(Some(BulkDialog::Find))
                        >
                            "No serial? Find it by its code"
                        </button>
                    </p>
                </div>
            }
            .into_any();
        }
        match store.loading() {
            Loading::Complete => view! {
                <div class="empty">
                    <p>"This tenant has no hardware tokens yet."</p>
                    <A href=href(paths::IMPORT) attr:class="button button--primary">
                        "Import tokens"
                    </A>
                </div>
            }
            .into_any(),
            Loading::Failed(_) => ().into_any(),
            _ => view! {
                <p class="empty">"Reading the inventory …"</p>
                <FirstRows />
            }
            .into_any(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::loaded_text;

    #[test]
    fn the_summary_counts_what_is_shown_of_what_was_read() {
        assert_eq!(loaded_text(2_500, 2_500, false), "2,500 tokens");
        assert_eq!(loaded_text(46, 2_500, false), "46 of 2,500 tokens");
        assert_eq!(loaded_text(1_000, 1_000, true), "1,000 tokens …");
        assert_eq!(loaded_text(0, 1, false), "0 of 1 token");
    }
}
