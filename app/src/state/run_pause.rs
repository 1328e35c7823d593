//! The pause of a whole run, of an import or of token actions.

use std::fmt;

use leptos::prelude::*;
use token_core::error::ServiceError;

use super::announcer::Announcer;

/// A pause of the whole run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPause {
    /// The reason.
    pub reason: String,
    /// Its length in seconds.
    pub seconds: u64,
}

impl fmt::Display for RunPause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Waiting {} s. {}", self.seconds, self.reason)
    }
}

impl RunPause {
    /// Shows and announces the pause, or clears it when the run continues.
    pub fn show(shown: RwSignal<Option<Self>>, pause: Option<(u64, &ServiceError)>, announcer: Announcer) {
        let pause = pause.map(|(ms, reason)| Self { reason: reason.to_string(), seconds: ms.div_ceil(1000) });
        if shown.with_untracked(|shown| *shown != pause) {
            if let Some(pause) = &pause {
                announcer.announce(pause.to_string());
            }
            shown.set(pause);
        }
    }
}
