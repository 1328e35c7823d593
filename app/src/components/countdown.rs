//! A countdown: a ring that empties, and the seconds as text.

use leptos::prelude::*;

/// The ring's length in units of `pathLength`.
const LENGTH: u64 = 100;

/// A ring that empties, with the seconds in it; with reduced motion only the seconds are shown.
#[component]
pub fn Countdown(
    /// The time left, in milliseconds.
    #[prop(into)]
    left: Signal<u64>,
    /// The whole time, in milliseconds.
    whole_ms: u64,
) -> impl IntoView {
    view! {
        <span class="ring" role="timer">
            <svg class="ring__drawn" viewBox="0 0 36 36" aria-hidden="true">
                <circle class="ring__track" cx="18" cy="18" r="16" />
                <circle
                    class="ring__left"
                    cx="18"
                    cy="18"
                    r="16"
                    pathLength=LENGTH
                    stroke-dasharray=LENGTH
                    stroke-dashoffset=move || gone(left.get(), whole_ms)
                    transform="rotate(-90 18 18)"
                />
            </svg>
            <span class="ring__text">{move || format!("{} s", left.get().div_ceil(1000))}</span>
        </span>
    }
}

/// How much of the ring is gone.
fn gone(left: u64, whole_ms: u64) -> u64 {
    LENGTH - (left.min(whole_ms) * LENGTH).div_ceil(whole_ms.max(1))
}

#[cfg(test)]
mod tests {
    use super::gone;

    #[test]
    fn the_ring_starts_full_and_ends_empty() {
        assert_eq!([30_000, 15_000, 300, 0].map(|left| gone(left, 30_000)), [0, 50, 99, 100]);
        assert_eq!(gone(0, 0), 100);
    }
}
