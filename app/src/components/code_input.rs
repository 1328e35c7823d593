//! A field for the six digits on the token's display.

use leptos::{ev, html, prelude::*};
use token_core::otp::Code;
use zeroize::Zeroizing;

/// A field for six digits. Spaces are allowed, leading zeros are kept.
#[component]
pub fn CodeInput(
    field: NodeRef<html::Input>,
    label: &'static str,
    /// The id of the text that says what is wrong with it.
    #[prop(optional)]
    error: Option<&'static str>,
    /// What Enter does; otherwise it submits the form around the field.
    #[prop(optional)]
    enter: Option<Callback<()>>,
) -> impl IntoView {
    on_cleanup(move || wipe(field));
    let on_key = move |event: ev::KeyboardEvent| {
        if let Some(enter) = enter.filter(|_| event.key() == "Enter") {
            event.prevent_default();
            enter.run(());
        }
    };
    view! {
        <label class="field">
            <span class="field__name">{label}</span>
            <input
                class="input input--code"
                node_ref=field
                type="text"
                inputmode="numeric"
                autocomplete="one-time-code"
                aria-describedby=error
                placeholder="000 000"
                // Room for the spaces of a pasted code.
                maxlength="12"
                on:keydown=on_key
            />
        </label>
    }
}

/// Clears a field that contained a secret.
pub fn wipe(field: NodeRef<html::Input>) {
    if let Some(field) = field.try_get_untracked().flatten() {
        field.set_value("");
    }
}

/// Whether a field has a text that is not a code; it gets the focus, to be corrected.
pub fn has_unreadable_code(field: NodeRef<html::Input>) -> bool {
    let Some(field) = field.get_untracked() else { return false };
    let text = Zeroizing::new(field.value());
    let is_unreadable = !text.trim().is_empty() && Code::parse(&text).is_none();
    if is_unreadable {
        // Fails only if the element cannot be focused.
        _ = field.focus();
    }
    is_unreadable
}

/// Takes the code out of a field. Text that is not a code stays, to be corrected.
pub fn take_code(field: NodeRef<html::Input>) -> Option<Code> {
    let field = field.get_untracked()?;
    let code = Code::parse(&Zeroizing::new(field.value()));
    if code.is_some() {
        field.set_value("");
    } else {
        // Fails only if the element cannot be focused.
        _ = field.focus();
    }
    code
}
