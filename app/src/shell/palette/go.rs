//! Carries out what was chosen in the palette.

use leptos::prelude::*;
use web_sys::HtmlAnchorElement;

use super::entries::Target;
use crate::{
    base::{href, strip_base},
    browser::navigate_to,
    paths,
    shell::shortcuts::find,
    state::{
        bulk_dialog::OpenBulkDialog,
        inventory::InventoryStore,
        panels::Panels,
        shortcuts::{Shortcuts, use_shortcuts},
    },
};

/// Id of the link that leads to what was chosen.
pub const LINK: &str = "palette-link";

/// Goes to a target.
#[derive(Clone, Copy)]
pub struct Go {
    panels: Panels,
    bulk: OpenBulkDialog,
    store: InventoryStore,
    shortcuts: Shortcuts,
}

impl Go {
    /// With the contexts of all pages.
    pub fn new() -> Self {
        Self {
            panels: expect_context(),
            bulk: expect_context(),
            store: expect_context(),
            shortcuts: use_shortcuts(),
        }
    }

    /// Goes there.
    pub fn to(self, target: &Target) {
        match target {
            // The server alone renders that page.
            Target::Page(paths::MY) => navigate_to(&href(paths::MY)),
            Target::Page(path) => follow(&href(path)),
            Target::Bulk(which) => self.bulk.0.set(Some(*which)),
            Target::Refresh => {
                if !untrack(|| self.store.is_loading()) {
                    self.store.reload();
                }
            }
            Target::Keys => self.shortcuts.is_listed.set(true),
            Target::Token(id) if is_inventory() => self.panels.open_token(id.clone()),
            Target::Token(id) => follow(&paths::token(id.as_str())),
            Target::Person(id) if is_inventory() => self.panels.open_person(id.clone()),
            Target::Person(id) => follow(&paths::person(id.as_str())),
        }
    }
}

/// Whether the inventory is shown.
pub fn is_inventory() -> bool {
    strip_base(&location().pathname().unwrap_or_default()) == paths::INVENTORY
}

/// Follows a URL as its link would.
fn follow(url: &str) {
    if let Some(link) = find::<HtmlAnchorElement>(&format!("#{LINK}")) {
        link.set_href(url);
        link.click();
    }
}
