//! A bar that shows how a whole is divided.

use leptos::prelude::*;

use super::status_badge::Tone;

/// One part of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// Its name.
    pub label: &'static str,
    /// How many.
    pub count: usize,
    /// Its colour.
    pub tone: Tone,
}

/// A bar whose segments are proportional to the counts; hidden from screen readers, which read the counts.
#[component]
pub fn StatBar(
    /// The parts, in order.
    #[prop(into)]
    stats: Signal<Vec<Stat>>,
) -> impl IntoView {
    let parts = move || {
        let stats = stats.get();
        let total = stats.iter().map(|stat| stat.count).sum::<usize>().max(1);
        let mut before = 0;
        stats
            .into_iter()
            .map(|stat| {
                let x = percent(before, total);
                before += stat.count;
                view! { <rect class=bar_class(stat.tone) x=x width=percent(stat.count, total) height="8" /> }
            })
            .collect_view()
    };
    view! {
        <svg class="figure-bar" width="100%" height="8" aria-hidden="true" preserveAspectRatio="none">
            {parts}
        </svg>
    }
}

fn bar_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "figure-bar__neutral",
        Tone::Info => "figure-bar__info",
        Tone::Good => "figure-bar__good",
        Tone::Warning => "figure-bar__warning",
        Tone::Danger => "figure-bar__danger",
    }
}

/// A share in percent with one decimal. In integers: formatting floats would enlarge the download by their tables.
fn percent(part: usize, whole: usize) -> String {
    let permille = part * 1000 / whole;
    format!("{}.{}%", permille / 10, permille % 10)
}
