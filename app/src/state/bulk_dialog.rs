//! Which dialog of an action on many tokens is open, and where the focus goes when it is closed.

use leptos::prelude::*;

/// Selector of the toolbar, whose buttons open the dialogs: there the focus goes when such a button was removed.
pub const TOOLBAR: &str = ".tools__line";

/// The dialogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BulkDialog {
    /// Select tokens by a list of serial numbers.
    SelectList,
    /// Assign the selected tokens.
    Assign,
    /// Assign by a list of users and serial numbers.
    AssignList,
    /// Activate the selected tokens from a seed file.
    Activate,
    /// Delete the selected tokens, some of which are assigned.
    Delete,
    /// Export the selected or shown tokens.
    Export,
    /// Choose the columns and the height of the rows.
    Columns,
    /// Find a token by its codes, whose serial number is worn off.
    Find,
    /// More tokens are selected than slips can be printed at once.
    TooManySlips,
}

/// The open dialog, if any; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct OpenBulkDialog(pub RwSignal<Option<BulkDialog>>);

/// Provides it as context; none is open.
pub fn provide_bulk_dialog() {
    provide_context(OpenBulkDialog(RwSignal::new(None)));
}
