//! A few rows of a plan before the others: the button, and the result.

use leptos::prelude::*;
use token_core::run::report::RunTotals;

use crate::{
    format::{grouped, tokens},
    state::run::FIRST_ROWS,
};

/// Whether a plan of so many tokens has more than what is tried first.
pub fn is_worth_a_try(work: usize) -> bool {
    work > FIRST_ROWS
}

/// "Go on with the other 907 tokens".
pub fn go_on_label(left: usize) -> String {
    format!("Go on with the other {}", tokens(left))
}

/// The button that runs the first rows only.
#[component]
pub fn TryFirst(
    /// Runs them.
    run: Callback<()>,
    /// Whether it must not be pressed yet.
    #[prop(into, default = Signal::stored(false))]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button class="button" aria-disabled=move || disabled.get().to_string() on:click=move |_| run.run(())>
            {format!("Try with {FIRST_ROWS} first")}
        </button>
    }
}

/// What was seen of the first rows, and what happens next.
#[component]
pub fn FirstSummary(
    /// The outcome as text.
    tried: String,
    /// The totals of the run.
    totals: Memo<RunTotals>,
) -> impl IntoView {
    let next = move || {
        let RunTotals { failed, left, .. } = totals.get();
        let advice = if failed > 0 { " Look at the reason before you go on." } else { "" };
        format!(". {} left, which stay as they are until you go on.{advice}", grouped(left))
    };
    view! {
        <strong>{tried}</strong>
        {next}
    }
}
