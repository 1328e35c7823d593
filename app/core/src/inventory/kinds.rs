//! What many tokens have in common. There are few kinds, so that filters and counts ask each kind once instead of each
//! token.

use std::collections::HashMap;

use crate::token::{HashFunction, Token, TokenStatus};

/// Manufacturer, model, status, hash function and interval.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub manufacturer: String,
    pub model: String,
    pub status: TokenStatus,
    pub hash: Option<HashFunction>,
    pub interval_seconds: u32,
}

impl Kind {
    /// The kind of a token.
    pub fn of(token: &Token) -> Self {
        Self {
            manufacturer: token.manufacturer.clone(),
            model: token.model.clone(),
            status: token.status.clone(),
            hash: token.hash,
            interval_seconds: token.interval_seconds,
        }
    }

    /// Its columns in lower case, each on its own line, so that no word matches across two of them: manufacturer and model,
    /// status, interval, and the hash function, last without its hyphen.
    pub fn text(&self) -> String {
        let hash = self.hash.map(|hash| hash.to_string()).unwrap_or_default();
        let (plain, Self { manufacturer, model, status, .. }) = (hash.replace('-', ""), self);
        format!("{manufacturer} {model}\n{status}\n{} s\n{hash}\n{plain}", self.interval_seconds)
            .to_lowercase()
    }
}

/// All kinds that there are, or were.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    all: Vec<Kind>,
    indexes: HashMap<Kind, u32>,
}

impl Kinds {
    /// The index of a token's kind.
    pub fn of(&mut self, token: &Token) -> u32 {
        let kind = Kind::of(token);
        if let Some(index) = self.indexes.get(&kind) {
            return *index;
        }
        let index = self.all.len() as u32;
        self.all.push(kind.clone());
        self.indexes.insert(kind, index);
        index
    }

    /// The kind at an index.
    pub fn at(&self, index: u32) -> Option<&Kind> {
        self.all.get(index as usize)
    }

    /// All kinds.
    pub fn all(&self) -> &[Kind] {
        &self.all
    }
}
