//! Which panel of the inventory is open.

use leptos::prelude::*;
use token_core::{token::TokenId, user::UserId};

/// Opens and closes the panel; a context of all pages.
#[derive(Debug, Clone, Copy)]
pub struct Panels {
    token: RwSignal<Option<TokenId>>,
    person: RwSignal<Option<UserId>>,
    /// Its entry in the browser history.
    pub panel_history: StoredValue<PanelHistory>,
}

/// Provides it as context, without an open panel.
pub fn provide_panels() {
    provide_context(Panels {
        token: RwSignal::new(None),
        person: RwSignal::new(None),
        panel_history: StoredValue::default(),
    });
}

impl Panels {
    /// Forgets the panel that was open when the inventory was left.
    pub fn reset(self) {
        self.close();
        self.panel_history.set_value(PanelHistory::default());
    }

    /// Whether the history entry of a closed panel is still being left. Until then the URL is outdated and must be
    /// ignored.
    pub fn is_leaving(self) -> bool {
        self.panel_history.with_value(|panel_history| panel_history.leaving)
    }

    /// Opens a token's panel.
    pub fn open_token(self, id: TokenId) {
        self.person.set(None);
        self.token.set(Some(id));
    }

    /// Opens a person's panel.
    pub fn open_person(self, id: UserId) {
        self.token.set(None);
        self.person.set(Some(id));
    }

    /// Closes the panel.
    pub fn close(self) {
        self.token.set(None);
        self.person.set(None);
    }

    /// Whether a panel is open.
    pub fn is_open(self) -> bool {
        self.current() != OpenPanel::Nothing
    }

    /// Opens or closes the panel.
    pub fn open(self, open: OpenPanel) {
        match open {
            OpenPanel::Nothing => self.close(),
            OpenPanel::Token(id) => self.open_token(id),
            OpenPanel::Person(id) => self.open_person(id),
        }
    }

    /// The open panel. Reactive.
    pub fn current(self) -> OpenPanel {
        match (self.token.get(), self.person.get()) {
            (Some(id), _) => OpenPanel::Token(id),
            (None, Some(id)) => OpenPanel::Person(id),
            (None, None) => OpenPanel::Nothing,
        }
    }
}

/// The open panel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OpenPanel {
    /// None.
    #[default]
    Nothing,
    /// That of a token.
    Token(TokenId),
    /// That of a person.
    Person(UserId),
}

/// The panel's entry in the browser history.
#[derive(Debug, Clone, Copy, Default)]
pub struct PanelHistory {
    /// Whether the open panel has its own history entry, so that Back closes it.
    pub pushed: bool,
    /// Whether that entry is being left by `history.back()`.
    pub leaving: bool,
}
