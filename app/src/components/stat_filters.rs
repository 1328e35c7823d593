//! Counts of the parts of a whole, with a small bar; each count is also a filter button.

use leptos::prelude::*;

use super::{
    stat_bar::{Stat, StatBar},
    status_badge::Tone,
};
use crate::format::grouped;

/// The parts; with the whole, also that and a bar. A click on a part chooses it, a second click clears the choice.
#[component]
pub fn StatFilters(
    /// What is counted, for screen readers.
    #[prop(into)]
    label: String,
    /// The whole, if it is shown: its name and its number.
    #[prop(optional)]
    whole: Option<(&'static str, Signal<usize>)>,
    /// The parts.
    #[prop(into)]
    parts: Signal<Vec<Stat>>,
    /// Whether the counts are known yet.
    #[prop(default = true.into(), into)]
    is_known: Signal<bool>,
    /// The label of the chosen part.
    #[prop(into)]
    chosen: Signal<Option<&'static str>>,
    /// Chooses a part, or all.
    choose: Callback<Option<&'static str>>,
) -> impl IntoView {
    // The buttons are kept while counts change, so that the focus stays.
    let labels =
        Memo::new(move |_| parts.get().iter().map(|part| (part.label, part.tone)).collect::<Vec<_>>());
    let buttons = move || {
        labels
            .get()
            .into_iter()
            .map(|(label, tone)| view! { <StatButton label tone parts is_known chosen choose /> })
            .collect_view()
    };
    view! {
        <section class="figures" aria-label=label>
            <ul class="figures__list">
                {whole
                    .map(|(name, count)| {
                        view! {
                            <li class="figure">
                                <span class="figure__count">{move || grouped(count.get())}</span>
                                <span class="figure__label">{name}</span>
                            </li>
                        }
                    })}
                {buttons}
            </ul>
            {whole.map(|_| view! { <StatBar stats=parts /> })}
        </section>
    }
}

#[component]
fn StatButton(
    label: &'static str,
    tone: Tone,
    parts: Signal<Vec<Stat>>,
    is_known: Signal<bool>,
    chosen: Signal<Option<&'static str>>,
    choose: Callback<Option<&'static str>>,
) -> impl IntoView {
    let pressed = move || chosen.get() == Some(label);
    let count = move || {
        let count =
            parts.with(|parts| parts.iter().find(|part| part.label == label).map_or(0, |part| part.count));
        if is_known.get() { grouped(count) } else { "–".to_owned() }
    };
    view! {
        <li>
            <button
                class="figure figure--button"
                aria-pressed=move || pressed().to_string()
                on:click=move |_| choose.run(if pressed() { None } else { Some(label) })
            >
                <span class="figure__count">{count}</span>
                <span class="figure__label">
                    <span class=tone.dot() aria-hidden="true"></span>
                    {label}
                </span>
            </button>
        </li>
    }
}
