//! Doing things with tokens: from a wish to a plan, a run, what came of it, and the way back.
//!
//! Pages say what is wanted with [`Work::offer`]; the dialog of this module shows the plan, asks, runs it by the engine
//! of the import, reads back what became of the tokens, and offers to undo what can be undone.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::manage::{Ask, Proof};

/// What a page wants done.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What is wanted, a token each.
    pub asks: Vec<Ask>,
    /// What the asks name as proofs. They may hold seeds.
    pub proofs: Vec<Proof>,
}

/// The work at hand; lent to all pages as context.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// What was offered last and is not finished.
    pub offer: RwSignal<Option<Arc<Offer>>>,
}

/// Lends the work to the app.
pub fn provide_work() {
    provide_context(Work { offer: RwSignal::new(None) });
}

/// The work of this app.
pub fn use_work() -> Work {
    expect_context()
}

impl Work {
    /// Plans this, and lets the person decide. Nothing is written before they do.
    pub fn offer(self, asks: Vec<Ask>, proofs: Vec<Proof>) {
        self.offer.set(Some(Arc::new(Offer { asks, proofs })));
    }
}

/// The dialog that shows the work at hand.
#[component]
pub fn WorkDialog() -> impl IntoView {}
