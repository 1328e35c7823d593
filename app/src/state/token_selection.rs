//! The tokens that are selected in the inventory. They stay selected while another page is open, such as that of the slips.

use leptos::prelude::*;
use token_core::manage::selection::Selection;

/// The selected tokens; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct TokenSelection(pub RwSignal<Selection>);

/// Provides the selection as context.
pub fn provide_token_selection() {
    provide_context(TokenSelection(RwSignal::new(Selection::default())));
}
