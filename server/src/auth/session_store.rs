//! Where the reception remembers visitors: in its own memory, and, when several instances of the server share a database, in
//! the [`PgSessionStore`] there, so that any instance knows whom another let in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use token_core::{
    error::ServiceError,
    self_service::{ActivationTarget, PendingActivation},
};
use tokio::sync::OwnedMutexGuard;
use zeroize::ZeroizeOnDrop;

use super::{
    AuthState, RequestContext,
    digest::SecretHash,
    pending_activation::{self, PendingActivationSlot},
    pending_sign_ins::{self, PendingSignIn},
    pg_session_store::{PgSessionStore, RecordKind, UserLockGuard},
    return_to::ReturnTo,
    sessions::{DelegatedToken, SessionLookup, UserSession},
};
use crate::{
    active_tenant::Connection,
    audit::StoreError,
    entra::{
        Secret,
        person_token::PersonToken,
        sign_in::{Person, PersonKey},
    },
};

/// Begins the names of sessions that every instance knows.
pub const SHARED_PREFIX: &str = "shared";

/// Who has signed in. Their access token stays with the instance that got it; each asks for its own.
#[derive(Serialize, Deserialize)]
struct StoredSession {
    person: Person,
    #[serde(rename = "lent")]
    delegated_token: Option<StoredToken>,
}

#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
struct StoredToken {
    refresh: String,
    #[zeroize(skip)]
    scopes: Vec<String>,
    #[serde(rename = "acts")]
    for_directory: bool,
    #[serde(rename = "is_own")]
    for_own_tokens: bool,
}

#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
struct StoredSignIn {
    #[zeroize(skip)]
    browser: SecretHash,
    nonce: String,
    verifier: String,
    #[zeroize(skip)]
    return_to: String,
}

/// What Microsoft asks of somebody, and what they were about to do. Their code stays with the instance that has it.
#[derive(Serialize, Deserialize)]
struct StoredStepUp {
    claims: Option<String>,
    target: Option<ActivationTarget>,
    #[serde(rename = "whose")]
    person_key: PersonKey,
}

impl AuthState {
    /// The session of this name.
    pub(super) async fn find_session(
        &self,
        session_id: &str,
        connection: &Arc<Connection>,
    ) -> Result<SessionLookup, ServiceError> {
        let Some(pg_store) = &self.pg_store else { return Ok(self.sessions.find(session_id)) };
        if !session_id.starts_with(SHARED_PREFIX) {
            return Ok(SessionLookup::Unknown);
        }
        let idle = self.sessions.lifetimes().idle;
        match pg_store
            .find::<StoredSession>(RecordKind::Session, session_id, idle)
            .await
            .map_err(store_unavailable)?
        {
            None => {
                self.sessions.end(session_id);
                Ok(SessionLookup::Ended)
            }
            Some(stored) => Ok(match self.sessions.find(session_id) {
                SessionLookup::Session(key, session) => SessionLookup::Session(key, session),
                _ => self.sessions.insert_shared(session_id, self.restore_session(stored, connection)),
            }),
        }
    }

    /// Signs somebody in under a new name.
    pub(super) async fn begin_session(&self, session: UserSession) -> Result<String, ServiceError> {
        let too_many = ServiceError::RateLimited { after_ms: 60_000 };
        let Some(pg_store) = &self.pg_store else { return self.sessions.begin(session).ok_or(too_many) };
        let stored = StoredSession::of(&session);
        let carried_over = session.carried_over.target();
        let session_id = self.sessions.begin(session).ok_or_else(|| too_many.clone())?;
        let longest = self.sessions.lifetimes().absolute;
        if !pg_store
            .put(RecordKind::Session, &session_id, &stored, longest)
            .await
            .map_err(store_unavailable)?
        {
            return Err(too_many);
        }
        if let Some(target) = carried_over {
            pg_store
                .put(RecordKind::CarriedOver, &session_id, &target, pending_activation::MAX_AGE)
                .await
                .map_err(store_unavailable)?;
        }
        Ok(session_id)
    }

    /// Ends a session, at every instance.
    pub(super) async fn end_session(&self, session_id: &str) -> Result<(), ServiceError> {
        self.sessions.end(session_id);
        match &self.pg_store {
            Some(pg_store) => {
                pg_store.remove(RecordKind::Session, session_id).await.map_err(store_unavailable)
            }
            None => Ok(()),
        }
    }

    /// Remembers a sign-in under way; `false` when there are too many.
    pub(super) async fn begin_sign_in(
        &self,
        state: &str,
        sign_in: PendingSignIn,
    ) -> Result<bool, ServiceError> {
        let Some(pg_store) = &self.pg_store else { return Ok(self.pending_sign_ins.begin(state, sign_in)) };
        let stored = StoredSignIn {
            browser: sign_in.browser,
            nonce: sign_in.nonce,
            verifier: sign_in.verifier.expose().to_owned(),
            return_to: sign_in.return_to.as_str().to_owned(),
        };
        pg_store
            .put(RecordKind::SignIn, state, &stored, pending_sign_ins::MAX_AGE)
            .await
            .map_err(store_unavailable)
    }

    /// Takes a sign-in out, once, for the browser that began it.
    pub(super) async fn take_sign_in(
        &self,
        state: &str,
        browser: &str,
        connection: &Arc<Connection>,
    ) -> Result<Option<PendingSignIn>, ServiceError> {
        let Some(pg_store) = &self.pg_store else { return Ok(self.pending_sign_ins.take(state, browser)) };
        let stored =
            pg_store.take::<StoredSignIn>(RecordKind::SignIn, state).await.map_err(store_unavailable)?;
        let stored = stored.filter(|stored| stored.browser.matches(&SecretHash::of(browser)));
        Ok(stored.map(|stored| PendingSignIn {
            browser: stored.browser,
            connection: Arc::clone(connection),
            nonce: stored.nonce.clone(),
            verifier: Secret::new(stored.verifier.clone()),
            return_to: ReturnTo::parse(&stored.return_to),
        }))
    }

    /// Keeps what went wrong with a sign-in, for the page that this browser sees next.
    pub(super) async fn set_problem(&self, browser: &str, problem: String) {
        if let Some(pg_store) = &self.pg_store {
            log_failure(
                pg_store.put(RecordKind::Problem, browser, &problem, pending_sign_ins::MAX_AGE).await,
            );
        }
        self.pending_sign_ins.set_problem(browser, problem);
    }

    /// What went wrong when this browser last tried.
    pub(super) async fn problem(&self, browser: &str) -> Result<Option<String>, ServiceError> {
        match &self.pg_store {
            Some(pg_store) => pg_store
                .find(RecordKind::Problem, browser, pending_sign_ins::MAX_AGE)
                .await
                .map_err(store_unavailable),
            None => Ok(self.pending_sign_ins.problem(browser)),
        }
    }

    /// This browser has signed in: nothing is wrong any more.
    pub(super) async fn clear_problem(&self, browser: &str) {
        self.pending_sign_ins.clear_problem(browser);
        if let Some(pg_store) = &self.pg_store {
            log_failure(pg_store.remove(RecordKind::Problem, browser).await);
        }
    }

    /// Tells the other instances what Microsoft asked of this caller, if it did.
    pub(super) async fn store_step_up(&self, context: &RequestContext) {
        let (Some(pg_store), Some(session_id), Some((_, session))) =
            (&self.pg_store, &context.session_id, &context.session)
        else {
            return;
        };
        let claims = session.token().and_then(|token| token.challenge());
        let target = session.pending_activation.target();
        if claims.is_some() || target.is_some() {
            let stored = StoredStepUp { claims, target, person_key: session.person.key() };
            log_failure(
                pg_store.put(RecordKind::StepUp, session_id, &stored, pending_activation::MAX_AGE).await,
            );
        }
    }

    /// What Microsoft asked this caller to prove, by whichever instance.
    pub(super) async fn step_up_claims(
        &self,
        context: &RequestContext,
    ) -> Result<Option<String>, ServiceError> {
        let Some((_, session)) = &context.session else { return Ok(None) };
        let own = session.token().and_then(|token| token.challenge());
        match (own, &self.pg_store, &context.session_id) {
            (None, Some(pg_store), Some(session_id)) => {
                let stored = pg_store
                    .find::<StoredStepUp>(RecordKind::StepUp, session_id, pending_activation::MAX_AGE)
                    .await;
                Ok(stored.map_err(store_unavailable)?.and_then(|stored| stored.claims))
            }
            (own, ..) => Ok(own),
        }
    }

    /// What this very person was about to do in the session that this sign-in replaces. Another's is dropped with it.
    pub(super) async fn carry_over_activation(
        &self,
        context: &RequestContext,
        person: &Person,
    ) -> Result<PendingActivationSlot, ServiceError> {
        let Some((_, session)) = &context.session else { return Ok(PendingActivationSlot::default()) };
        let left = session.pending_activation.transfer();
        let elsewhere = match (&self.pg_store, &context.session_id) {
            (Some(pg_store), Some(session_id)) => {
                pg_store.take::<StoredStepUp>(RecordKind::StepUp, session_id).await
            }
            _ => Ok(None),
        };
        let elsewhere = elsewhere.map_err(store_unavailable)?;
        if session.person.key() != person.key() {
            return Ok(PendingActivationSlot::default());
        }
        if left.target().is_none()
            && let Some(target) =
                elsewhere.filter(|stored| stored.person_key == person.key()).and_then(|stored| stored.target)
        {
            left.put(PendingActivation { target, code: None });
        }
        Ok(left)
    }

    /// What this session's person was about to do before they signed in; told once.
    pub(super) async fn take_carried_over(
        &self,
        session: &UserSession,
        session_id: Option<&str>,
    ) -> Result<Option<PendingActivation>, ServiceError> {
        let here = session.carried_over.take();
        let (Some(pg_store), Some(session_id)) = (&self.pg_store, session_id) else { return Ok(here) };
        let shared = pg_store
            .take::<ActivationTarget>(RecordKind::CarriedOver, session_id)
            .await
            .map_err(store_unavailable)?;
        // Without the shared part another instance has told it already.
        Ok(shared.map(|target| here.unwrap_or(PendingActivation { target, code: None })))
    }

    /// Waits until nothing else of this person is under way.
    pub(super) async fn lock_user(
        &self,
        person: &PersonKey,
    ) -> Result<(OwnedMutexGuard<()>, Option<UserLockGuard>), ServiceError> {
        let here = self.user_locks.lock(person).await;
        let everywhere = match &self.pg_store {
            Some(pg_store) => Some(pg_store.lock_user(person.oid.as_str()).await.map_err(store_unavailable)?),
            None => None,
        };
        Ok((here, everywhere))
    }

    /// The session of somebody whom another instance let in. What they may do is asked of this instance's settings.
    fn restore_session(&self, stored: StoredSession, connection: &Arc<Connection>) -> UserSession {
        let StoredSession { person, delegated_token } = stored;
        let delegated_token = delegated_token.map(|delegated_token| DelegatedToken {
            token: Arc::new(PersonToken::resumed(
                Arc::clone(&connection.entra),
                Secret::new(delegated_token.refresh.clone()),
                delegated_token.scopes.clone(),
            )),
            for_directory: delegated_token.for_directory,
            for_own_tokens: delegated_token.for_own_tokens,
        });
        let role = self.role_of(&person);
        UserSession::new(person, role, connection, delegated_token, PendingActivationSlot::default())
    }
}

impl StoredSession {
    fn of(session: &UserSession) -> Self {
        let delegated_token = session.token().map(|token| {
            let (refresh, scopes) = token.to_resume();
            StoredToken {
                refresh: refresh.expose().to_owned(),
                scopes,
                for_directory: session.delegated.is_some(),
                for_own_tokens: session.me.is_some(),
            }
        });
        Self { person: session.person.clone(), delegated_token }
    }
}

/// The cabinet for this connection, if other instances may share its database.
pub(super) fn pg_store(pool: Option<sqlx::PgPool>, connection: &Connection) -> Option<PgSessionStore> {
    let settings = &connection.settings;
    pool.map(|pool| PgSessionStore::new(pool, &settings.tenant_id, &settings.client_id))
}

fn store_unavailable(error: StoreError) -> ServiceError {
    ServiceError::SessionStoreUnavailable { message: error.0 }
}

/// Helpful, but nothing depends on it.
fn log_failure<T>(outcome: Result<T, StoreError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "the other instances of the server were not told about a visitor");
    }
}
