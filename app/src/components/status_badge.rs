//! A short state word. Colour only repeats what the text says.

use leptos::prelude::*;

/// What a badge means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to note.
    Neutral,
    /// Under way or waiting for somebody.
    Info,
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Wrong.
    Danger,
}

impl Tone {
    /// The class that carries its colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "badge badge--neutral",
            Self::Info => "badge badge--info",
            Self::Good => "badge badge--good",
            Self::Warning => "badge badge--warning",
            Self::Danger => "badge badge--danger",
        }
    }

    /// The class of a dot in its colour.
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

/// A short state word.
#[component]
pub fn StatusBadge(
    /// What it means.
    tone: Tone,
    /// The word.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <span class=tone.class()>{text}</span> }
}
