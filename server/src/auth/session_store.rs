//! Stores sessions and pending activations: in memory, and, when several instances of the server
//! share a database, also in the [`PgSessionStore`], so that a session is valid at every instance.

use std::{net::IpAddr, sync::Arc, time::Duration};

use audit::database::DatabaseError;
use graph::{
    Secret, clock,
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
    assertion::Assertion,
    digest::random_token,
    pending_activation::{self, PendingActivationSlot},
    pg_session_store::{PgSessionStore, RecordKind, UserLockGuard},
    sealing::ServerKey,
    sessions::{DelegatedToken, SessionLookup, SignInFacts, UserSession},
};
use crate::active_tenant::Connection;

/// The prefix of the IDs of shared sessions.
const SHARED_PREFIX: &str = "shared";
/// The purpose of the key that signs the IDs of shared sessions.
const SESSION_ID: &str = "session id";

/// A session. Access tokens are not stored: each instance acquires its own. Its times are sealed with it, so that whoever
/// writes to the database cannot make it last longer.
#[derive(Serialize, Deserialize)]
struct StoredSession {
    person: Person,
    signed_in_ms: u64,
    /// When it ends in any case, in milliseconds since 1970.
    ends_ms: u64,
    address: IpAddr,
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
        keeps_alive: bool,
    ) -> Result<SessionLookup, ServiceError> {
        let Some(pg_store) = &self.pg_store else { return Ok(self.sessions.find(session_id, keeps_alive)) };
        // The database is not asked about an ID that no instance has issued.
        if !self.has_issued(session_id) {
            return Ok(SessionLookup::Unknown);
        }
        let idle = self.sessions.lifetimes().idle;
        let stored = pg_store
            .find::<StoredSession>(RecordKind::Session, session_id, idle, keeps_alive)
            .await
            .map_err(store_unavailable)?;
        match stored.filter(|stored| stored.is_valid(clock::now_ms())) {
            None => {
                self.sessions.end(session_id);
                Ok(SessionLookup::Ended)
            }
            Some(stored) => Ok(match self.sessions.find(session_id, keeps_alive) {
                SessionLookup::Session(key, session) => SessionLookup::Session(key, session),
                _ => self.sessions.insert_shared(session_id, self.restore_session(stored, connection)),
            }),
        }
    }

    /// Stores a new session and returns its ID.
    pub(super) async fn begin_session(&self, session: UserSession) -> Result<String, ServiceError> {
        let too_many = ServiceError::RateLimited { after_ms: 60_000 };
        let Some(pg_store) = &self.pg_store else { return self.sessions.begin(session).ok_or(too_many) };
        let lifetime = self.sessions.lifetimes().absolute;
        let session_id = self.issue_id().ok_or_else(|| too_many.clone())?;
        let stored = StoredSession::of(&session, lifetime);
        let carried_over = session.carried_over.target();
        let listing = self.seal_listing(pg_store, &session_id, &session)?;
        self.sessions.insert_shared(&session_id, session);
        if !pg_store
            .put(RecordKind::Session, &session_id, &stored, lifetime)
            .await
            .map_err(store_unavailable)?
        {
            return Err(too_many);
        }
        let place = pg_store.lookup_key(RecordKind::Listing, &session_id).map_err(store_unavailable)?;
        pg_store
            .put_sealed(RecordKind::Listing, &place, &listing, lifetime)
            .await
            .map_err(store_unavailable)?;
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
                let place_of = |kind| pg_store.lookup_key(kind, session_id).map(|place| place.to_vec());
                let places = [RecordKind::Session, RecordKind::Listing].map(place_of);
                let places = places.into_iter().collect::<Result<Vec<_>, _>>().map_err(store_unavailable)?;
                pg_store.remove_at(&places).await.map_err(store_unavailable)
            }
            None => Ok(()),
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
                    .find::<StoredStepUp>(RecordKind::StepUp, session_id, pending_activation::MAX_AGE, true)
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
    ) -> Result<PendingActivationSlot, ServiceError> {
        let local = session.carried_over.transfer();
        let (Some(pg_store), Some(session_id)) = (&self.pg_store, session_id) else { return Ok(local) };
        let shared = pg_store
            .take::<ActivationTarget>(RecordKind::CarriedOver, session_id)
            .await
            .map_err(store_unavailable)?;
        // Without the shared record another instance has returned it already.
        let Some(target) = shared else { return Ok(PendingActivationSlot::default()) };
        if local.target().is_none() {
            local.put(PendingActivation { target, code: None });
        }
        Ok(local)
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
        let StoredSession { person, delegated_token, signed_in_ms, address, .. } = stored;
        let delegated_token = delegated_token.map(|delegated_token| DelegatedToken {
            token: Arc::new(PersonToken::resumed(
                Arc::clone(&connection.entra),
                Secret::new(delegated_token.refresh.clone()),
                delegated_token.scopes.clone(),
                delegated_token.for_directory || delegated_token.for_own_tokens,
            )),
            for_directory: delegated_token.for_directory,
            for_own_tokens: delegated_token.for_own_tokens,
        });
        let role = self.role_of(&person);
        // What another instance has asserted since is not known here.
        let age = Duration::from_millis(clock::now_ms().saturating_sub(signed_in_ms));
        let facts = SignInFacts { signed_in_ms, address, assertion: Assertion::aged(age) };
        let carried_over = PendingActivationSlot::default();
        UserSession::new(person, role, connection, facts, delegated_token, carried_over)
    }

    /// A new ID of a shared session, which every instance recognises as issued.
    fn issue_id(&self) -> Option<String> {
        let random = random_token();
        let mac = self.server_key.mac(SESSION_ID, &random)?;
        Some(format!("{SHARED_PREFIX}.{random}.{mac}"))
    }

    fn has_issued(&self, session_id: &str) -> bool {
        let parts = session_id.strip_prefix(SHARED_PREFIX).and_then(|rest| rest.strip_prefix('.'));
        let parts = parts.and_then(|rest| rest.split_once('.'));
        parts.is_some_and(|(random, mac)| self.server_key.verifies(SESSION_ID, random, mac))
    }
}

impl StoredSession {
    fn is_valid(&self, now_ms: u64) -> bool {
        now_ms < self.ends_ms
    }

    fn of(session: &UserSession, lifetime: Duration) -> Self {
        let delegated_token = session.token().map(|token| {
            let (refresh, scopes) = token.to_resume();
            StoredToken {
                refresh: refresh.expose().to_owned(),
                scopes,
                for_directory: session.delegated.is_some(),
                for_own_tokens: session.me.is_some(),
            }
        });
        let UserSession { person, signed_in_ms, address, .. } = session;
        let lifetime_ms = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
        Self {
            person: person.clone(),
            signed_in_ms: *signed_in_ms,
            ends_ms: signed_in_ms.saturating_add(lifetime_ms),
            address: *address,
            delegated_token,
        }
    }
}

/// The shared store for this connection, if other instances may share its database.
pub(super) fn pg_store(pool: Option<sqlx::PgPool>, connection: &Connection) -> Option<PgSessionStore> {
    let settings = &connection.settings;
    pool.map(|pool| PgSessionStore::new(pool, &settings.tenant_id, &settings.client_id))
}

/// The tenant and the app to which what is stored belongs.
pub(super) fn owner_of(connection: &Connection) -> String {
    format!("{} {}", connection.settings.tenant_id, connection.settings.client_id)
}

/// The key of the server: the same for all instances that share sessions.
pub(super) fn server_key(is_shared: bool, connection: &Connection) -> ServerKey {
    if is_shared {
        ServerKey::of_credential(&connection.settings.credential, &owner_of(connection))
    } else {
        ServerKey::random()
    }
}

/// The message is for anybody, signed in or not: the database's own words are for the log.
pub(super) fn store_unavailable(error: DatabaseError) -> ServiceError {
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

#[cfg(test)]
mod tests {
    use graph::entra::sign_in::SignInProof;

    use super::*;

    #[test]
    fn a_stored_session_lasts_no_longer_than_its_seal_says() {
        let oid = UserId::parse("11111111-1111-4111-8111-111111111111").unwrap();
        let person = Person {
            tid: uuid::Uuid::nil(),
            oid,
            name: "Ann".to_owned(),
            upn: String::new(),
            roles: Vec::new(),
            sid: None,
            login_hint: None,
            proof: SignInProof::default(),
        };
        let address = std::net::Ipv4Addr::LOCALHOST.into();
        let stored =
            StoredSession { person, signed_in_ms: 1_000, ends_ms: 5_000, address, delegated_token: None };
        assert!(stored.is_valid(4_999));
        assert!(!stored.is_valid(5_000));
    }
}
