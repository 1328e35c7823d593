//! At most one write is under way for one person: several at the same time can collide, and one is then answered well
//! without effect (MICROSOFT_GRAPH.md 2).

use std::collections::HashMap;

use crate::user::UserId;

/// Pause between two writes for one person, in milliseconds. Published scripts wait a second between dependent writes
/// (MICROSOFT_GRAPH.md 1.7).
const SPACING_MS: u64 = 1_000;

/// The persons for whom a write is under way or was just answered, with the time from which the next may be sent.
#[derive(Debug, Default)]
pub(super) struct Persons(HashMap<UserId, u64>);

impl Persons {
    /// Reserves a person for a write; otherwise returns when to try again.
    pub fn reserve(&mut self, person: UserId, now_ms: u64) -> Result<(), u64> {
        match self.0.get(&person) {
            Some(&u64::MAX) => Err(now_ms + SPACING_MS),
            Some(free_ms) if *free_ms > now_ms => Err(*free_ms),
            _ => {
                self.0.insert(person, u64::MAX);
                Ok(())
            }
        }
    }

    /// The person's write was answered.
    pub fn release(&mut self, person: UserId, now_ms: u64) {
        self.0.insert(person, now_ms + SPACING_MS);
    }
}
