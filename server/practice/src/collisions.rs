//! Writes on one user's methods that collide: answered well, without effect (MICROSOFT_GRAPH.md 2).

use std::collections::HashMap;

use super::company::UserKey;

/// When each user's methods were last written. Times are those at which requests arrive; the items of a batch arrive together.
pub struct Collisions {
    within_ms: u64,
    last: HashMap<UserKey, u64>,
}

impl Collisions {
    /// Writes collide that arrive less than this after another; with 0 none does.
    pub fn new(within_ms: u64) -> Self {
        Self { within_ms, last: HashMap::new() }
    }

    /// Whether a write that arrives now collides with the last one that took effect.
    pub fn collides(&self, person: UserKey, now_ms: u64) -> bool {
        self.last.get(&person).is_some_and(|last| now_ms.saturating_sub(*last) < self.within_ms)
    }

    /// Notes a write that took effect. Lost and refused writes are not noted: they do not make others collide.
    pub fn note(&mut self, person: UserKey, now_ms: u64) {
        if self.within_ms > 0 {
            self.last.insert(person, now_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_write_on_the_same_user_within_the_time_collides() {
        let mut collisions = Collisions::new(400);
        assert!(!collisions.collides(1, 1_000));
        collisions.note(1, 1_000);
        let collides = [1_000, 1_399, 1_400, 900].map(|ms| collisions.collides(1, ms));
        assert_eq!(collides, [true, true, false, true], "requests may be handled in another order");
        assert!(!collisions.collides(2, 1_000));
        let mut off = Collisions::new(0);
        off.note(1, 1_000);
        assert!(!off.collides(1, 1_000));
    }
}
