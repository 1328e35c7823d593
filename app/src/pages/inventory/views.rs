//! The saved views, each with its count, and notes on what they cannot show yet.

use leptos::prelude::*;
use token_core::inventory::{Inventory, InventoryQuery, LISTED_WORD, SavedView, UserDataGaps};

use super::{own_views::OwnViews, state::ViewState};
use crate::{
    format::{grouped, tokens},
    state::inventory::InventoryStore,
};

/// The beginning of an option's value that names a view of one's own.
const OWN: &str = "own:";

/// Gaps in the data about users. A memo: counted when the list changes, not on each keystroke.
fn gaps(store: InventoryStore) -> Memo<UserDataGaps> {
    Memo::new(move |_| {
        store.track();
        store.with(Inventory::user_data_gaps)
    })
}

/// Selects a saved view. Search and model are kept; the sort order is that of the view.
#[component]
pub fn ViewSelect(state: ViewState) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let counts = Memo::new(move |_| {
        store.track();
        store.with(|list| (list.len(), SavedView::ALL.map(|saved_view| list.count(saved_view))))
    });
    let gaps = gaps(store);
    let own_views = expect_context::<OwnViews>();
    let own = Memo::new(move |_| state.query.with(|query| own_views.of(query)));
    let wanted =
        Memo::new(
            move |_| {
                if own.with(Option::is_some) { None } else { state.query.with(|query| query.saved_view) }
            },
        );
    let choose = move |event| {
        let word = event_target_value(&event);
        if let Some(query) = word.strip_prefix(OWN).and_then(|name| own_views.query(name)) {
            return state.query.set(query);
        }
        // A view of one's own may be nothing but a search.
        if word.is_empty() && own.with_untracked(Option::is_some) {
            return state.query.set(InventoryQuery::default());
        }
        let saved_view = SavedView::ALL.into_iter().find(|saved_view| saved_view.as_str() == word);
        state.query.update(|query| *query = apply_view(query, saved_view));
    };
    let options = SavedView::ALL.into_iter().enumerate().map(move |(index, saved_view)| {
        let text = move || {
            let count = counts.with(|(_, counts)| counts.get(index).copied().unwrap_or_default());
            let least = if saved_view == SavedView::InactiveUsers && gaps.get() != UserDataGaps::default() {
                "at least "
            } else {
                ""
            };
            format!("{} ({least}{})", saved_view.label(), grouped(count))
        };
        view! {
            <option value=saved_view.as_str() prop:selected=move || wanted.get() == Some(saved_view)>
                {text}
            </option>
        }
    });
    view! {
        <label class="field field--view">
            <span class="field__label">"View"</span>
            <select class="input" autocomplete="off" on:change=choose>
                <option value="" prop:selected=move || wanted.get().is_none() && own.with(Option::is_none)>
                    {move || format!("All tokens ({})", grouped(counts.with(|(all, _)| *all)))}
                </option>
                {options.collect_view()}
                {move || own_options(own_views, own)}
            </select>
        </label>
    }
}

/// The views of one's own, if there are any.
fn own_options(own_views: OwnViews, own: Memo<Option<String>>) -> Option<AnyView> {
    let views = own_views.all();
    let options = views.iter().map(|view| {
        let name = view.name.clone();
        let is_shown = move || own.with(|own| own.as_ref() == Some(&name));
        view! {
            <option value=format!("{OWN}{}", view.name) prop:selected=is_shown>
                {view.name.clone()}
            </option>
        }
    });
    (!views.is_empty())
        .then(|| view! { <optgroup label="Your views">{options.collect_view()}</optgroup> }.into_any())
}

/// The query after a view was selected.
fn apply_view(before: &InventoryQuery, saved_view: Option<SavedView>) -> InventoryQuery {
    let kept = InventoryQuery {
        text: before.text.clone(),
        model: before.model.clone(),
        ..InventoryQuery::default()
    };
    match saved_view {
        Some(saved_view) => {
            InventoryQuery { saved_view: Some(saved_view), sort: saved_view.query().sort, ..kept }
        }
        None => InventoryQuery { sort: before.sort, ..kept },
    }
}

/// Notes on the selected view: gaps in its data, or the stock by model.
#[component]
pub fn ViewNote(state: ViewState) -> impl IntoView {
    let wanted = Memo::new(move |_| state.query.with(|query| query.saved_view));
    move || match wanted.get() {
        Some(SavedView::NeverUsed | SavedView::Unused) => {
            let text = "As far as Microsoft tells: it does not state the last use of every token. Ask its user before you take a token back.";
            view! { <p class="hint">{text}</p> }.into_any()
        }
        Some(SavedView::InactiveUsers) => view! { <HolderGaps /> }.into_any(),
        Some(SavedView::Stock) => view! { <Stock state /> }.into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn HolderGaps() -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let gaps = gaps(store);
    let text = move || gap_text(gaps.get(), store.names_error().is_some());
    move || text().map(|text| view! { <p class="note note--warning">{text}</p> })
}

/// Why tokens may be missing from the view of disabled and deleted users.
fn gap_text(gaps: UserDataGaps, failed: bool) -> Option<String> {
    let users = |count: usize| match count {
        1 => "1 user".to_owned(),
        count => format!("{} users", grouped(count)),
    };
    let pending = match gaps.pending {
        0 => None,
        count if failed => Some(format!(
            "The accounts of {} could not be looked up (see above); tokens may be missing here.",
            users(count)
        )),
        count => Some(format!("The accounts of {} are still being looked up …", users(count))),
    };
    let unreadable = (gaps.unreadable > 0).then(|| {
        format!(
            "Whether the accounts of {} are enabled cannot be read: give the app the permission User.Read.All to see \
             disabled ones here.",
            users(gaps.unreadable)
        )
    });
    let sentences: Vec<String> = pending.into_iter().chain(unreadable).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// The number of unassigned tokens per model; a click filters by the model.
#[component]
fn Stock(state: ViewState) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let models = Memo::new(move |_| {
        store.track();
        store.with(Inventory::stock_by_model)
    });
    let items = move || {
        let item = |(maker, model, count): (String, String, usize)| {
            let text =
                format!("{maker} {model}: {}", if count == 0 { "none".to_owned() } else { tokens(count) });
            let model = (maker, model);
            let is_chosen = {
                let model = model.clone();
                move || state.query.with(|query| query.model.as_ref() == Some(&model))
            };
            let pressed = is_chosen.clone();
            let choose = move |_| {
                let next = (!untrack(&is_chosen)).then(|| model.clone());
                state.query.update(|query| query.model = next);
            };
            view! {
                <li>
                    <button class="chip" aria-pressed=move || pressed().to_string() on:click=choose>
                        <bdi>{text}</bdi>
                    </button>
                </li>
            }
        };
        models.get().into_iter().map(item).collect_view()
    };
    view! {
        <ul class="chips" aria-label="Stock by model">
            {items}
        </ul>
    }
}

/// What an empty view means, when no other filter is set.
pub fn empty_view_text(query: &InventoryQuery) -> Option<&'static str> {
    if query.text.contains(LISTED_WORD) {
        return Some(
            "Which tokens an import concerned is known to the tab in which it ran, until that is closed or loaded again. Audit shows the run.",
        );
    }
    let narrowed = query.text.trim().is_empty() && query.status.is_none() && query.model.is_none();
    query.saved_view.filter(|_| narrowed).map(|saved_view| match saved_view {
        SavedView::NeverUsed => "Every assigned token was used, as far as Microsoft tells.",
        SavedView::Unused => "No token was last used more than 90 days ago, as far as Microsoft tells.",
        SavedView::Stock => "Every token is assigned: the stock is empty.",
        SavedView::InactiveUsers => "No token is held by a disabled or deleted account.",
        SavedView::Several => "Nobody holds two or more tokens.",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_keeps_the_search_and_drops_the_status() {
        let before = InventoryQuery::from_pairs([("q", "ann"), ("status", "activated"), ("sort", "-hash")]);
        let after = apply_view(&before, Some(SavedView::NeverUsed));
        assert_eq!(after.to_query_string(), "q=ann&report=never-used&sort=user");
        assert_eq!(apply_view(&before, None).to_query_string(), "q=ann&sort=-hash");
    }

    #[test]
    fn gaps_in_a_view_are_explained() {
        assert_eq!(gap_text(UserDataGaps::default(), true), None);
        let pending = gap_text(UserDataGaps { pending: 1_200, unreadable: 0 }, false).unwrap_or_default();
        assert!(pending.contains("1,200 users are still"), "{pending}");
        let both = gap_text(UserDataGaps { pending: 1, unreadable: 2 }, true).unwrap_or_default();
        assert!(both.contains("1 user could not") && both.contains("2 users are enabled"), "{both}");
    }

    #[test]
    fn an_empty_view_is_explained_only_without_other_filters() {
        assert_eq!(empty_view_text(&SavedView::Several.query()), Some("Nobody holds two or more tokens."));
        assert_eq!(empty_view_text(&InventoryQuery { text: "x".into(), ..SavedView::Stock.query() }), None);
        assert_eq!(empty_view_text(&InventoryQuery::default()), None);
    }
}
