//! A choice for the whole file.

use leptos::prelude::*;

/// One of the choices for the whole file, applied at once.
#[component]
pub fn FileOption(
    name: &'static str,
    label: &'static str,
    is_chosen: bool,
    choose: Callback<()>,
) -> impl IntoView {
    view! {
        <label class="file-choice__option">
            <input type="radio" name=name checked=is_chosen on:change=move |_| choose.run(()) />
            {label}
        </label>
    }
}
