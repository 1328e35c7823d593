//! A serial that was typed or scanned, and Enter: which token is meant.

use super::Inventory;
use crate::token::{SerialNumber, Token, TokenId};

/// What a scanned text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanResult {
    /// This token: the only one with that serial, or the only one that the search found.
    Token(TokenId),
    /// So many tokens have exactly this serial.
    Ambiguous(usize),
    /// None has exactly this serial, and the search found so many.
    Found(usize),
}

impl Inventory {
    /// What a text means that was scanned into the search; `view` is what the search shows for it.
    ///
    /// A token with exactly this serial is meant even when a filter hides it, or when the text occurs in other rows too.
    /// Without text nothing is meant.
    pub fn scan(&self, text: &str, view: &[u32]) -> ScanResult {
        let Some(serial) = SerialNumber::parse(text) else { return ScanResult::Found(view.len()) };
        let key = serial.key();
        let exact: Vec<&Token> = self.tokens().iter().filter(|token| token.serial.key() == key).collect();
        match (exact.as_slice(), view) {
            ([token], _) => ScanResult::Token(token.id.clone()),
            ([], [place]) => match self.get(*place) {
                Some(token) => ScanResult::Token(token.id.clone()),
                None => ScanResult::Found(0),
            },
            ([], _) => ScanResult::Found(view.len()),
            (several, _) => ScanResult::Ambiguous(several.len()),
        }
    }
}
