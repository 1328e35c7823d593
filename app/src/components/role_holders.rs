//! People in a plan who hold a directory role: named, and asked for once.

use leptos::prelude::*;
use token_core::{
    plan::privileged::{PlanTargets, describe_roles, unknown_note},
    user::UserId,
};

use crate::format::grouped;

/// Most people in a list that does not scroll.
const MAX_SHORT: usize = 8;

/// Names them, with a box to tick before the plan can be carried out; nothing when there is nobody.
#[component]
pub fn RoleHolders(
    /// The people.
    #[prop(into)]
    targets: Signal<PlanTargets>,
    /// Those who are confirmed.
    confirmed: RwSignal<Vec<UserId>>,
) -> impl IntoView {
    move || {
        let targets = targets.get();
        let unknown =
            unknown_note(targets.unknown).map(|text| view! { <p class="note note--info">{text}</p> });
        let question = (!targets.holders.is_empty()).then(|| view! { <Question targets confirmed /> });
        view! {
            {question}
            {unknown}
        }
    }
}

#[component]
fn Question(targets: PlanTargets, confirmed: RwSignal<Vec<UserId>>) -> impl IntoView {
    let (heading, label) = match targets.holders.as_slice() {
        [one] => ("1 user holds a directory role. ".to_owned(), one.name.clone()),
        all => {
            let count = grouped(all.len());
            (format!("{count} users hold a directory role. "), format!("these {count} users"))
        }
    };
    let lines = targets.holders.iter().map(|holder| {
        view! {
            <li>
                <bdi>{holder.name.clone()}</bdi>
                ": "
                {describe_roles(&holder.roles)}
            </li>
        }
    });
    let lines = lines.collect_view();
    let is_long = targets.holders.len() > MAX_SHORT;
    let users: Vec<UserId> = targets.holders.iter().map(|holder| holder.user.clone()).collect();
    let users = StoredValue::new(users);
    let is_confirmed = move || targets.are_confirmed(&confirmed.get());
    view! {
        <div class="note note--warning holders">
            <p>
                <strong>{heading}</strong>
                "Whoever has a working token of theirs can sign in as them."
            </p>
            // What scrolls must be reached with the keyboard.
            <ul
                class="holders__list"
                class=("holders__list--long", is_long)
                tabindex=is_long.then_some("0")
                aria-label="Users with a directory role"
            >
                {lines}
            </ul>
            <label class="choice">
                <input
                    type="checkbox"
                    autocomplete="off"
                    prop:checked=is_confirmed
                    on:change:target=move |event| {
                        confirmed.set(if event.target().checked() { users.get_value() } else { Vec::new() });
                    }
                />
                " Change tokens of "
                <bdi>{label}</bdi>
            </label>
        </div>
    }
}
