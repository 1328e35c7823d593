//! Sign-ins under way: what Entra's answer is held against, bound to the browser that asked.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{digest::SecretHash, return_to::ReturnTo};
use crate::{active_tenant::Connection, entra::Secret};

/// How long a person may take at Microsoft; its codes live no longer either.
pub const MAX_AGE: Duration = Duration::from_secs(10 * 60);
/// Most sign-ins under way at once.
const MAX_ENTRIES: usize = 10_000;

/// One sign-in that Entra has yet to answer.
pub struct PendingSignIn {
    /// The browser that began it.
    pub browser: SecretHash,
    /// The tenant that it was begun with.
    pub connection: Arc<Connection>,
    /// Must come back inside the id_token.
    pub nonce: String,
    /// Proves to Entra that whoever began it redeems the code (RFC 7636).
    pub verifier: Secret,
    /// Where the person goes afterwards.
    pub return_to: ReturnTo,
}

/// All of them, by their state.
#[derive(Default)]
pub struct PendingSignIns {
    by_state: Mutex<HashMap<SecretHash, (Instant, PendingSignIn)>>,
    problems: Mutex<HashMap<SecretHash, (Instant, String)>>,
}

impl PendingSignIns {
    /// Remembers one; refuses when there are too many.
    pub fn begin(&self, state: &str, sign_in: PendingSignIn) -> bool {
        lock(&self.problems).remove(&sign_in.browser);
        let mut all = lock(&self.by_state);
        remember(&mut all, SecretHash::of(state), sign_in)
    }

    /// Takes one out, once, for the browser that began it.
    pub fn take(&self, state: &str, browser: &str) -> Option<PendingSignIn> {
        let (began, sign_in) = lock(&self.by_state).remove(&SecretHash::of(state))?;
        (began.elapsed() < MAX_AGE && sign_in.browser.matches(&SecretHash::of(browser))).then_some(sign_in)
    }

    /// Keeps what went wrong, for the page that this browser sees next.
    pub fn set_problem(&self, browser: &str, problem: String) {
        remember(&mut lock(&self.problems), SecretHash::of(browser), problem);
    }

    /// What went wrong when this browser last tried.
    pub fn problem(&self, browser: &str) -> Option<String> {
        let problems = lock(&self.problems);
        let (since, problem) = problems.get(&SecretHash::of(browser))?;
        (since.elapsed() < MAX_AGE).then(|| problem.clone())
    }

    /// This browser has signed in: nothing is wrong any more.
    pub fn clear_problem(&self, browser: &str) {
        lock(&self.problems).remove(&SecretHash::of(browser));
    }
}

fn remember<T>(all: &mut HashMap<SecretHash, (Instant, T)>, key: SecretHash, value: T) -> bool {
    if all.len() >= MAX_ENTRIES {
        all.retain(|_, (since, _)| since.elapsed() < MAX_AGE);
    }
    let has_room = all.len() < MAX_ENTRIES;
    if has_room {
        all.insert(key, (Instant::now(), value));
    }
    has_room
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    async fn an_answer_is_heard_once_and_from_the_browser_that_asked() {
        let pending = PendingSignIns::default();
        pending.begin("state", sign_in("mine"));
        assert!(pending.take("another state", "mine").is_none());
        assert!(pending.take("state", "mine").is_some());
        assert!(pending.take("state", "mine").is_none());
        pending.begin("state", sign_in("mine"));
        assert!(pending.take("state", "somebody else's").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_comes_too_late_is_not_heard() {
        let pending = PendingSignIns::default();
        pending.begin("state", sign_in("mine"));
        tokio::time::advance(MAX_AGE).await;
        assert!(pending.take("state", "mine").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_sign_ins_ends_and_makes_room_again() {
        let pending = PendingSignIns::default();
        assert!((0..MAX_ENTRIES).all(|number| pending.begin(&number.to_string(), sign_in("mine"))));
        assert!(!pending.begin("one more", sign_in("mine")));
        tokio::time::advance(MAX_AGE).await;
        assert!(pending.begin("one more", sign_in("mine")));
    }

    #[tokio::test]
    async fn a_problem_is_told_to_its_browser_until_it_tries_again() {
        let pending = PendingSignIns::default();
        pending.set_problem("mine", "No.".to_owned());
        assert_eq!(pending.problem("mine").as_deref(), Some("No."));
        assert_eq!(pending.problem("somebody else's"), None);
        pending.begin("state", sign_in("mine"));
        assert_eq!(pending.problem("mine"), None);
    }
}
