//! The local operator: whoever opens the one-time link that the program printed.

use std::{sync::Mutex, time::Duration};

use audit::sync::lock;
use tokio::time::Instant;

use super::digest::{SecretHash, random_token};

/// Path of the one-time link.
pub const PATH: &str = "auth/operator";
/// How long a link is valid.
const LINK_AGE: Duration = Duration::from_mins(10);

/// Verifies the one-time link until it is used or expires, and then the cookie of the browser that used it, until that
/// was idle for too long or signs out.
pub struct Operator {
    idle: Duration,
    state: Mutex<OperatorState>,
}

enum OperatorState {
    Link { link: SecretHash, since: Instant },
    Cookie { cookie: SecretHash, seen: Instant },
    Ended,
}

impl Operator {
    /// With a limit for the time without a request. The second part is the key of the link.
    pub fn new(idle: Duration) -> (Self, String) {
        let (state, key) = OperatorState::new_link();
        (Self { idle, state: Mutex::new(state) }, key)
    }

    /// Exchanges the right key, once and within ten minutes, for the value of the operator's cookie.
    pub fn redeem(&self, key: &str) -> Option<String> {
        let mut state = lock(&self.state);
        match &*state {
            OperatorState::Link { link, since }
                if since.elapsed() < LINK_AGE && link.matches(&SecretHash::of(key)) => {}
            _ => return None,
        }
        let cookie = random_token();
        *state = OperatorState::Cookie { cookie: SecretHash::of(&cookie), seen: Instant::now() };
        Some(cookie)
    }

    /// Whether this is the value of the operator's cookie; with `keeps_alive` its idle time starts again.
    pub fn verify(&self, value: &str, keeps_alive: bool) -> bool {
        let mut state = lock(&self.state);
        let OperatorState::Cookie { cookie, seen } = &mut *state else { return false };
        if seen.elapsed() >= self.idle {
            *state = OperatorState::Ended;
            return false;
        }
        let is_operator = cookie.matches(&SecretHash::of(value));
        if is_operator && keeps_alive {
            *seen = Instant::now();
        }
        is_operator
    }

    /// Ends the operator's cookie; returns the key of a new link.
    pub fn sign_out(&self) -> String {
        let (state, key) = OperatorState::new_link();
        *lock(&self.state) = state;
        key
    }
}

impl OperatorState {
    fn new_link() -> (Self, String) {
        let key = random_token();
        (Self::Link { link: SecretHash::of(&key), since: Instant::now() }, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn the_link_works_once() {
        let (operator, key) = Operator::new(HOUR);
        let cookie = operator.redeem(&key).unwrap();
        assert!(operator.verify(&cookie, true));
        assert_eq!(operator.redeem(&key), None);
    }

    #[tokio::test]
    async fn a_wrong_key_is_refused_and_the_right_one_still_works() {
        let (operator, key) = Operator::new(HOUR);
        for wrong in ["", "guess", &key[1..], &format!("{key}a")] {
            assert_eq!(operator.redeem(wrong), None);
            assert!(!operator.verify(wrong, true));
        }
        assert!(!operator.verify(&key, true));
        assert!(operator.redeem(&key).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn the_link_expires_after_ten_minutes() {
        let (operator, key) = Operator::new(HOUR);
        tokio::time::advance(LINK_AGE).await;
        assert_eq!(operator.redeem(&key), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_cookie_ends_after_the_idle_time() {
        let (operator, key) = Operator::new(HOUR);
        let cookie = operator.redeem(&key).unwrap();
        tokio::time::advance(HOUR / 2).await;
        assert!(operator.verify(&cookie, true));
        tokio::time::advance(HOUR / 2).await;
        assert!(operator.verify(&cookie, false));
        tokio::time::advance(HOUR / 2).await;
        assert!(!operator.verify(&cookie, true));
        assert_eq!(operator.redeem(&key), None, "nor does the link come back");
    }

    #[tokio::test]
    async fn signing_out_ends_the_cookie_and_gives_a_new_link() {
        let (operator, key) = Operator::new(HOUR);
        let cookie = operator.redeem(&key).unwrap();
        let new_key = operator.sign_out();
        assert!(!operator.verify(&cookie, true));
        assert_eq!(operator.redeem(&key), None);
        assert!(operator.redeem(&new_key).is_some());
    }
}
