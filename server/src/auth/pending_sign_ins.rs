//! Pending sign-ins: state, nonce and PKCE verifier against which the callback is checked, bound to the browser.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use graph::Secret;
use tokio::time::Instant;

use super::{digest::SecretHash, return_to::ReturnTo};
use crate::{active_tenant::Connection, sync::lock};

/// How long a user may take at Entra, whose authorization codes expire after the same time.
pub const MAX_AGE: Duration = Duration::from_secs(10 * 60);
/// Most pending sign-ins at once.
const MAX_ENTRIES: usize = 10_000;

/// A sign-in that waits for the callback.
pub struct PendingSignIn {
    /// The hash of the sign-in cookie.
    pub browser: SecretHash,
    /// The tenant at which it began.
    pub connection: Arc<Connection>,
    /// The nonce that the id_token must contain.
    pub nonce: String,
    /// The PKCE code verifier (RFC 7636).
    pub verifier: Secret,
    /// The page to show afterwards.
    pub return_to: ReturnTo,
}

/// Pending sign-ins by the hash of their state, and the errors of failed ones by browser.
#[derive(Default)]
pub struct PendingSignIns {
    by_state: Mutex<HashMap<SecretHash, (Instant, PendingSignIn)>>,
    problems: Mutex<HashMap<SecretHash, (Instant, String)>>,
}

impl PendingSignIns {
    /// Stores one; `false` when there are too many.
    pub fn begin(&self, state: &str, sign_in: PendingSignIn) -> bool {
        lock(&self.problems).remove(&sign_in.browser);
        let mut all = lock(&self.by_state);
        insert(&mut all, SecretHash::of(state), sign_in)
    }

    /// Removes and returns one, if this browser began it.
    pub fn take(&self, state: &str, browser: &str) -> Option<PendingSignIn> {
        let (began, sign_in) = lock(&self.by_state).remove(&SecretHash::of(state))?;
        (began.elapsed() < MAX_AGE && sign_in.browser.matches(&SecretHash::of(browser))).then_some(sign_in)
    }

    /// Stores why a sign-in failed, for the page that this browser shows next.
    pub fn set_problem(&self, browser: &str, problem: String) {
        insert(&mut lock(&self.problems), SecretHash::of(browser), problem);
    }

    /// Why the last sign-in of this browser failed.
    pub fn problem(&self, browser: &str) -> Option<String> {
        let problems = lock(&self.problems);
        let (since, problem) = problems.get(&SecretHash::of(browser))?;
        (since.elapsed() < MAX_AGE).then(|| problem.clone())
    }

    /// Removes the error, because this browser has signed in.
    pub fn clear_problem(&self, browser: &str) {
        lock(&self.problems).remove(&SecretHash::of(browser));
    }
}

fn insert<T>(all: &mut HashMap<SecretHash, (Instant, T)>, key: SecretHash, value: T) -> bool {
    if all.len() >= MAX_ENTRIES {
        all.retain(|_, (since, _)| since.elapsed() < MAX_AGE);
    }
    let has_room = all.len() < MAX_ENTRIES;
    if has_room {
        all.insert(key, (Instant::now(), value));
    }
    has_room
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::active_tenant::tests::connection;

    fn sign_in(browser: &str) -> PendingSignIn {
        static CONNECTION: LazyLock<Arc<Connection>> = LazyLock::new(connection);
        PendingSignIn {
            browser: SecretHash::of(browser),
            connection: Arc::clone(&CONNECTION),
            nonce: "nonce".to_owned(),
            verifier: Secret::new("verifier".to_owned()),
            return_to: ReturnTo::default(),
        }
    }

    #[tokio::test]
    async fn a_state_is_valid_once_and_in_the_browser_that_began_the_sign_in() {
        let pending = PendingSignIns::default();
        pending.begin("state", sign_in("mine"));
        assert!(pending.take("another state", "mine").is_none());
        assert!(pending.take("state", "mine").is_some());
        assert!(pending.take("state", "mine").is_none());
        pending.begin("state", sign_in("mine"));
        assert!(pending.take("state", "somebody else's").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_state_expires() {
        let pending = PendingSignIns::default();
        pending.begin("state", sign_in("mine"));
        tokio::time::advance(MAX_AGE).await;
        assert!(pending.take("state", "mine").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_sign_ins_are_refused_until_the_first_ones_expire() {
        let pending = PendingSignIns::default();
        assert!((0..MAX_ENTRIES).all(|number| pending.begin(&number.to_string(), sign_in("mine"))));
        assert!(!pending.begin("one more", sign_in("mine")));
        tokio::time::advance(MAX_AGE).await;
        assert!(pending.begin("one more", sign_in("mine")));
    }

    #[tokio::test]
    async fn an_error_is_kept_for_its_browser_until_it_tries_again() {
        let pending = PendingSignIns::default();
        pending.set_problem("mine", "No.".to_owned());
        assert_eq!(pending.problem("mine").as_deref(), Some("No."));
        assert_eq!(pending.problem("somebody else's"), None);
        pending.begin("state", sign_in("mine"));
        assert_eq!(pending.problem("mine"), None);
    }
}
