//! Asks one token by the codes on its display, with its secret key at hand. Nothing is sent.

use leptos::{html, prelude::*};
use token_core::{
    drift::{ClockVerdict, Measurement, Reading, measure},
    ports::{Clock as _, NewToken},
};

use super::code_input::{CodeInput, take_code};
use crate::api::clock::ServerClock;

/// Codes that are kept: more say nothing new.
const MAX_READINGS: usize = 3;

/// A verdict, and when the last code was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The verdict.
    pub verdict: ClockVerdict,
    /// The server's time, in milliseconds since 1970.
    pub typed_at_ms: u64,
}

/// What the last code said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MeasureState {
    /// It is not six digits, or something is missing before it.
    Missing(&'static str),
    NextCode,
    SameCode,
    Done(ClockVerdict),
}

/// The field, the button, and the verdict in words.
#[component]
pub fn Measure(
    /// The token with its secret key; `None` while it is not known.
    token: Callback<(), Option<NewToken>>,
    /// The server's time.
    clock: ServerClock,
    /// Receives each verdict.
    measured: Callback<Measured>,
    /// Whether the verdict is shown here.
    #[prop(default = true)]
    shows_verdict: bool,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let readings = StoredValue::new(Vec::<Reading>::new());
    let answer = RwSignal::new(None::<MeasureState>);
    on_cleanup(move || _ = readings.try_set_value(Vec::new()));
    let check = Callback::new(move |()| {
        let Some(token) = token.run(()) else {
            return answer.set(Some(MeasureState::Missing("Say first which token it is.")));
        };
        let Some(code) = take_code(field) else {
            return answer.set(Some(MeasureState::Missing(
                "Type the six digits that the token shows now. Microsoft takes no token that shows more or fewer.",
            )));
        };
        let typed_at_ms = clock.now_ms();
        readings.update_value(|readings| {
            if readings.len() >= MAX_READINGS {
                readings.remove(0);
            }
            readings.push(Reading { code, at_ms: typed_at_ms });
        });
        let found = readings.with_value(|readings| measure(&token, readings));
        match found {
            Measurement::NextCode => answer.set(Some(MeasureState::NextCode)),
            Measurement::SameCode => {
                readings.update_value(|readings| _ = readings.pop());
                answer.set(Some(MeasureState::SameCode));
            }
            Measurement::Done(verdict) => {
                // After a code that fits nothing the next one decides together with it.
                if verdict != ClockVerdict::NotThisToken {
                    readings.set_value(Vec::new());
                }
                answer.set(Some(MeasureState::Done(verdict)));
                measured.run(Measured { verdict, typed_at_ms });
            }
        }
    });
    view! {
        <div class="form">
            <CodeInput field label="Code on the token's display" enter=check />
            <p class="actions">
                // `type="button"`, so that it does not submit a form around it.
                <button type="button" class="button" on:click=move |_| check.run(())>
                    "Measure"
                </button>
            </p>
            <div role="status">
                {move || match answer.get() {
                    None => ().into_any(),
                    Some(MeasureState::Missing(what)) => view! { <p class="field__error">{what}</p> }.into_any(),
                    Some(MeasureState::NextCode) => view! {
                        <p class="note note--info">
                            "One more: wait until the digits change, and type the next ones. The first ones fit more than one time."
                        </p>
                    }
                    .into_any(),
                    Some(MeasureState::SameCode) => view! {
                        <p class="note note--info">"The digits have not changed yet: type the next ones."</p>
                    }
                    .into_any(),
                    Some(MeasureState::Done(verdict)) if shows_verdict => view! { <VerdictNote verdict /> }.into_any(),
                    Some(MeasureState::Done(_)) => ().into_any(),
                }}
            </div>
        </div>
    }
}

/// A verdict: the headline, what to do, and one click away how it was found.
#[component]
pub fn VerdictNote(verdict: ClockVerdict) -> impl IntoView {
    let tone = match verdict {
        ClockVerdict::SignsIn(_) => "note note--good note--told",
        ClockVerdict::OwnDrift(_) => "note note--warning note--told",
        _ => "note note--danger note--told",
    };
    view! {
        <div class=tone>
            <p>
                <strong>{verdict.headline()}</strong>
            </p>
            <p>{verdict.advice()}</p>
            <details class="fold">
                <summary>"How this was found"</summary>
                <p>{verdict.reasoning()}</p>
            </details>
        </div>
    }
}
