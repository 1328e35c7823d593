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
    if totals.written > 0 {
        text = format!("{text} ({} written, not read back)", grouped(totals.written));
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
    /// How many rows are tried before the others.
    first: RwSignal<Option<usize>>,
    /// The milliseconds that the pace needs for the writes that are left.
    remaining_ms: RwSignal<u64>,
    /// The pause of the whole run, if any.
    pause: RwSignal<Option<RunPause>>,
    /// Whether Stop was pressed while calls are still in flight.
    stopping: RwSignal<bool>,
    /// Asks the run to stop.
    stop: Callback<()>,
) -> impl IntoView {
    let announcer = use_announcer();
    // Written rows count too: lookups show many at a time, and the bar would stand still between them.
    let reached = move || totals.with(|totals| totals.done + totals.failed + totals.written);
    let all = move || {
        let all = totals.with(|totals| totals.done + totals.failed + totals.left);
        first.get().map_or(all, |first| first.min(all))
    };
    // Announced three times in a run: more would drown out other announcements. The end is announced with the result.
    let quarter = Memo::new(move |_| reached() * 4 / all().max(1));
    Effect::new(move |before: Option<usize>| {
        let now = quarter.get();
        if now < 4 && before.is_some_and(|before| before < now) {
            let (reached, all) = untrack(|| (reached(), all()));
            announcer.announce(format!("{} of {}", grouped(reached), tokens(all)));
        }
        now
    });
    let pace = move || {
        let (began, before) = began.get();
        let seconds = (performance_now() - began) / 1000.0;
        let done = reached().saturating_sub(before);
        pace_text(done, all().saturating_sub(reached()), seconds, remaining_ms.get())
    };
    view! {
            <p class="run__summary">
                <strong>{move || format!("{} of {}", grouped(reached()), grouped(all()))}</strong>
                " "
                {pace}
            </p>
            <button class="button" aria-disabled=move || stopping.get().to_string() on:click=move |_| stop.run(())>
                {move || if stopping.get() { "Stopping …" } else { "Stop" }}
            </button>
            <progress
                class="progress"
                aria-label="Rows written"
                prop:max=move || count(all().max(1))
                prop:value=move || count(reached())
            ></progress>
            <p class="run__seen">{move || seen_text(totals.get())}</p>
            {move || pause.get().map(|pause| view! { <p class="note note--info">{pause.to_string()}</p> })}
    }
}

/// The rate and the time left, from the rows that were written in so many seconds, those that are left, and what the pace
/// needs for them.
///
/// The larger estimate counts: the pace knows the budget that Microsoft leaves and nothing of the connection, the rate
/// so far knows the connection, and is too high for the rest once the budget is spent.
fn pace_text(done: usize, left: usize, seconds: f64, remaining_ms: u64) -> String {
    if left == 0 {
        return String::new();
    }
    let rate = if seconds > 0.0 { count(done) / seconds } else { 0.0 };
    let by_rate = if rate > 0.0 { count(left) / rate } else { 0.0 };
    // Far below 2^53.
    let by_pace = count(usize::try_from(remaining_ms).unwrap_or(usize::MAX)) / 1000.0;
    if by_pace > by_rate.max(1.0) {
        return format!("about {} left, as fast as Microsoft allows", duration(by_pace));
    }
    let left = duration(by_rate);
    match rounded(rate) {
        0 if done == 0 => String::new(),
        0 => format!("{} tokens a minute, about {left} left", grouped(rounded(rate * 60.0))),
        rate => format!("{} tokens a second, about {left} left", grouped(rate)),
    }
}

/// "412 seen, 60 written and being read back, 3 failed".
fn seen_text(totals: RunTotals) -> String {
    let counts = [(totals.written, "written and being read back"), (totals.failed, "failed")];
    let others = counts.iter().filter(|(count, _)| *count > 0);
    let parts = others.map(|(count, what)| format!(", {} {what}", grouped(*count)));
    format!("{} seen{}", grouped(totals.done), parts.collect::<String>())
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
fn count(rows: usize) -> f64 {
    rows as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_estimate_is_shown() {
        let cases = [
            ((0, 900, 1.0, 0), ""),
            ((400, 500, 2.0, 0), "200 tokens a second, about 3 s left"),
            ((3, 30, 60.0, 1_000), "3 tokens a minute, about 10 min left"),
            ((1_000, 9_000, 10.0, 450_000), "about 8 min left, as fast as Microsoft allows"),
            ((0, 9_000, 1.0, 450_000), "about 8 min left, as fast as Microsoft allows"),
            ((900, 0, 5.0, 0), ""),
        ];
        for ((done, left, seconds, remaining_ms), text) in cases {
            assert_eq!(pace_text(done, left, seconds, remaining_ms), text);
        }
    }

    #[test]
    fn rows_that_are_not_seen_yet_are_named() {
        assert_eq!(seen_text(RunTotals { done: 1_412, left: 500, ..RunTotals::default() }), "1,412 seen");
        let totals = RunTotals { done: 412, failed: 3, left: 500, written: 60 };
        assert_eq!(seen_text(totals), "412 seen, 60 written and being read back, 3 failed");
        assert_eq!(
            run_summary(totals, 7),
            "412 tokens done, 3 failed, 500 left (60 written, not read back); 7 not possible"
        );
    }
}
