//! The secret key of a token, typed or from a file, from which the browser computes the code.

use leptos::{html, prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    manage::drift::drift,
    otp,
    ports::{Clock, NewToken},
    seed::Seed,
    token::{Interval, Token},
};
use zeroize::Zeroizing;

use super::{
    code_input::{CodeInput, take_code, wipe},
    code_source_form::CodeSourceForm,
    file_seed::FileSeed,
};
use crate::{
    api::clock::ServerClock,
    components::{countdown::Countdown, error_note::ErrorNote},
};

/// The message about the entered secret key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretFeedback {
    /// No message.
    Nothing,
    /// The secret key can be used.
    Good(String),
    /// It cannot be used.
    Bad(String),
}

/// The fields, and the tools that need the secret key.
#[component]
pub fn SecretFields(token: Token, source_form: CodeSourceForm) -> impl IntoView {
    let Some(interval) = token.hash.and_then(|_| Interval::from_seconds(token.interval_seconds)) else {
        return view! {
            <p class="note note--warning">
                "Token Inventory does not know this token's hash or interval and cannot make its codes. Use the six digits from its display."
            </p>
        }
        .into_any();
    };
    let feedback = RwSignal::new(SecretFeedback::Nothing);
    let typed = NodeRef::<html::Input>::new();
    let of = token.clone();
    let type_in = move || {
        let Some(field) = typed.get_untracked() else { return };
        let (seed, message) = read(&Zeroizing::new(field.value()));
        source_form.set_secret(seed.and_then(|seed| with_seed(&of, seed)));
        feedback.set(message);
    };
    let from_file = Callback::new(move |read: Result<(NewToken, String), String>| {
        wipe(typed);
        let (secret, message) = match read {
            Ok((secret, message)) => (Some(secret), SecretFeedback::Good(message)),
            Err(why) => (None, SecretFeedback::Bad(why)),
        };
        source_form.set_secret(secret);
        feedback.set(message);
    });
    on_cleanup(move || wipe(typed));
    view! {
        <label class="field">
            <span class="field__name">"Secret key"</span>
            <input
                class="input input--text"
                node_ref=typed
                type="password"
                autocomplete="new-password"
                autocapitalize="none"
                spellcheck="false"
                on:input=move |_| type_in()
            />
            <span class="field__label">
                "Base32 or hex. It stays in this browser: only the code that is made from it is sent."
            </span>
        </label>
        <FileSeed token from_file />
        <p role="status" class:field__error=move || feedback.with(|feedback| matches!(feedback, SecretFeedback::Bad(_)))>
            {move || match feedback.get() {
                SecretFeedback::Nothing => String::new(),
                SecretFeedback::Good(message) | SecretFeedback::Bad(message) => message,
            }}
        </p>
        {move || source_form.has_secret.get().then(|| view! { <CodeTools source_form interval /> })}
    }
    .into_any()
}

/// Parses a secret key; returns the seed and a message.
fn read(text: &str) -> (Option<Seed>, SecretFeedback) {
    if text.trim().is_empty() {
        return (None, SecretFeedback::Nothing);
    }
    match Seed::parse(text) {
        Ok(seed) => {
            let taken = Seed::ambiguous_notation(text);
            let notation =
                taken.map(|taken| format!(" It could be Base32 as well as hex and was taken for {taken}."));
            let message = format!("A secret key of {} bytes.{}", seed.len(), notation.unwrap_or_default());
            (Some(seed), SecretFeedback::Good(message))
        }
        Err(error) => {
            let text = error.to_string();
            // The error text is written for the middle of a sentence.
            let message =
                text.strip_prefix("the ").map_or_else(|| text.clone(), |rest| format!("The {rest}"));
            (None, SecretFeedback::Bad(message + "."))
        }
    }
}

/// The token with its secret key, for computing codes; `None` when its hash or interval is unknown.
fn with_seed(token: &Token, seed: Seed) -> Option<NewToken> {
    Some(NewToken {
        serial: token.serial.clone(),
        manufacturer: token.manufacturer.clone(),
        model: token.model.clone(),
        seed,
        interval: Interval::from_seconds(token.interval_seconds)?,
        hash: token.hash?,
    })
}

/// What needs the server's time: the remaining time of the code, and the drift check.
#[component]
fn CodeTools(source_form: CodeSourceForm, interval: Interval) -> impl IntoView {
    let clock = RwSignal::new(None::<Result<ServerClock, ServiceError>>);
    let learn = move || spawn_local(async move { clock.set(Some(ServerClock::sync().await)) });
    learn();
    move || match clock.get() {
        None => ().into_any(),
        Some(Err(error)) => {
            let retry = Callback::new(move |()| learn());
            view! { <ErrorNote what="The time could not be read from the server" error retry /> }.into_any()
        }
        Some(Ok(clock)) => view! {
            <CodeCountdown clock interval />
            <DriftCheck source_form clock />
        }
        .into_any(),
    }
}

/// The remaining time of the current code. The code itself is computed when it is sent, and never shown.
#[component]
fn CodeCountdown(clock: ServerClock, interval: Interval) -> impl IntoView {
    let left = RwSignal::new(otp::remaining_ms(interval, clock.now_ms()));
    let tick = move || left.set(otp::remaining_ms(interval, clock.now_ms()));
    let handle = set_interval_with_handle(tick, std::time::Duration::from_millis(250));
    on_cleanup(move || {
        if let Ok(handle) = handle {
            handle.clear();
        }
    });
    view! {
        <div class="lasting">
            <Countdown left whole_ms=u64::from(interval.seconds()) * 1000 />
            <p class="hint">"until the code changes. It is made anew when it is sent, in time."</p>
        </div>
    }
}

/// Compares the code on the display with the secret key.
#[component]
fn DriftCheck(source_form: CodeSourceForm, clock: ServerClock) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let answer = RwSignal::new(None::<String>);
    let check = move |_| {
        let message = match take_code(field) {
            None => Some("Type the six digits that the token shows now.".to_owned()),
            Some(code) => source_form.secret.with_value(|secret| {
                secret.as_ref().map(|secret| drift(secret, &code, clock.now_ms()).describe())
            }),
        };
        answer.set(message);
    };
    view! {
        <details class="fold">
            <summary>"Check drift: is the token's clock right?"</summary>
            <CodeInput field label="Code on the token's display" />
            // `type="button"`, so that it does not submit the form.
            <button type="button" class="button" on:click=check>
                "Check drift"
            </button>
            <p role="status">{move || answer.get()}</p>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explains_an_invalid_secret_key_without_repeating_it() {
        let (seed, feedback) = read("JBSWY3DPEHPK3PX0!");
        assert!(seed.is_none());
        let SecretFeedback::Bad(words) = feedback else { panic!("{feedback:?}") };
        assert!(words.starts_with("The secret key is neither") && !words.contains("JBSW"), "{words}");
    }

    #[test]
    fn names_the_notation_of_an_ambiguous_secret_key() {
        let (seed, feedback) = read("ABCDEF2345ABCDEF");
        assert!(seed.is_some());
        assert!(matches!(feedback, SecretFeedback::Good(words) if words.ends_with("was taken for Base32.")));
        assert_eq!(read("  ").1, SecretFeedback::Nothing);
    }
}
