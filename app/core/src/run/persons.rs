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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_for_one_person_are_a_second_apart_after_the_answer() {
        let person = |n: u32| UserId::parse(&format!("00000000-0000-0000-0000-{n:012}")).unwrap();
        let mut persons = Persons::default();
        assert_eq!(persons.reserve(person(1), 5_000), Ok(()));
        assert_eq!(persons.reserve(person(1), 9_000), Err(10_000), "its write is under way");
        assert_eq!(persons.reserve(person(2), 9_000), Ok(()));
        persons.release(person(1), 9_000);
        assert_eq!(persons.reserve(person(1), 9_999), Err(10_000));
        assert_eq!(persons.reserve(person(1), 10_000), Ok(()));
        assert_eq!(persons.reserve(person(1), 10_000), Err(11_000));
    }
}
