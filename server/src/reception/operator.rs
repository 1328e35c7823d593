//! The person at the machine: whoever opens the link that the start printed, once.

use std::sync::{Mutex, PoisonError};

use super::digest::{Fingerprint, unforeseen};

/// Path of the one-time link.
pub const PATH: &str = "auth/operator";

/// Knows the link until it is opened, and from then on the browser that opened it.
pub struct Operator(Mutex<State>);

enum State {
    Awaited { link: Fingerprint },
    Here { cookie: Fingerprint },
}

impl Operator {
    /// Makes the link's key.
    pub fn new() -> (Self, String) {
        let key = unforeseen();
        (Self(Mutex::new(State::Awaited { link: Fingerprint::of(&key) })), key)
    }

    /// The value of the operator's cookie, for the right key and once.
    pub fn open(&self, key: &str) -> Option<String> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Awaited { link } if link.is(&Fingerprint::of(key)) => {}
            _ => return None,
        }
        let cookie = unforeseen();
        *state = State::Here { cookie: Fingerprint::of(&cookie) };
        Some(cookie)
    }

    /// Whether the cookie is the operator's.
    pub fn knows(&self, value: &str) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(&*state, State::Here { cookie } if cookie.is(&Fingerprint::of(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_opens_once() {
        let (operator, key) = Operator::new();
        let cookie = operator.open(&key).unwrap();
        assert!(operator.knows(&cookie));
        assert_eq!(operator.open(&key), None);
    }

    #[test]
    fn a_wrong_key_opens_nothing_and_spoils_nothing() {
        let (operator, key) = Operator::new();
        for wrong in ["", "guess", &key[1..], &format!("{key}a")] {
            assert_eq!(operator.open(wrong), None);
            assert!(!operator.knows(wrong));
        }
        assert!(!operator.knows(&key));
        assert!(operator.open(&key).is_some());
    }
}
