//! The panels that open over the inventory, one token's or one person's, named in the address.

use leptos::prelude::*;
use token_core::{token::TokenId, user::UserId};

/// Names the token in the address: `/?token=…`.
pub const TOKEN: &str = "token";
/// Names the person in the address: `/?person=…`.
pub const PERSON: &str = "person";

/// Opens and closes panels; lent to the pages as context.
#[derive(Debug, Clone, Copy)]
pub struct Panels {
    /// The token whose panel is open.
    pub token: RwSignal<Option<TokenId>>,
    /// The person whose panel is open.
    pub person: RwSignal<Option<UserId>>,
}

impl Panels {
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

    /// Closes what is open.
    pub fn close(self) {
        self.token.set(None);
        self.person.set(None);
    }
}

/// The panel that the address names.
#[component]
pub fn PanelView() -> impl IntoView {}
