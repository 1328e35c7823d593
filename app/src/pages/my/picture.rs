//! A drawing of a token, and its time interval.

use leptos::prelude::*;

use crate::i18n::{PageTexts, interpolate};

/// The x coordinates of the six digits.
const DIGITS: [&str; 6] = ["58", "72", "86", "106", "120", "134"];

/// The drawing is hidden from screen readers: the text beside it says the same.
#[component]
pub fn TokenPicture(
    texts: &'static PageTexts,
    /// The interval; `None` when the token is not known yet.
    seconds: Option<u32>,
) -> impl IntoView {
    let lasting = match seconds {
        Some(seconds) => interpolate(texts.code.every, "seconds", &seconds.to_string()),
        None => texts.code.every_unknown.to_owned(),
    };
    let digits = DIGITS
        .map(|x| view! { <rect class="token-picture__digit" x=x y="34" width="9" height="20" rx="2" /> });
    let clock = seconds.map(|seconds| {
        // A full circle for one minute, a half for 30 seconds.
        let hand =
            if seconds == 60 { "M228 44V26a18 18 0 1 1-.1 0z" } else { "M228 44V26a18 18 0 0 1 0 36z" };
        view! {
            <circle class="token-picture__clock" cx="228" cy="44" r="22" />
            <path class="token-picture__share" d=hand />
            <text class="token-picture__seconds" x="228" y="84" text-anchor="middle">
                {format!("{seconds} s")}
            </text>
        }
    });
    view! {
        <div class="token-picture">
            <svg viewBox="0 0 256 92" aria-hidden="true" focusable="false">
                <rect class="token-picture__body" x="2" y="10" width="190" height="68" rx="18" />
                <circle class="token-picture__hole" cx="22" cy="44" r="8" />
                <rect class="token-picture__display" x="46" y="26" width="108" height="36" rx="4" />
                {digits.into_iter().collect_view()}
                <circle class="token-picture__button" cx="173" cy="44" r="9" />
                {clock}
            </svg>
            <p class="hint" id="lasting">
                {lasting}
                " "
                {texts.code.press}
            </p>
        </div>
    }
}
