//! The field for the six digits.

use leptos::{html, prelude::*};
use token_core::otp::Code;
use zeroize::Zeroizing;

use crate::i18n::PageTexts;

/// Large digits, a numeric keyboard, and room for spaces: "123 456" can be pasted.
#[component]
pub fn CodeField(
    texts: &'static PageTexts,
    field: NodeRef<html::Input>,
    /// Whether the entered code was refused.
    #[prop(into)]
    is_wrong: Signal<bool>,
) -> impl IntoView {
    on_cleanup(move || empty(field));
    view! {
        <div class="field">
            <label class="field__name" for="code">
                {texts.code.digits}
            </label>
            <input
                id="code"
                class="input input--code"
                type="text"
                inputmode="numeric"
                autocomplete="one-time-code"
                autocapitalize="none"
                spellcheck="false"
                maxlength="20"
                required
                aria-describedby="ask lasting"
                aria-invalid=move || is_wrong.get().then_some("true")
                node_ref=field
            />
        </div>
    }
}

/// The code in the field; `None` when it is not six digits.
pub fn read(field: NodeRef<html::Input>) -> Option<Code> {
    let typed = Zeroizing::new(field.get_untracked()?.value());
    Code::parse(&typed)
}

/// Clears the field.
pub fn empty(field: NodeRef<html::Input>) {
    if let Some(field) = field.try_get_untracked().flatten() {
        field.set_value("");
    }
}
