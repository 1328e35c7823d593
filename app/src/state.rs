//! What outlives a page: the stores that [`provide`] makes contexts of all pages.
//!
//! They know no page and no component. In a release build they belong to the main module.

pub mod announcer;
pub mod boot_info;
pub mod bulk_dialog;
pub mod delivery_proof;
pub mod import;
pub mod inventory;
pub mod palette;
pub mod panels;
pub mod run;
pub mod run_pause;
pub mod shortcuts;
pub mod slip_selection;
pub mod token_actions;
pub mod token_selection;

/// Provides the stores as contexts.
pub fn provide() {
    announcer::provide_announcer();
    // The others announce, and token actions change the inventory.
    inventory::provide_inventory();
    import::provide_import();
    token_actions::provide_token_actions();
    slip_selection::provide_slip_selection();
    token_selection::provide_token_selection();
    shortcuts::provide_shortcuts();
    palette::provide_palette();
    panels::provide_panels();
    bulk_dialog::provide_bulk_dialog();
}
