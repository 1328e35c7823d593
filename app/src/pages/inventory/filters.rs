//! Search, typed or scanned; the saved views; the filter by model; and, where they have no room elsewhere, the status and
//! the sort order.

use leptos::{ev, prelude::*};
use token_core::inventory::{
    Column, Inventory, InventoryQuery, ScanResult, Sort, StatusTotals, split_filter_words, suggestions,
};

use super::{state::ViewState, totals::StatusSelect, views::ViewSelect};
use crate::{
    browser::focus,
    format::grouped,
    state::{
        announcer::use_announcer,
        inventory::{InventoryStore, Loading},
        panels::Panels,
    },
};

/// Search and filters.
#[component]
pub fn InventoryFilters(state: ViewState, totals: Memo<StatusTotals>) -> impl IntoView {
    // On a phone the filters are behind a button; elsewhere the style sheet hides the button and shows them.
    let is_open = RwSignal::new(false);
    let active = move || {
        state.query.with(|query| {
            [query.saved_view.is_some(), query.model.is_some(), query.status.is_some()]
                .into_iter()
                .filter(|is_set| *is_set)
                .count()
        })
    };
    view! {
        <div class="filters" class:filters--open=is_open role="search">
            <SearchField state />
            <button
                class="button filters__toggle"
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
            >
                {move || match active() {
                    0 => "Filters".to_owned(),
                    count => format!("Filters ({count})"),
                }}
            </button>
            <StatusSelect state totals />
            <ViewSelect state />
            <ModelFilter state />
            <SortSelect state />
        </div>
    }
}

/// The search. Filter words become chips when a blank or Enter ends them; the rest stays in the field, where Enter opens
/// the token whose serial was typed or scanned.
#[component]
fn SearchField(state: ViewState) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let panels = expect_context::<Panels>();
    let announcer = use_announcer();
    let message = RwSignal::new(String::new());
    let words = Memo::new(move |_| state.query.with(|query| split_filter_words(&query.text)));
    let enter = move |event: ev::KeyboardEvent| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let text = input.value();
        if event.key() == "Backspace" && text.is_empty() {
            return state.edit_last_filter();
        }
        if event.key() != "Enter" || event.is_composing() {
            return;
        }
        event.prevent_default();
        if text.trim().is_empty() {
            return;
        }
        if !split_filter_words(&format!("{text} ")).0.is_empty() {
            return state.set_text(&format!("{text} "));
        }
        // So that the next scan replaces this text.
        input.select();
        let scan = store.with(|list| {
            let query =
                state.query.with_untracked(|query| InventoryQuery { text: text.clone(), ..query.clone() });
            list.scan(&text, &list.view(&query))
        });
        if let ScanResult::Token(id) = scan {
            message.set(String::new());
            return panels.open_token(id);
        }
        let words = scan_text(&scan, untrack(|| store.loading()) == Loading::Complete);
        announcer.announce(words.clone());
        message.set(words);
    };
    let completions = completions(state);
    view! {
        <div class="field field--grow">
            <div class="field__head">
                <label class="field__label" for="search">
                    "Search"
                </label>
                <span class="field__told" id="search-told">
                    {move || message.get()}
                </span>
            </div>
            <input
                class="input"
                id="search"
                type="search"
                placeholder="Serial, user, model, status …"
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="go"
                aria-keyshortcuts="/"
                aria-describedby="search-told"
                list=move || completions.with(|found| !found.is_empty()).then_some("search-words")
                prop:value=move || words.with(|(_, rest)| rest.clone())
                value=words.with_untracked(|(_, rest)| rest.clone())
                on:input=move |event| {
                    message.set(String::new());
                    state.set_text(&event_target_value(&event));
                }
                on:keydown=enter
            />
            <datalist id="search-words">
                {move || {
                    completions.get().into_iter().map(|text| view! { <option value=text></option> }).collect_view()
                }}
            </datalist>
        </div>
    }
}

/// What the word that is being typed may become.
fn completions(state: ViewState) -> Memo<Vec<String>> {
    let store = expect_context::<InventoryStore>();
    let models = Memo::new(move |_| {
        store.track();
        let models = store.with(Inventory::models);
        models.into_iter().map(|(maker, model, _)| format!("{maker} {model}")).collect::<Vec<_>>()
    });
    Memo::new(move |_| {
        let (_, typed) = state.query.with(|query| split_filter_words(&query.text));
        models.with(|models| suggestions(&typed, models.iter().map(String::as_str)))
    })
}

/// The filter words of the search; a click removes one.
#[component]
pub fn FilterChips(state: ViewState) -> impl IntoView {
    let filters = Memo::new(move |_| state.query.with(|query| split_filter_words(&query.text).0));
    let chip = move |(place, word): (usize, String)| {
        let name = format!("Remove {word}");
        let remove = move |_| {
            state.remove_filter(place);
            focus("#search");
        };
        view! {
            <li>
                <button class="chip chip--filter" aria-label=name on:click=remove>
                    <bdi>{word}</bdi>
                    <span aria-hidden="true">" ×"</span>
                </button>
            </li>
        }
    };
    move || {
        let filters = filters.get();
        (!filters.is_empty()).then(|| {
            view! {
                <ul class="chips" aria-label="Filter words">
                    {filters.into_iter().enumerate().map(chip).collect_view()}
                </ul>
            }
        })
    }
}

/// Why Enter opened nothing.
fn scan_text(scan: &ScanResult, is_complete: bool) -> String {
    let so_far = if is_complete { "" } else { " among the tokens read so far" };
    match scan {
        ScanResult::Token(_) => String::new(),
        ScanResult::Ambiguous(count) => {
            format!("{} tokens have this serial number: choose one below", grouped(*count))
        }
        ScanResult::Found(0) => format!("No token found{so_far}"),
        ScanResult::Found(count) => {
            format!("{} tokens found{so_far}, none with exactly this serial", grouped(*count))
        }
    }
}

/// The sort order, for phones, where the table has no column headers.
#[component]
fn SortSelect(state: ViewState) -> impl IntoView {
    let sort = Memo::new(move |_| state.query.with(|query| query.sort));
    let orders = || {
        Column::ALL.into_iter().flat_map(|column| [false, true].map(|descending| Sort { column, descending }))
    };
    let choose = move |event| {
        let chosen = event_target_value(&event).parse().ok().and_then(|index| orders().nth(index));
        if let Some(chosen) = chosen {
            state.query.update(|query| query.sort = chosen);
        }
    };
    let options = orders().enumerate().map(|(index, order)| {
        let direction = if order.descending { ", descending" } else { "" };
        view! {
            <option value=index.to_string() prop:selected=move || sort.get() == order>
                {format!("{}{direction}", column_label(order.column))}
            </option>
        }
    });
    view! {
        <label class="field field--sort">
            <span class="field__label">"Order"</span>
            <select class="input" autocomplete="off" on:change=choose>
                {options.collect_view()}
            </select>
        </label>
    }
}

/// The label of a column.
pub fn column_label(column: Column) -> &'static str {
    match column {
        Column::Serial => "Serial number",
        Column::Model => "Manufacturer and model",
        Column::Settings => "Hash, interval",
        Column::User => "User",
        Column::Status => "Status",
        Column::LastUsed => "Last used",
    }
}

#[component]
fn ModelFilter(state: ViewState) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    // A memo, so that typing in the search field does not count the models again.
    let wanted = Memo::new(move |_| state.query.with(|query| query.model.clone()));
    let models = Memo::new(move |_| {
        store.track();
        let mut models = store.with(Inventory::models);
        // A link may name a model of which no token exists or is loaded.
        if let Some((maker, model)) = wanted.get()
            && !models.iter().any(|known| (&known.0, &known.1) == (&maker, &model))
        {
            models.push((maker, model, 0));
        }
        models
    });
    let chosen = move || {
        let wanted = wanted.get()?;
        models.with(|models| models.iter().position(|known| (&known.0, &known.1) == (&wanted.0, &wanted.1)))
    };
    let choose = move |event| {
        let index: Option<usize> = event_target_value(&event).parse().ok();
        let model = index.and_then(|index| {
            models.with_untracked(|models| {
                models.get(index).map(|(maker, model, _)| (maker.clone(), model.clone()))
            })
        });
        state.query.update(|query| query.model = model);
    };
    let options = move || {
        let chosen = chosen();
        models
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, (maker, model, count))| {
                let text = format!("{maker} {model} ({})", grouped(count));
                view! { <option value=index.to_string() prop:selected=chosen == Some(index)>{text}</option> }
            })
            .collect_view()
    };
    view! {
        <label class="field">
            <span class="field__label">"Model"</span>
            <select class="input" autocomplete="off" on:change=choose>
                <option value="" prop:selected=move || chosen().is_none()>
                    "All models"
                </option>
                {options}
            </select>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_says_why_no_token_was_opened() {
        assert_eq!(scan_text(&ScanResult::Found(0), true), "No token found");
        assert_eq!(scan_text(&ScanResult::Found(0), false), "No token found among the tokens read so far");
        assert_eq!(
            scan_text(&ScanResult::Found(1_200), true),
            "1,200 tokens found, none with exactly this serial"
        );
        assert_eq!(
            scan_text(&ScanResult::Ambiguous(2), true),
            "2 tokens have this serial number: choose one below"
        );
    }
}
