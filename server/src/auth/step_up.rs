//! Step-up authentication: which sign-in is fresh and strong enough for a sensitive action.
//!
//! With an authentication context the tenant's Conditional Access decides, and the session must come from a sign-in of
//! the last ten minutes that satisfied it. Otherwise the person must have authenticated within the last ten minutes, and
//! not with one factor if Entra says with how many.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use graph::{clock, entra::sign_in::SignInProof};
use token_core::{audit::RunId, error::ServiceError};
use tokio::time::Instant;

use super::{AuthState, sessions::UserSession};
use crate::sync::lock;

/// How old a sign-in may be.
const MAX_AGE: Duration = Duration::from_mins(10);

impl AuthState {
    /// Refuses a session whose sign-in is not fresh and strong enough.
    pub(super) fn require_fresh(&self, session: &UserSession) -> Result<(), ServiceError> {
        let (proof, context) = (&session.person.proof, self.step_up_context.id());
        check(proof, session.signed_in_ms, context, clock::now_ms())
    }

    /// Whether a sign-in that this session begins is a step-up.
    pub(super) fn needs_step_up(&self, session: &UserSession) -> bool {
        self.require_fresh(session).is_err()
    }
}

fn check(
    proof: &SignInProof,
    signed_in_ms: u64,
    context: Option<&str>,
    now_ms: u64,
) -> Result<(), ServiceError> {
    if let Some(context) = context {
        let age = Duration::from_millis(now_ms.saturating_sub(signed_in_ms));
        let is_satisfied = proof.satisfies(context) && age <= MAX_AGE;
        return if is_satisfied { Ok(()) } else { Err(ServiceError::StepUp) };
    }
    if proof.auth_time_s.is_none() {
        let message = "Microsoft Entra did not say when you signed in. An administrator must add the optional claim \
                       auth_time to the id token under App registrations → Token configuration";
        return Err(ServiceError::Credentials { message: message.to_owned() });
    }
    if !proof.is_within(MAX_AGE.as_secs(), now_ms / 1_000) {
        return Err(ServiceError::StepUp);
    }
    if proof.is_single_factor() { Err(ServiceError::SecondFactor) } else { Ok(()) }
}

/// How many tokens a session may delete, unassign or export without a fresh sign-in.
const MAX_WITHOUT: usize = 10;
/// How long a run that began after a fresh sign-in may go on without another.
const RUN_AGE: Duration = Duration::from_hours(1);

/// What a session has deleted, unassigned and exported without a fresh sign-in.
#[derive(Default)]
pub struct SensitiveActions(Mutex<SensitiveCounts>);

#[derive(Default)]
struct SensitiveCounts {
    used: usize,
    /// The runs that began after a fresh sign-in.
    runs: HashMap<RunId, Instant>,
}

impl SensitiveActions {
    /// After a fresh sign-in: the count starts again, and the run may go on.
    fn approve(&self, run: Option<&RunId>) {
        let mut counts = lock(&self.0);
        counts.used = 0;
        counts.runs.retain(|_, since| since.elapsed() < RUN_AGE);
        if let Some(run) = run {
            counts.runs.entry(run.clone()).or_insert_with(Instant::now);
        }
    }

    /// Without a fresh sign-in: whether so many more are allowed, which are counted then.
    fn allow(&self, count: usize, run: Option<&RunId>) -> bool {
        let mut counts = lock(&self.0);
        if run.and_then(|run| counts.runs.get(run)).is_some_and(|since| since.elapsed() < RUN_AGE) {
            return true;
        }
        let used = counts.used.saturating_add(count);
        let is_allowed = used <= MAX_WITHOUT;
        if is_allowed {
            counts.used = used;
        }
        is_allowed
    }
}

impl AuthState {
    /// Counts tokens that are about to be deleted, unassigned or exported: a session whose sign-in is not fresh gets ten in
    /// all, however many calls they are spread over.
    pub(super) fn check_sensitive(
        &self,
        session: &UserSession,
        count: usize,
        run: Option<&RunId>,
    ) -> Result<(), ServiceError> {
        match self.require_fresh(session) {
            Ok(()) => {
                session.sensitive_actions.approve(run);
                Ok(())
            }
            Err(_) if session.sensitive_actions.allow(count, run) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: u64 = 60_000;

    fn proof(methods: Option<&[&str]>, contexts: &[&str]) -> SignInProof {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        SignInProof { auth_time_s: Some(0), methods: methods.map(owned), contexts: owned(contexts) }
    }

    #[test]
    fn a_sign_in_is_fresh_for_ten_minutes_after_the_person_authenticated() {
        let at = |now_ms| check(&proof(None, &[]), 0, None, now_ms);
        assert_eq!(at(10 * MINUTE_MS), Ok(()));
        assert_eq!(at(11 * MINUTE_MS), Err(ServiceError::StepUp));
        // A silent sign-in a moment ago proves nothing.
        assert_eq!(check(&proof(None, &[]), 11 * MINUTE_MS, None, 11 * MINUTE_MS), Err(ServiceError::StepUp));
    }

    #[test]
    fn one_factor_is_too_few() {
        let with = |methods: &[&str]| check(&proof(Some(methods), &[]), 0, None, 0);
        assert_eq!(with(&["pwd"]), Err(ServiceError::SecondFactor));
        assert_eq!(with(&["pwd", "mfa"]), Ok(()));
    }

    #[test]
    fn a_context_is_satisfied_by_its_own_claim_for_ten_minutes() {
        let with = |contexts: &[&str], now_ms| check(&proof(None, contexts), 0, Some("c1"), now_ms);
        assert_eq!(with(&["c2", "c1"], 10 * MINUTE_MS), Ok(()));
        assert_eq!(with(&["c1"], 11 * MINUTE_MS), Err(ServiceError::StepUp));
        assert_eq!(with(&["c2"], 0), Err(ServiceError::StepUp));
    }

    #[test]
    fn without_the_time_of_the_sign_in_the_remedy_is_named() {
        let error = check(&SignInProof::default(), 0, None, 0).unwrap_err();
        assert!(error.to_string().contains("optional claim auth_time"), "{error}");
    }

    #[test]
    fn ten_in_all_are_allowed_without_a_fresh_sign_in() {
        let actions = SensitiveActions::default();
        assert!(actions.allow(6, None));
        assert!(!actions.allow(5, None), "spread over calls");
        assert!(actions.allow(4, None));
        assert!(!actions.allow(1, None));
        actions.approve(None);
        assert!(actions.allow(10, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_began_after_a_fresh_sign_in_goes_on_for_an_hour() {
        let actions = SensitiveActions::default();
        let run = |id: &str| RunId::parse(id).unwrap();
        let (one, other) =
            (run("12345678-1234-4123-8123-123456789abc"), run("12345678-1234-4123-8123-123456789abd"));
        actions.approve(Some(&one));
        assert!(actions.allow(1_000, Some(&one)));
        assert!(!actions.allow(1_000, Some(&other)));
        tokio::time::advance(RUN_AGE).await;
        assert!(!actions.allow(1_000, Some(&one)));
    }
}
