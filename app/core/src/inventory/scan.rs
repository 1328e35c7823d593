//! Finds the token for a serial that was scanned, or typed and confirmed with Enter.

use super::Inventory;
use crate::token::{SerialNumber, Token, TokenId};

/// The result of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanResult {
    /// The only token with this serial, or the only one that the search found.
    Token(TokenId),
    /// The number of tokens with exactly this serial.
    Ambiguous(usize),
    /// No token has exactly this serial; the number of tokens that the search found.
    Found(usize),
}

impl Inventory {
    /// The tokens whose serial number contains a text, in any case; at most `limit`, those first that begin with it.
    pub fn by_serial(&self, text: &str, limit: usize) -> Vec<&Token> {
        let text = text.trim().to_lowercase();
        if text.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(bool, &Token)> = Vec::new();
        for (token, searched) in self.tokens.iter().zip(self.texts.iter()) {
            let serial = searched.lines().next().unwrap_or_default();
            let place = serial.find(&text);
            found.extend(place.map(|place| (place > 0, token)));
        }
        found.sort_by_key(|(is_inside, _)| *is_inside);
        found.into_iter().take(limit).map(|(_, token)| token).collect()
    }

    /// Finds the token for a text that was scanned into the search field; `view` is the search's result for it.
    ///
    /// A token with exactly this serial is found even when a filter hides it, or when the text occurs in other rows
    /// too. An empty text finds no token.
    pub fn scan(&self, text: &str, view: &[u32]) -> ScanResult {
        let Some(serial) = SerialNumber::parse(text) else { return ScanResult::Found(view.len()) };
        let key = serial.key();
        let exact: Vec<&Token> = self.tokens().iter().filter(|token| token.serial.key() == key).collect();
        match (exact.as_slice(), view) {
            ([token], _) => ScanResult::Token(token.id.clone()),
            ([], [index]) => match self.get(*index) {
                Some(token) => ScanResult::Token(token.id.clone()),
                None => ScanResult::Found(0),
            },
            ([], _) => ScanResult::Found(view.len()),
            (several, _) => ScanResult::Ambiguous(several.len()),
        }
    }
}
