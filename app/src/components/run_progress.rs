//! The progress of a run: count, rate, time left, pause, and Stop.

use leptos::prelude::*;
use token_core::run::report::RunTotals;

use crate::{
    browser::performance_now,
    format::{duration, grouped, rounded, tokens},
    state::{announcer::use_announcer, run_pause::RunPause},
};

/// The result of a run: "912 tokens done, 3 failed, 40 left; 7 not possible".
pub fn run_summary(totals: RunTotals, impossible: usize) -> String {
    let mut text = format!("{} done", tokens(totals.done));
    if totals.failed > 0 {
        text = format!("{text}, {} failed", grouped(totals.failed));
    }
    if totals.left > 0 {
        text = format!("{text}, {} left", grouped(totals.left));
    }
    if impossible > 0 {
        text = format!("{text}; {} not possible", grouped(impossible));
    }
    text
}

/// Progress with rate and time left, and Stop.
#[component]
pub fn RunProgress(
    /// How many rows have ended, and how.
    totals: Memo<RunTotals>,
    /// When the run began (`performance.now()`), and how many rows had ended by then.
    began: RwSignal<(f64, usize)>,
    /// The pause of the whole run, if any.
    pause: RwSignal<Option<RunPause>>,
    /// Whether Stop was pressed while calls are still in flight.
    stopping: RwSignal<bool>,
    /// Asks the run to stop.
    stop: Callback<()>,
) -> impl IntoView {
    let announcer = use_announcer();
    let ended = move || totals.with(|totals| totals.done + totals.failed);
    let all = move || ended() + totals.with(|totals| totals.left);
    // Announced four times in a run: more would drown out other announcements.
    let quarter = Memo::new(move |_| ended() * 4 / all().max(1));
    Effect::new(move |before: Option<usize>| {
        let now = quarter.get();
        if before.is_some_and(|before| before != now) {
            let (ended, all) = untrack(|| (ended(), all()));
            announcer.announce(format!("{} of {}", grouped(ended), tokens(all)));
        }
        now
    });
    let pace = move || {
        let (began, before) = began.get();
        let now = ended();
        let seconds = (performance_now() - began) / 1000.0;
        let done = now.saturating_sub(before);
        if done == 0 || seconds <= 0.0 {
            return String::new();
        }
        let rate = count(done) / seconds;
        let left = duration(count(all().saturating_sub(now)) / rate);
        match rounded(rate) {
            0 => format!("{} tokens a minute, about {left} left", grouped(rounded(rate * 60.0))),
            rate => format!("{} tokens a second, about {left} left", grouped(rate)),
        }
    };
    view! {
            <p class="run__summary">
                <strong>{move || format!("{} of {}", grouped(ended()), grouped(all()))}</strong>
                " "
                {pace}
            </p>
            <button class="button" aria-disabled=move || stopping.get().to_string() on:click=move |_| stop.run(())>
                {move || if stopping.get() { "Stopping …" } else { "Stop" }}
            </button>
            <progress
                class="progress"
                aria-label="Rows done"
                prop:max=move || count(all().max(1))
                prop:value=move || count(ended())
            ></progress>
            {move || pause.get().map(|pause| view! { <p class="note note--info">{pause.to_string()}</p> })}
    }
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
fn count(rows: usize) -> f64 {
    rows as f64
}
