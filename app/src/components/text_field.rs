//! A labelled field for a line of text.

use leptos::prelude::*;

/// Label above, hint below; the hint is the field's description.
#[component]
pub fn TextField(
    /// What to enter.
    label: &'static str,
    /// Where to find it, or what it is used for.
    hint: &'static str,
    /// The value.
    value: RwSignal<String>,
    /// Whether it is a secret: hidden, and not offered to password managers.
    #[prop(optional)]
    secret: bool,
) -> impl IntoView {
    let id = label.to_lowercase().replace(' ', "-");
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field">
            <label class="field__name" for=id.clone()>
                {label}
            </label>
            <input
                id=id
                class="input input--text"
                type=if secret { "password" } else { "text" }
                autocomplete=if secret { "new-password" } else { "off" }
                autocapitalize="none"
                spellcheck="false"
                required
                aria-describedby=hint_id.clone()
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
            />
            <p class="field__label" id=hint_id>
                {hint}
            </p>
        </div>
    }
}
