//! The single sign-on sessions of browsers at the practice Entra, by their cookies.

use std::collections::HashMap;

use crate::{seeded_rng, test_users::TestUser};

/// A browser's single sign-on session. No `Debug`: session ids must not be logged.
#[derive(Clone)]
pub struct SsoSession {
    /// `sid` of id tokens, and `session_state` of answers.
    pub id: String,
    pub test_user: TestUser,
    /// When the user last signed in, in milliseconds since 1970.
    pub at_ms: u64,
    /// When they last signed in for a claims challenge.
    pub stepped_ms: Option<u64>,
}

/// The sessions, by the secret of their cookies.
#[derive(Default)]
pub struct SsoSessions(HashMap<String, SsoSession>);

impl SsoSessions {
    pub fn get(&self, cookie: Option<&str>) -> Option<&SsoSession> {
        self.0.get(cookie?)
    }

    /// Signs a user in; returns the cookie's secret. The same user keeps the session's id.
    pub fn begin(
        &mut self,
        cookie: Option<&str>,
        test_user: TestUser,
        stepped_up: bool,
        now_ms: u64,
    ) -> (String, SsoSession) {
        let before =
            cookie.and_then(|cookie| self.0.remove(cookie)).filter(|before| before.test_user == test_user);
        let (id, stepped_ms) = before.map_or_else(
            || (uuid::Uuid::new_v4().to_string(), None),
            |before| (before.id, before.stepped_ms),
        );
        let session = SsoSession {
            id,
            test_user,
            at_ms: now_ms,
            stepped_ms: if stepped_up { Some(now_ms) } else { stepped_ms },
        };
        let secret = seeded_rng::random_token();
        self.0.insert(secret.clone(), session.clone());
        (secret, session)
    }

    pub fn end(&mut self, cookie: Option<&str>) {
        cookie.map(|cookie| self.0.remove(cookie));
    }

    /// Ages all sessions by this time.
    pub fn age(&mut self, ms: u64) {
        for session in self.0.values_mut() {
            session.at_ms = session.at_ms.saturating_sub(ms);
            session.stepped_ms = session.stepped_ms.map(|at_ms| at_ms.saturating_sub(ms));
        }
    }
}
