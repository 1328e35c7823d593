//! "Which token is this?": finds a token whose serial number is worn off by its codes and the seed file of its delivery.

use std::sync::Arc;

use leptos::{html, prelude::*, task::spawn_local};
use token_core::{
    drift::{
        Reading,
        search::{Found, Search, SearchState},
    },
    ports::Clock as _,
    seed_file::ParsedRow,
    token::TokenId,
};

use super::{DialogCloseButton, TOOLBAR, seed_drop::SeedDrop};
use crate::{
    api::clock::ServerClock,
    browser::Yielder,
    components::{
        code_input::{CodeInput, take_code},
        dialog::Dialog,
    },
    format::grouped,
    state::{inventory::InventoryStore, panels::Panels},
};

/// Codes that are computed between two checks whether to yield to the browser.
const CODES_PER_YIELD: usize = 2_000;

/// The rows of the file, which hold seeds, and the search. Dropped with the dialog.
#[derive(Clone, Copy)]
struct FindState {
    entries: StoredValue<Option<Arc<Vec<ParsedRow>>>>,
    search: StoredValue<Option<Search>>,
    rows: RwSignal<usize>,
    state: RwSignal<Option<SearchState>>,
    problem: RwSignal<Option<String>>,
    /// Incremented by each search, so that an older one ends.
    generation: StoredValue<u64>,
}

/// Reads the seed file, asks for codes, and opens the token.
#[component]
pub fn FindDialog(open: RwSignal<bool>) -> impl IntoView {
    let find = FindState {
        entries: StoredValue::new(None),
        search: StoredValue::new(None),
        rows: RwSignal::new(0),
        state: RwSignal::new(None),
        problem: RwSignal::new(None),
        generation: StoredValue::new(0),
    };
    on_cleanup(move || {
        _ = find.entries.try_set_value(None);
        _ = find.search.try_set_value(None);
    });
    let taken = Callback::new(move |rows: Vec<ParsedRow>| {
        let count = rows.len();
        find.entries.set_value(Some(Arc::new(rows)));
        find.rows.set(count);
    });
    view! {
        <Dialog open fallback=TOOLBAR title="Which token is this?">
            <div class="form">
                <p>
                    "For a token whose serial number cannot be read: open the seed file of its delivery, and type the codes that it shows. Both stay in this browser."
                </p>
                <Show when=move || find.rows.get() == 0 fallback=move || view! { <AskCodes find open /> }>
                    <SeedDrop taken />
                </Show>
            </div>
            <DialogCloseButton open label="Close" />
        </Dialog>
    }
}

/// Asks for one code and then the next, and searches.
#[component]
fn AskCodes(find: FindState, open: RwSignal<bool>) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let search = Callback::new(move |()| {
        let Some(code) = take_code(field) else {
            find.problem.set(Some("Type the six digits that the token shows now.".to_owned()));
            return;
        };
        find.problem.set(None);
        spawn_local(async move {
            match ServerClock::sync().await {
                Ok(clock) => run(find, Reading { code, at_ms: clock.now_ms() }).await,
                // The dialog may have been closed while the time was read.
                Err(error) => _ = find.problem.try_set(Some(error.to_string())),
            }
        });
    });
    let again = move |_| {
        find.search.set_value(None);
        find.state.set(None);
    };
    view! {
        <p class="hint">{move || format!("{} rows were read.", grouped(find.rows.get()))}</p>
        <CodeInput field label="Code on the token's display" enter=search />
        <p class="actions">
            <button class="button button--primary" on:click=move |_| search.run(())>
                "Find"
            </button>
            <button class="button" on:click=again>
                "Start anew"
            </button>
        </p>
        <div role="status">
            {move || find.problem.get().map(|problem| view! { <p class="field__error">{problem}</p> })}
            {move || find.state.get().map(|state| view! { <FindAnswer find open state /> })}
        </div>
    }
}

/// Searches in slices, until the next code is needed or the token is found.
async fn run(find: FindState, reading: Reading) {
    // The dialog may have been closed while the time was read.
    let Some(entries) = find.entries.try_get_value().flatten() else { return };
    find.generation.update_value(|generation| *generation += 1);
    let generation = find.generation.get_value();
    let mut kept = None;
    find.search.update_value(|search| kept = search.take());
    let mut search = match kept {
        Some(mut search) => {
            if search.next_code(reading, &entries) == SearchState::SameCode {
                find.search.set_value(Some(search));
                return find.state.set(Some(SearchState::SameCode));
            }
            search
        }
        None => Search::new(entries.len(), reading),
    };
    let mut yielder = Yielder::begin();
    let state = loop {
        let state = search.advance(&entries, CODES_PER_YIELD);
        if !matches!(state, SearchState::Searching { .. }) {
            break state;
        }
        yielder.yield_if_due(|| _ = find.state.try_set(Some(state))).await;
        // The dialog was closed, or another search begun.
        if find.generation.try_get_value() != Some(generation) {
            return;
        }
    };
    if find.state.try_set(Some(state)).is_none() {
        find.search.set_value(Some(search));
    }
}

/// What the search says so far.
#[component]
fn FindAnswer(find: FindState, open: RwSignal<bool>, state: SearchState) -> impl IntoView {
    match state {
        SearchState::Searching { within_s, percent } => {
            let clocks = token_core::drift::duration(within_s);
            view! { <p>{format!("Searching clocks that are off by at most {clocks}: {percent} %")}</p> }.into_any()
        }
        SearchState::NextCode(count) => {
            let tokens = if count == 1 { "1 token fits".to_owned() } else { format!("{count} tokens fit") };
            view! { <p class="note note--info">{tokens}": wait until the digits change, and type the next ones."</p> }
                .into_any()
        }
        SearchState::SameCode => {
            view! { <p class="note note--info">"The digits have not changed yet: type the next ones."</p> }.into_any()
        }
        SearchState::Several(count) => view! {
            <p class="note note--warning">{format!("{count} rows of the file have the same secret key. Ask the vendor for a right file.")}</p>
        }
        .into_any(),
        SearchState::NotFound => view! {
            <p class="note note--warning">
                "No token of this file shows these codes within a day. Start anew with the next code, or take the file of another delivery."
            </p>
        }
        .into_any(),
        SearchState::Found(found) => view! { <FoundNote find open found /> }.into_any(),
    }
}

/// Serial, user, status and clock of the token.
#[component]
fn FoundNote(find: FindState, open: RwSignal<bool>, found: Found) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let panels = expect_context::<Panels>();
    let row = find.entries.with_value(|entries| {
        let row = entries.as_ref()?.get(found.row)?.result.as_ref().ok()?;
        Some((row.token.serial.clone(), format!("{} {}", row.token.manufacturer, row.token.model)))
    });
    let (serial, model) = row?;
    let known: Option<(TokenId, String)> = store.with(|list| {
        let token = list.tokens().iter().find(|token| token.serial == serial)?;
        let holder = token.assigned_to.as_ref().map_or_else(
            || "nobody holds it".to_owned(),
            |user| format!("of {}", user.name.clone().unwrap_or_else(|| "a user without a name".to_owned())),
        );
        Some((token.id.clone(), format!("{}, {holder}", token.status)))
    });
    let text = known.as_ref().map_or_else(
        || "It is not in the inventory: import it first.".to_owned(),
        |(_, text)| format!("{text}."),
    );
    let opener = known.map(|(id, _)| {
        let show = move |_| {
            open.set(false);
            panels.open_token(id.clone());
        };
        view! {
            <button class="button button--primary" on:click=show>
                "Open this token"
            </button>
        }
    });
    Some(view! {
        <div class="note note--good note--told">
            <p>
                <strong>{format!("Token {serial}")}</strong>
                {format!(" ({model}). ")}
                <bdi>{text}</bdi>
                {format!(" Its clock is {}.", found.offset)}
            </p>
            {opener}
        </div>
    })
}
