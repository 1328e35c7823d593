//! Search as you type, and the filter by model.

use leptos::prelude::*;
use token_core::inventory::Inventory;

use super::{state::ViewState, store::InventoryStore};
use crate::words::grouped;

/// Search and filters.
#[component]
pub fn Filters(state: ViewState) -> impl IntoView {
    view! {
        <div class="filters" role="search">
            <label class="field field--grow">
                <span class="field__label">"Search"</span>
                <input
                    class="input"
                    type="search"
                    placeholder="Serial, user, model, status …"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || state.query.with(|query| query.text.clone())
                    value=state.query.with_untracked(|query| query.text.clone())
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        state.query.update(|query| query.text = text);
                    }
                />
            </label>
            <ModelFilter state />
        </div>
    }
}

#[component]
fn ModelFilter(state: ViewState) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    // So that a key in the search field does not count models anew.
    let wanted = Memo::new(move |_| state.query.with(|query| query.model.clone()));
    let models = Memo::new(move |_| {
        store.track();
        let mut models = store.with(Inventory::models);
        // A link may name a model that no token has, or none yet.
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
