//! The secret key of a token, typed or from a file, from which the browser computes the code.

use leptos::{html, prelude::*, task::spawn_local};
use token_core::{
    drift::OwnClock,
    error::ServiceError,
    otp,
    ports::{Clock, NewToken},
    seed::Seed,
    token::{Interval, Token},
};
use zeroize::Zeroizing;

use super::{code_source_form::CodeSourceForm, file_seed::FileSeed};
use crate::{
    api::clock::ServerClock,
    components::{
        code_input::wipe,
        countdown::Countdown,
        error_note::ErrorNote,
        measure::{Measure, Measured},
    },
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
pub fn SecretFields(
    token: Token,
    source_form: CodeSourceForm,
    /// Whether the token is measured and not activated.
    #[prop(optional)]
    only_measures: bool,
) -> impl IntoView {
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
    let from_file = Callback::new(move |read: Result<(NewToken, OwnClock, String), String>| {
        wipe(typed);
        let (secret, clock, message) = match read {
            Ok((secret, clock, message)) => (Some(secret), clock, SecretFeedback::Good(message)),
            Err(why) => (None, OwnClock::default(), SecretFeedback::Bad(why)),
        };
        source_form.set_secret_and_clock(secret, clock);
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
                {if only_measures {
                    "Base32 or hex. It stays in this browser."
                } else {
                    "Base32 or hex. It stays in this browser: only the code that is made from it is sent."
                }}
            </span>
        </label>
        <FileSeed token from_file />
        <p role="status" class:field__error=move || feedback.with(|feedback| matches!(feedback, SecretFeedback::Bad(_)))>
            {move || match feedback.get() {
                SecretFeedback::Nothing => String::new(),
                SecretFeedback::Good(message) | SecretFeedback::Bad(message) => message,
            }}
        </p>
        {move || source_form.has_secret.get().then(|| view! { <CodeTools source_form interval only_measures /> })}
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

/// What needs the server's time: the remaining time of the code, and the measurement.
#[component]
fn CodeTools(source_form: CodeSourceForm, interval: Interval, only_measures: bool) -> impl IntoView {
    let clock = RwSignal::new(None::<Result<ServerClock, ServiceError>>);
    let learn = move || spawn_local(async move { clock.set(Some(ServerClock::sync().await)) });
    learn();
    move || match clock.get() {
        None => ().into_any(),
        Some(Err(error)) => {
            let retry = Callback::new(move |()| learn());
            view! { <ErrorNote what="The time could not be read from the server" error retry /> }.into_any()
        }
        Some(Ok(clock)) if only_measures => {
            let token = Callback::new(move |()| source_form.secret.get_value());
            view! { <Measure token clock measured=Callback::new(|_| ()) /> }.into_any()
        }
        Some(Ok(clock)) => view! {
            <CodeCountdown clock interval />
            <MeasureFold source_form clock />
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

/// Asks the token itself: its activation then goes by the clock that was measured.
#[component]
fn MeasureFold(source_form: CodeSourceForm, clock: ServerClock) -> impl IntoView {
    let token = Callback::new(move |()| source_form.secret.get_value());
    let measured = Callback::new(move |Measured { verdict, typed_at_ms }: Measured| {
        let fit = verdict.fit().filter(|_| verdict.can_be_activated());
        let own = fit.map(|fit| OwnClock { offset: fit.offset, typed_at_ms: Some(typed_at_ms) });
        source_form.clock.set_value(own.unwrap_or_default());
    });
    view! {
        <details class="fold">
            <summary>"Measure: is it this token, and is its clock right?"</summary>
            <Measure token clock measured />
            <p class="hint">"A token that was measured is activated at its own drift, with the code after the one that you typed."</p>
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
