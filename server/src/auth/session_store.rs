//! Stores sessions, pending sign-ins and pending activations: in memory, and, when several instances of the server
//! share a database, also in the [`PgSessionStore`], so that a session is valid at every instance.

use std::sync::Arc;

use audit::database::DatabaseError;
use graph::{
    Secret,
    entra::{
        person_token::PersonToken,
        sign_in::{Person, PersonKey},
    },
};
use serde::{Deserialize, Serialize};
use token_core::{
    error::ServiceError,
    self_service::{ActivationTarget, PendingActivation},
    user::UserId,
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
use crate::active_tenant::Connection;

/// The prefix of the IDs of shared sessions.
pub const SHARED_PREFIX: &str = "shared";

/// A session. Access tokens are not stored: each instance acquires its own.
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

/// The claims that a step-up requires, and the pending activation without its code, which is not stored.
#[derive(Serialize, Deserialize)]
struct StoredStepUp {
    claims: Option<String>,
    target: Option<ActivationTarget>,
    #[serde(rename = "whose")]
    person_key: PersonKey,
}

impl AuthState {
    /// Looks a session up by its ID.
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

    /// Stores a new session and returns its ID.
    pub(super) async fn begin_session(&self, session: UserSession) -> Result<String, ServiceError> {
        let too_many = ServiceError::RateLimited { after_ms: 60_000 };
        let Some(pg_store) = &self.pg_store else { return self.sessions.begin(session).ok_or(too_many) };
        let stored = StoredSession::of(&session);
        let carried_over = session.carried_over.target();
        let session_id = self.sessions.begin(session).ok_or_else(|| too_many.clone())?;
        let lifetime = self.sessions.lifetimes().absolute;
        if !pg_store
            .put(RecordKind::Session, &session_id, &stored, lifetime)
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

    /// Ends a session at every instance.
    pub(super) async fn end_session(&self, session_id: &str) -> Result<(), ServiceError> {
        self.sessions.end(session_id);
        match &self.pg_store {
            Some(pg_store) => {
                pg_store.remove(RecordKind::Session, session_id).await.map_err(store_unavailable)
            }
            None => Ok(()),
        }
    }

    /// Stores a pending sign-in; `false` when there are too many.
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

    /// Removes and returns a pending sign-in, if this browser began it.
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

    /// Stores why a sign-in failed, for the page that this browser shows next.
    pub(super) async fn set_problem(&self, browser: &str, problem: String) {
        if let Some(pg_store) = &self.pg_store {
            log_failure(
                pg_store.put(RecordKind::Problem, browser, &problem, pending_sign_ins::MAX_AGE).await,
            );
        }
        self.pending_sign_ins.set_problem(browser, problem);
    }

    /// Why the last sign-in of this browser failed.
    pub(super) async fn problem(&self, browser: &str) -> Result<Option<String>, ServiceError> {
        match &self.pg_store {
            Some(pg_store) => pg_store
                .find(RecordKind::Problem, browser, pending_sign_ins::MAX_AGE)
                .await
                .map_err(store_unavailable),
            None => Ok(self.pending_sign_ins.problem(browser)),
        }
    }

    /// Removes the error, because this browser has signed in.
    pub(super) async fn clear_problem(&self, browser: &str) {
        self.pending_sign_ins.clear_problem(browser);
        if let Some(pg_store) = &self.pg_store {
            log_failure(pg_store.remove(RecordKind::Problem, browser).await);
        }
    }

    /// Shares a step-up that this request caused, if any, with the other instances.
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

    /// The claims that a step-up requires, whichever instance received the claims challenge.
    pub(super) async fn step_up_claims(
        &self,
        context: &RequestContext,
    ) -> Result<Option<String>, ServiceError> {
        let Some((_, session)) = &context.session else { return Ok(None) };
        let claims = session.token().and_then(|token| token.challenge());
        match (claims, &self.pg_store, &context.session_id) {
            (None, Some(pg_store), Some(session_id)) => {
                let stored = pg_store
                    .find::<StoredStepUp>(RecordKind::StepUp, session_id, pending_activation::MAX_AGE)
                    .await;
                Ok(stored.map_err(store_unavailable)?.and_then(|stored| stored.claims))
            }
            (claims, ..) => Ok(claims),
        }
    }

    /// Takes the pending activation from the session that this sign-in replaces. That of another user is dropped.
    pub(super) async fn carry_over_activation(
        &self,
        context: &RequestContext,
        person: &Person,
    ) -> Result<PendingActivationSlot, ServiceError> {
        let Some((_, session)) = &context.session else { return Ok(PendingActivationSlot::default()) };
        let slot = session.pending_activation.transfer();
        let shared = match (&self.pg_store, &context.session_id) {
            (Some(pg_store), Some(session_id)) => {
                pg_store.take::<StoredStepUp>(RecordKind::StepUp, session_id).await
            }
            _ => Ok(None),
        };
        let shared = shared.map_err(store_unavailable)?;
        if session.person.key() != person.key() {
            return Ok(PendingActivationSlot::default());
        }
        if slot.target().is_none()
            && let Some(target) =
                shared.filter(|stored| stored.person_key == person.key()).and_then(|stored| stored.target)
        {
            slot.put(PendingActivation { target, code: None });
        }
        Ok(slot)
    }

    /// Removes and returns the pending activation that was carried over into this session.
    pub(super) async fn take_carried_over(
        &self,
        session: &UserSession,
        session_id: Option<&str>,
    ) -> Result<Option<PendingActivation>, ServiceError> {
        let local = session.carried_over.take();
        let (Some(pg_store), Some(session_id)) = (&self.pg_store, session_id) else { return Ok(local) };
        let shared = pg_store
            .take::<ActivationTarget>(RecordKind::CarriedOver, session_id)
            .await
            .map_err(store_unavailable)?;
        // Without the shared record another instance has returned it already.
        Ok(shared.map(|target| local.unwrap_or(PendingActivation { target, code: None })))
    }

    /// Waits for the lock of this user: against this instance's writes, and against the other instances' self-service.
    pub(super) async fn lock_user(
        &self,
        tenant: &str,
        user: &UserId,
    ) -> Result<(Vec<OwnedMutexGuard<()>>, Option<UserLockGuard>), ServiceError> {
        let local = self.user_locks.lock(tenant, [user.clone()]).await;
        let shared = match &self.pg_store {
            Some(pg_store) => Some(pg_store.lock_user(user.as_str()).await.map_err(store_unavailable)?),
            None => None,
        };
        Ok((local, shared))
    }

    /// Restores a session that another instance created. The role follows from this instance's configuration.
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

/// The shared store for this connection, if other instances may share its database.
pub(super) fn pg_store(pool: Option<sqlx::PgPool>, connection: &Connection) -> Option<PgSessionStore> {
    let settings = &connection.settings;
    pool.map(|pool| PgSessionStore::new(pool, &settings.tenant_id, &settings.client_id))
}

/// The message is for anybody, signed in or not: the database's own words are for the log.
fn store_unavailable(error: DatabaseError) -> ServiceError {
    tracing::error!(%error, "the sessions that the instances of the server share cannot be used");
    let message = "its database cannot be used; its log says why. Try again in a moment".to_owned();
    ServiceError::SessionStoreUnavailable { message }
}

/// Logs the failure of a write that the request does not depend on.
fn log_failure<T>(outcome: Result<T, DatabaseError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "a change could not be shared with the other instances of the server");
    }
}
