//! Step-up authentication: which sign-in is fresh and strong enough for a sensitive action.
//!
//! With an authentication context the tenant's Conditional Access decides, and the session must come from a sign-in of
//! the last ten minutes that satisfied it. Otherwise the person must have authenticated within the last ten minutes, and
//! not with one factor if Entra says with how many.

use std::{sync::Arc, time::Duration};

use graph::{clock, entra::sign_in::SignInProof};
use token_core::{audit::RunId, error::ServiceError};

use super::{
    AuthState, digest::SecretHash, pg_session_store::RecordKind, sensitive_actions::SensitiveCounts,
    session_store::store_unavailable, sessions::UserSession,
};

/// The purpose of the key under which the counts of a person are stored.
const SENSITIVE: &str = "sensitive actions";
/// How old a sign-in may be.
const MAX_AGE: Duration = Duration::from_mins(10);

/// What counts when Entra does not say when the person authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Undated {
    /// When the person came back from Entra.
    SignIn,
    /// Nothing: it is refused.
    Nothing,
}

impl AuthState {
    /// Refuses a session whose sign-in is not fresh and strong enough.
    pub(super) fn require_fresh(&self, session: &UserSession) -> Result<(), ServiceError> {
        self.check_fresh(session, Undated::SignIn)
    }

    /// As [`AuthState::require_fresh`], for changes of the person's own tokens. With delegated access Microsoft Graph asks for a
    /// fresh sign-in as well (MICROSOFT_GRAPH.md 2); with the app's rights nothing else does.
    pub(super) fn require_fresh_for_own(&self, session: &UserSession) -> Result<(), ServiceError> {
        let undated = if self.self_service.delegated { Undated::SignIn } else { Undated::Nothing };
        self.check_fresh(session, undated)
    }

    fn check_fresh(&self, session: &UserSession, undated: Undated) -> Result<(), ServiceError> {
        let (proof, context) = (&session.person.proof, self.step_up_context.id());
        check(proof, session.signed_in_ms, (context, undated), clock::now_ms())
    }

    /// Whether a sign-in that this session begins is a step-up.
    pub(super) fn needs_step_up(&self, session: &UserSession) -> bool {
        self.require_fresh(session).is_err()
    }
}

fn check(
    proof: &SignInProof,
    signed_in_ms: u64,
    (context, undated): (Option<&str>, Undated),
    now_ms: u64,
) -> Result<(), ServiceError> {
    let is_new = Duration::from_millis(now_ms.saturating_sub(signed_in_ms)) <= MAX_AGE;
    if let Some(context) = context {
        return if proof.satisfies(context) && is_new { Ok(()) } else { Err(ServiceError::StepUp) };
    }
    let is_fresh = match (proof.auth_time_s, undated) {
        (Some(_), _) => proof.is_within(MAX_AGE.as_secs(), now_ms / 1_000),
        (None, Undated::SignIn) => is_new,
        (None, Undated::Nothing) => {
            let message = "Microsoft Entra did not say when you signed in. An administrator must add the optional claim \
                           auth_time to the id token under App registrations → Token configuration";
            return Err(ServiceError::Credentials { message: message.to_owned() });
        }
    };
    if !is_fresh {
        return Err(ServiceError::StepUp);
    }
    if proof.is_single_factor() { Err(ServiceError::SecondFactor) } else { Ok(()) }
}

impl AuthState {
    /// Counts tokens that are about to be deleted, unassigned or exported: a person whose sign-in is not fresh gets ten in
    /// all, however many calls, sessions and instances of the server they are spread over.
    pub(super) async fn check_sensitive(
        &self,
        (key, session): &(SecretHash, Arc<UserSession>),
        count: usize,
        run: Option<&RunId>,
    ) -> Result<(), ServiceError> {
        let fresh = self.require_fresh(session);
        let (is_fresh, now_ms) = (fresh.is_ok(), clock::now_ms());
        let change = |counts: &mut SensitiveCounts| {
            if is_fresh {
                counts.approve(*key, run, now_ms);
            }
            is_fresh || counts.allow(*key, count, run, now_ms)
        };
        // What cannot be counted is allowed after a fresh sign-in only.
        let is_allowed = self.update_sensitive(session, change).await?.unwrap_or(is_fresh);
        if is_allowed { Ok(()) } else { fresh }
    }

    /// A fresh sign-in of the same person has replaced a session in its browser: the count of that session starts again.
    pub(super) async fn replace_sensitive(
        &self,
        (old_key, old): &(SecretHash, Arc<UserSession>),
        new_key: SecretHash,
    ) -> Result<(), ServiceError> {
        self.update_sensitive(old, |counts: &mut SensitiveCounts| counts.replace(*old_key, new_key)).await?;
        Ok(())
    }

    /// Changes the counts of a person; `None` if they cannot be kept.
    async fn update_sensitive<R: Send>(
        &self,
        session: &UserSession,
        change: impl Fn(&mut SensitiveCounts) -> R + Send,
    ) -> Result<Option<R>, ServiceError> {
        let Some(pg_store) = &self.pg_store else {
            return Ok(Some(self.sensitive_actions.update(session.person.key(), change)));
        };
        let lifetime = self.sessions.lifetimes().absolute;
        // The database learns nothing of the person.
        let id = self.server_key.mac(SENSITIVE, session.person.oid.as_str()).unwrap_or_default();
        let updated = pg_store.update(RecordKind::SensitiveActions, &id, lifetime, change).await;
        updated.map_err(store_unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: u64 = 60_000;
    const BY_TIME: (Option<&str>, Undated) = (None, Undated::Nothing);

    fn proof(methods: Option<&[&str]>, contexts: &[&str]) -> SignInProof {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        SignInProof { auth_time_s: Some(0), methods: methods.map(owned), contexts: owned(contexts) }
    }

    #[test]
    fn a_sign_in_is_fresh_for_ten_minutes_after_the_person_authenticated() {
        let at = |now_ms| check(&proof(None, &[]), 0, BY_TIME, now_ms);
        assert_eq!(at(10 * MINUTE_MS), Ok(()));
        assert_eq!(at(11 * MINUTE_MS), Err(ServiceError::StepUp));
        // A silent sign-in a moment ago proves nothing.
        assert_eq!(
            check(&proof(None, &[]), 11 * MINUTE_MS, BY_TIME, 11 * MINUTE_MS),
            Err(ServiceError::StepUp)
        );
    }

    #[test]
    fn one_factor_is_too_few() {
        let with = |methods: &[&str]| check(&proof(Some(methods), &[]), 0, BY_TIME, 0);
        assert_eq!(with(&["pwd"]), Err(ServiceError::SecondFactor));
        assert_eq!(with(&["pwd", "mfa"]), Ok(()));
    }

    #[test]
    fn a_context_is_satisfied_by_its_own_claim_for_ten_minutes() {
        let with = |contexts: &[&str], now_ms| {
            check(&proof(None, contexts), 0, (Some("c1"), Undated::Nothing), now_ms)
        };
        assert_eq!(with(&["c2", "c1"], 10 * MINUTE_MS), Ok(()));
        assert_eq!(with(&["c1"], 11 * MINUTE_MS), Err(ServiceError::StepUp));
        assert_eq!(with(&["c2"], 0), Err(ServiceError::StepUp));
    }

    #[test]
    fn without_the_time_of_the_sign_in_the_remedy_is_named() {
        let error = check(&SignInProof::default(), 0, BY_TIME, 0).unwrap_err();
        assert!(error.to_string().contains("optional claim auth_time"), "{error}");
    }

    #[test]
    fn where_microsoft_graph_asks_too_the_time_of_coming_back_counts() {
        let at = |now_ms| check(&SignInProof::default(), 0, (None, Undated::SignIn), now_ms);
        assert_eq!(at(10 * MINUTE_MS), Ok(()));
        assert_eq!(at(11 * MINUTE_MS), Err(ServiceError::StepUp));
    }
}
