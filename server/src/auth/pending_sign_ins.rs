//! Pending sign-ins: state, nonce and PKCE verifier against which the callback is checked. The browser holds them, sealed
//! in a cookie, so that sign-ins that are begun and never finished occupy no memory of the server.

use std::time::Duration;

use graph::{Secret, clock};
use serde::{Deserialize, Serialize};
use token_core::error::ServiceError;
use zeroize::ZeroizeOnDrop;

use super::{
    AuthState, RequestContext, cookies::CookieName, digest::SecretHash, return_to::ReturnTo,
    sealing::ServerKey, session_store::owner_of,
};

/// How long a user may take at Entra, whose authorization codes expire after the same time.
pub const MAX_AGE: Duration = Duration::from_mins(10);
/// The purpose of the key that seals a pending sign-in.
const SIGN_IN: &str = "sign-in";
/// The purpose of the key that seals the error of a failed sign-in.
const PROBLEM: &str = "problem";

/// A sign-in that waits for the callback.
pub struct PendingSignIn {
    /// The nonce that the id_token must contain.
    pub nonce: String,
    /// The PKCE code verifier (RFC 7636).
    pub verifier: Secret,
    /// The page to show afterwards.
    pub return_to: ReturnTo,
}

#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
struct SealedSignIn {
    #[zeroize(skip)]
    state: SecretHash,
    /// The tenant and app at which it began.
    #[zeroize(skip)]
    owner: String,
    began_ms: u64,
    nonce: String,
    verifier: String,
    #[zeroize(skip)]
    return_to: String,
}

#[derive(Serialize, Deserialize)]
struct SealedProblem {
    began_ms: u64,
    text: String,
}

impl SealedSignIn {
    fn seal(self, key: &ServerKey) -> Option<String> {
        key.seal_text(SIGN_IN, &self)
    }

    /// Opens the value of a cookie, if it belongs to this state and owner and is at most [`MAX_AGE`] old.
    fn open(key: &ServerKey, value: &str, state: &SecretHash, owner: &str, now_ms: u64) -> Option<Self> {
        let sealed: Self = key.open_text(SIGN_IN, value)?;
        let is_valid =
            sealed.state.matches(state) && sealed.owner == owner && is_recent(sealed.began_ms, now_ms);
        is_valid.then_some(sealed)
    }
}

impl AuthState {
    /// `Set-Cookie` with a pending sign-in.
    pub(super) fn seal_sign_in(
        &self,
        context: &RequestContext,
        state: &str,
        pending: &PendingSignIn,
    ) -> Result<String, ServiceError> {
        let state = SecretHash::of(state);
        let sealed = SealedSignIn {
            state,
            owner: owner_of(&context.connection),
            began_ms: clock::now_ms(),
            nonce: pending.nonce.clone(),
            verifier: pending.verifier.expose().to_owned(),
            return_to: pending.return_to.as_str().to_owned(),
        };
        let value = sealed.seal(&self.server_key).ok_or_else(cannot_seal)?;
        Ok(self.cookies.set_for(CookieName::of_sign_in(&state), &value, MAX_AGE))
    }

    /// The pending sign-in with this state, if this browser began it at this tenant within [`MAX_AGE`].
    pub(super) fn open_sign_in(&self, context: &RequestContext, state: &str) -> Option<PendingSignIn> {
        let state = SecretHash::of(state);
        let name = CookieName::of_sign_in(&state);
        let (_, value) = context.sign_ins.iter().find(|(other, _)| *other == name)?;
        let owner = owner_of(&context.connection);
        let sealed = SealedSignIn::open(&self.server_key, value, &state, &owner, clock::now_ms())?;
        Some(PendingSignIn {
            nonce: sealed.nonce.clone(),
            verifier: Secret::new(sealed.verifier.clone()),
            return_to: ReturnTo::parse(&sealed.return_to),
        })
    }

    /// `Set-Cookie` that removes the pending sign-in with this state.
    pub(super) fn clear_sign_in(&self, state: &str) -> String {
        self.cookies.clear(CookieName::of_sign_in(&SecretHash::of(state)))
    }

    /// `Set-Cookie` with why a sign-in failed, for the page that this browser shows next.
    pub(super) fn seal_problem(&self, text: String) -> Option<String> {
        let problem = SealedProblem { began_ms: clock::now_ms(), text };
        let value = self.server_key.seal_text(PROBLEM, &problem)?;
        Some(self.cookies.set_for(CookieName::Problem, &value, MAX_AGE))
    }

    /// `Set-Cookie` that removes the error, if this browser has one.
    pub(super) fn clear_problem(&self, context: &RequestContext) -> Option<String> {
        context.problem.as_ref().map(|_| self.cookies.clear(CookieName::Problem))
    }

    /// Why the last sign-in of this browser failed, from its cookie.
    pub(super) fn open_problem(&self, value: &str) -> Option<String> {
        let SealedProblem { began_ms, text } = self.server_key.open_text(PROBLEM, value)?;
        is_recent(began_ms, clock::now_ms()).then_some(text)
    }
}

/// Whether something began at most [`MAX_AGE`] ago.
pub fn is_recent(began_ms: u64, now_ms: u64) -> bool {
    u128::from(now_ms.saturating_sub(began_ms)) < MAX_AGE.as_millis()
}

fn cannot_seal() -> ServiceError {
    ServiceError::Internal { reference: "sealing".to_owned() }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

    use super::*;

    const BEGAN_MS: u64 = 1_000;
    const OWNER: &str = "tenant client";

    fn sealed(key: &ServerKey) -> String {
        let sealed = SealedSignIn {
            state: SecretHash::of("state"),
            owner: OWNER.to_owned(),
            began_ms: BEGAN_MS,
            nonce: "nonce".to_owned(),
            verifier: "verifier".to_owned(),
            return_to: "/import".to_owned(),
        };
        sealed.seal(key).unwrap()
    }

    fn is_accepted(key: &ServerKey, value: &str, state: &str, owner: &str, now_ms: u64) -> bool {
        SealedSignIn::open(key, value, &SecretHash::of(state), owner, now_ms).is_some()
    }

    #[test]
    fn is_accepted_with_its_state_at_its_tenant_by_its_server() {
        let key = ServerKey::random();
        let value = sealed(&key);
        assert!(is_accepted(&key, &value, "state", OWNER, BEGAN_MS));
        assert!(!is_accepted(&key, &value, "another state", OWNER, BEGAN_MS));
        assert!(!is_accepted(&key, &value, "state", "another tenant", BEGAN_MS));
        assert!(!is_accepted(&ServerKey::random(), &value, "state", OWNER, BEGAN_MS));
    }

    #[test]
    fn is_accepted_within_ten_minutes() {
        let key = ServerKey::random();
        let value = sealed(&key);
        assert!(is_accepted(&key, &value, "state", OWNER, BEGAN_MS + 590_000));
        assert!(!is_accepted(&key, &value, "state", OWNER, BEGAN_MS + 600_000));
    }

    #[test]
    fn the_browser_cannot_read_it() {
        let value = sealed(&ServerKey::random());
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&value).unwrap();
        for known in ["nonce", "verifier", "/import"] {
            assert!(!bytes.windows(known.len()).any(|part| part == known.as_bytes()), "{known}");
        }
    }
}
