//! The local operator: whoever opens the one-time link that the program printed at its start.

use std::sync::Mutex;

use super::digest::{SecretHash, random_token};
use crate::sync::lock;

/// Path of the one-time link.
pub const PATH: &str = "auth/operator";

/// Verifies the one-time link until it is used, and then the cookie of the browser that used it.
pub struct Operator(Mutex<OperatorState>);

enum OperatorState {
    LinkUnused { link: SecretHash },
    LinkUsed { cookie: SecretHash },
}

impl Operator {
    /// The second part is the key of the link.
    pub fn new() -> (Self, String) {
        let key = random_token();
        (Self(Mutex::new(OperatorState::LinkUnused { link: SecretHash::of(&key) })), key)
    }

    /// Exchanges the right key, once, for the value of the operator's cookie.
    pub fn redeem(&self, key: &str) -> Option<String> {
        let mut state = lock(&self.0);
        match &*state {
            OperatorState::LinkUnused { link } if link.matches(&SecretHash::of(key)) => {}
            _ => return None,
        }
        let cookie = random_token();
        *state = OperatorState::LinkUsed { cookie: SecretHash::of(&cookie) };
        Some(cookie)
    }

    /// Whether this is the value of the operator's cookie.
    pub fn verify(&self, value: &str) -> bool {
        let state = lock(&self.0);
        matches!(&*state, OperatorState::LinkUsed { cookie } if cookie.matches(&SecretHash::of(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_works_once() {
        let (operator, key) = Operator::new();
        let cookie = operator.redeem(&key).unwrap();
        assert!(operator.verify(&cookie));
        assert_eq!(operator.redeem(&key), None);
    }

    #[test]
    fn a_wrong_key_is_refused_and_the_right_one_still_works() {
        let (operator, key) = Operator::new();
        for wrong in ["", "guess", &key[1..], &format!("{key}a")] {
            assert_eq!(operator.redeem(wrong), None);
            assert!(!operator.verify(wrong));
        }
        assert!(!operator.verify(&key));
        assert!(operator.redeem(&key).is_some());
    }
}
