//! A badge with a status. The colour only repeats what the text says.

use leptos::prelude::*;
use token_core::token::TokenStatus;

/// The meaning of a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Neutral,
    /// In progress or waiting for somebody.
    Info,
    /// Correct.
    Good,
    /// Needs attention.
    Warning,
    /// Wrong.
    Danger,
}

impl Tone {
    /// The badge's CSS classes.
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "badge badge--neutral",
            Self::Info => "badge badge--info",
            Self::Good => "badge badge--good",
            Self::Warning => "badge badge--warning",
            Self::Danger => "badge badge--danger",
        }
    }

    /// The CSS classes of a dot in its colour.
    pub fn dot(self) -> &'static str {
        match self {
            Self::Neutral => "dot dot--neutral",
            Self::Info => "dot dot--info",
            Self::Good => "dot dot--good",
            Self::Warning => "dot dot--warning",
            Self::Danger => "dot dot--danger",
        }
    }
}

/// A badge with a status.
#[component]
pub fn StatusBadge(
    /// Its meaning.
    tone: Tone,
    /// The status.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <span class=tone.class()>{text}</span> }
}

/// The colour of a token's status.
pub fn token_tone(status: &TokenStatus) -> Tone {
    match status {
        TokenStatus::Available => Tone::Neutral,
        TokenStatus::Assigned => Tone::Info,
        TokenStatus::Activated => Tone::Good,
        TokenStatus::FailedActivation => Tone::Danger,
        TokenStatus::Other(_) => Tone::Warning,
    }
}
