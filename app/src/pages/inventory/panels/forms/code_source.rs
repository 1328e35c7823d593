//! The source of the activation code: the six digits on the token's display, or its secret key.

use leptos::{html, prelude::*};
use token_core::{otp::Code, plan::CodeSource, ports::NewToken, token::Token};
use zeroize::Zeroizing;

use super::secret::SecretFields;

/// The kinds of code source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeSourceKind {
    /// None: the token is activated later.
    Later,
    /// The code on the display.
    Code,
    /// The secret key.
    Secret,
}

/// The state of the form. The code is kept in its field, the secret key here; both are wiped when the form closes.
#[derive(Debug, Clone, Copy)]
pub struct CodeSourceForm {
    /// The chosen kind.
    pub kind: RwSignal<CodeSourceKind>,
    /// The secret key, with the token's hash and interval.
    pub secret: StoredValue<Option<NewToken>>,
    /// Whether there is a secret key.
    pub has_secret: RwSignal<bool>,
    /// What is missing, shown after an attempt to submit without it.
    pub missing: RwSignal<Option<&'static str>>,
    code: NodeRef<html::Input>,
}

impl CodeSourceForm {
    /// An empty form.
    pub fn new(kind: CodeSourceKind) -> Self {
        let source_form = Self {
            kind: RwSignal::new(kind),
            secret: StoredValue::new(None),
            has_secret: RwSignal::new(false),
            missing: RwSignal::new(None),
            code: NodeRef::new(),
        };
        on_cleanup(move || _ = source_form.secret.try_set_value(None));
        source_form
    }

    /// Sets or clears the secret key.
    pub fn set_secret(self, secret: Option<NewToken>) {
        // The form may have been closed while the file was being read.
        self.has_secret.set(secret.is_some());
        _ = self.secret.try_set_value(secret);
        self.missing.set(None);
    }

    /// The code source; `Some(None)` for a later activation; `None` when it is missing, which the form then shows. A
    /// code is removed from its field, because a code is never sent twice.
    pub fn take(self) -> Option<Option<CodeSource>> {
        let (code_source, missing) = match self.kind.get_untracked() {
            CodeSourceKind::Later => return Some(None),
            CodeSourceKind::Code => {
                (take_code(self.code).map(CodeSource::Code), "Type the six digits that the token shows now.")
            }
            CodeSourceKind::Secret => (
                self.secret.with_value(|secret| secret.clone().map(Box::new).map(CodeSource::Seed)),
                "Enter the secret key, or choose the file that has it.",
            ),
        };
        self.missing.set(code_source.is_none().then_some(missing));
        code_source.map(Some)
    }
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

/// The choice of the kind, and the fields of the chosen one.
#[component]
pub fn CodeSourceFields(
    token: Token,
    source_form: CodeSourceForm,
    /// Whether the token may also be activated later.
    #[prop(optional)]
    allow_later: bool,
) -> impl IntoView {
    let later = allow_later.then(
        || view! { <CodeSourceChoice source_form kind=CodeSourceKind::Later label="Activate later" /> },
    );
    view! {
        <fieldset class="choices">
            <legend class="field__name">"Activate by"</legend>
            {later}
            <CodeSourceChoice source_form kind=CodeSourceKind::Code label="Six digits from the token" />
            <CodeSourceChoice source_form kind=CodeSourceKind::Secret label="Secret key" />
        </fieldset>
        {move || match source_form.kind.get() {
            CodeSourceKind::Later => ().into_any(),
            CodeSourceKind::Code => view! { <CodeFields source_form seconds=token.interval_seconds /> }.into_any(),
            CodeSourceKind::Secret => view! { <SecretFields token=token.clone() source_form /> }.into_any(),
        }}
        <p class="field__error" role="alert">
            {move || source_form.missing.get()}
        </p>
        {move || (source_form.kind.get() != CodeSourceKind::Later).then(|| view! { <RefusalHelp /> })}
    }
}

#[component]
fn CodeSourceChoice(source_form: CodeSourceForm, kind: CodeSourceKind, label: &'static str) -> impl IntoView {
    let choose = move |_| {
        // The secret key is dropped with its field.
        source_form.set_secret(None);
        source_form.kind.set(kind);
    };
    view! {
        <label class="choice">
            <input type="radio" name="proof" prop:checked=move || source_form.kind.get() == kind on:change=choose />
            {label}
        </label>
    }
}

#[component]
fn CodeFields(source_form: CodeSourceForm, seconds: u32) -> impl IntoView {
    view! {
        <CodeInput field=source_form.code label="Code on the token's display" />
        <p class="hint">
            {format!(
                "Type a fresh one, and go on within its {seconds} seconds. From a code that was read from the display Microsoft Entra learns how far the token's clock is off.",
            )}
        </p>
    }
}

/// A field for six digits. Spaces are allowed, leading zeros are kept.
#[component]
pub fn CodeInput(field: NodeRef<html::Input>, label: &'static str) -> impl IntoView {
    on_cleanup(move || wipe(field));
    view! {
        <label class="field">
            <span class="field__name">{label}</span>
            <input
                class="input input--code"
                node_ref=field
                type="text"
                inputmode="numeric"
                autocomplete="one-time-code"
                placeholder="000 000"
                // Room for the spaces of a pasted code.
                maxlength="12"
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

/// What to try when Microsoft refuses a code.
#[component]
fn RefusalHelp() -> impl IntoView {
    view! {
        <details class="fold">
            <summary>"If the code is refused"</summary>
            <ul>
                <li>"Wait for the token's next code and use that one: each is good once, and only for its interval."</li>
                <li>"Compare the serial number on the back: it may be the other token."</li>
                <li>"The token's clock may have drifted: type the code from the display instead of the secret key. With the secret key at hand, Check drift tells how far it is off."</li>
            </ul>
        </details>
    }
}
