//! Where the reception remembers visitors: in its own memory, and, when several instances of the server share a database, in
//! the [`Cabinet`] there, so that any instance knows whom another let in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use token_core::{
    error::ServiceError,
    self_service::{ActivationTarget, Unfinished},
};
use tokio::sync::OwnedMutexGuard;
use zeroize::ZeroizeOnDrop;

use super::{
    Caller, Reception,
    cabinet::{Cabinet, Kind, Turn},
    digest::Fingerprint,
    pending::{self, PendingSignIn},
    return_to::ReturnTo,
    sessions::{Found, Lent, Session},
    set_aside::{self, SetAside},
};
use crate::{
    audit::StoreError,
    entra::{
        Secret,
        person_token::PersonToken,
        sign_in::{Person, PersonKey},
    },
    tenancy::Connection,
};

/// Begins the names of sessions that every instance knows.
pub const MARK: &str = "shared";

/// Who has signed in. Their access token stays with the instance that got it; each asks for its own.
#[derive(Serialize, Deserialize)]
struct KeptSession {
    person: Person,
    lent: Option<KeptToken>,
}

#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
struct KeptToken {
    refresh: String,
    #[zeroize(skip)]
    scopes: Vec<String>,
    acts: bool,
    is_own: bool,
}

#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
struct KeptSignIn {
    #[zeroize(skip)]
    browser: Fingerprint,
    nonce: String,
    verifier: String,
    #[zeroize(skip)]
    return_to: String,
}

/// What Microsoft asks of somebody, and what they were about to do. Their code stays with the instance that has it.
#[derive(Serialize, Deserialize)]
struct KeptStepUp {
    claims: Option<String>,
    target: Option<ActivationTarget>,
    whose: PersonKey,
}

impl Reception {
    /// The session of this name.
    pub(super) async fn find(&self, name: &str, connection: &Arc<Connection>) -> Result<Found, ServiceError> {
        let Some(cabinet) = &self.cabinet else { return Ok(self.sessions.find(name)) };
        if !name.starts_with(MARK) {
            return Ok(Found::Unknown);
        }
        let idle = self.sessions.lifetimes().idle;
        match cabinet.find::<KeptSession>(Kind::Session, name, idle).await.map_err(unrecognised)? {
            None => {
                self.sessions.end(name);
                Ok(Found::Ended)
            }
            Some(kept) => Ok(match self.sessions.find(name) {
                Found::Session(key, session) => Found::Session(key, session),
                _ => self.sessions.adopt(name, self.resume(kept, connection)),
            }),
        }
    }

    /// Signs somebody in under a new name.
    pub(super) async fn begin(&self, session: Session) -> Result<String, ServiceError> {
        let too_many = ServiceError::RateLimited { after_ms: 60_000 };
        let Some(cabinet) = &self.cabinet else { return self.sessions.begin(session).ok_or(too_many) };
        let kept = KeptSession::of(&session);
        let brought = session.brought.target();
        let name = self.sessions.begin(session).ok_or_else(|| too_many.clone())?;
        let longest = self.sessions.lifetimes().longest;
        if !cabinet.put(Kind::Session, &name, &kept, longest).await.map_err(unrecognised)? {
            return Err(too_many);
        }
        if let Some(target) = brought {
            cabinet.put(Kind::Brought, &name, &target, set_aside::LONGEST).await.map_err(unrecognised)?;
        }
        Ok(name)
    }

    /// Ends a session, at every instance.
    pub(super) async fn end(&self, name: &str) -> Result<(), ServiceError> {
        self.sessions.end(name);
        match &self.cabinet {
            Some(cabinet) => cabinet.remove(Kind::Session, name).await.map_err(unrecognised),
            None => Ok(()),
        }
    }

    /// Remembers a sign-in under way; `false` when there are too many.
    pub(super) async fn pend(&self, state: &str, sign_in: PendingSignIn) -> Result<bool, ServiceError> {
        let Some(cabinet) = &self.cabinet else { return Ok(self.pending.begin(state, sign_in)) };
        let kept = KeptSignIn {
            browser: sign_in.browser,
            nonce: sign_in.nonce,
            verifier: sign_in.verifier.expose().to_owned(),
            return_to: sign_in.return_to.as_str().to_owned(),
        };
        cabinet.put(Kind::SignIn, state, &kept, pending::LONGEST).await.map_err(unrecognised)
    }

    /// Takes a sign-in out, once, for the browser that began it.
    pub(super) async fn take_pending(
        &self,
        state: &str,
        browser: &str,
        connection: &Arc<Connection>,
    ) -> Result<Option<PendingSignIn>, ServiceError> {
        let Some(cabinet) = &self.cabinet else { return Ok(self.pending.take(state, browser)) };
        let kept = cabinet.take::<KeptSignIn>(Kind::SignIn, state).await.map_err(unrecognised)?;
        let kept = kept.filter(|kept| kept.browser.is(&Fingerprint::of(browser)));
        Ok(kept.map(|kept| PendingSignIn {
            browser: kept.browser,
            connection: Arc::clone(connection),
            nonce: kept.nonce.clone(),
            verifier: Secret::new(kept.verifier.clone()),
            return_to: ReturnTo::parse(&kept.return_to),
        }))
    }

    /// Keeps what went wrong with a sign-in, for the page that this browser sees next.
    pub(super) async fn fail(&self, browser: &str, problem: String) {
        if let Some(cabinet) = &self.cabinet {
            noted(cabinet.put(Kind::Problem, browser, &problem, pending::LONGEST).await);
        }
        self.pending.fail(browser, problem);
    }

    /// What went wrong when this browser last tried.
    pub(super) async fn problem(&self, browser: &str) -> Result<Option<String>, ServiceError> {
        match &self.cabinet {
            Some(cabinet) => {
                cabinet.find(Kind::Problem, browser, pending::LONGEST).await.map_err(unrecognised)
            }
            None => Ok(self.pending.problem(browser)),
        }
    }

    /// This browser has signed in: nothing is wrong any more.
    pub(super) async fn succeed(&self, browser: &str) {
        self.pending.succeed(browser);
        if let Some(cabinet) = &self.cabinet {
            noted(cabinet.remove(Kind::Problem, browser).await);
        }
    }

    /// Tells the other instances what Microsoft asked of this caller, if it did.
    pub(super) async fn share_step_up(&self, caller: &Caller) {
        let (Some(cabinet), Some(name), Some((_, session))) =
            (&self.cabinet, &caller.session_name, &caller.session)
        else {
            return;
        };
        let claims = session.token().and_then(|token| token.challenge());
        let target = session.set_aside.target();
        if claims.is_some() || target.is_some() {
            let kept = KeptStepUp { claims, target, whose: session.person.key() };
            noted(cabinet.put(Kind::StepUp, name, &kept, set_aside::LONGEST).await);
        }
    }

    /// What Microsoft asked this caller to prove, by whichever instance.
    pub(super) async fn claims(&self, caller: &Caller) -> Result<Option<String>, ServiceError> {
        let Some((_, session)) = &caller.session else { return Ok(None) };
        let own = session.token().and_then(|token| token.challenge());
        match (own, &self.cabinet, &caller.session_name) {
            (None, Some(cabinet), Some(name)) => {
                let kept = cabinet.find::<KeptStepUp>(Kind::StepUp, name, set_aside::LONGEST).await;
                Ok(kept.map_err(unrecognised)?.and_then(|kept| kept.claims))
            }
            (own, ..) => Ok(own),
        }
    }

    /// What this very person was about to do in the session that this sign-in replaces. Another's is dropped with it.
    pub(super) async fn left_behind(
        &self,
        caller: &Caller,
        person: &Person,
    ) -> Result<SetAside, ServiceError> {
        let Some((_, session)) = &caller.session else { return Ok(SetAside::default()) };
        let left = session.set_aside.hand_on();
        let elsewhere = match (&self.cabinet, &caller.session_name) {
            (Some(cabinet), Some(name)) => cabinet.take::<KeptStepUp>(Kind::StepUp, name).await,
            _ => Ok(None),
        };
        let elsewhere = elsewhere.map_err(unrecognised)?;
        if session.person.key() != person.key() {
            return Ok(SetAside::default());
        }
        if left.target().is_none()
            && let Some(target) =
                elsewhere.filter(|kept| kept.whose == person.key()).and_then(|kept| kept.target)
        {
            left.put(Unfinished { target, code: None });
        }
        Ok(left)
    }

    /// What this session's person was about to do before they signed in; told once.
    pub(super) async fn brought(
        &self,
        session: &Session,
        name: Option<&str>,
    ) -> Result<Option<Unfinished>, ServiceError> {
        let here = session.brought.take();
        let (Some(cabinet), Some(name)) = (&self.cabinet, name) else { return Ok(here) };
        let shared = cabinet.take::<ActivationTarget>(Kind::Brought, name).await.map_err(unrecognised)?;
        // Without the shared part another instance has told it already.
        Ok(shared.map(|target| here.unwrap_or(Unfinished { target, code: None })))
    }

    /// Waits until nothing else of this person is under way.
    pub(super) async fn turn(
        &self,
        person: &PersonKey,
    ) -> Result<(OwnedMutexGuard<()>, Option<Turn>), ServiceError> {
        let here = self.turns.of(person).await;
        let everywhere = match &self.cabinet {
            Some(cabinet) => Some(cabinet.turn(person.oid.as_str()).await.map_err(unrecognised)?),
            None => None,
        };
        Ok((here, everywhere))
    }

    /// The session of somebody whom another instance let in. What they may do is asked of this instance's settings.
    fn resume(&self, kept: KeptSession, connection: &Arc<Connection>) -> Session {
        let KeptSession { person, lent } = kept;
        let lent = lent.map(|lent| Lent {
            token: Arc::new(PersonToken::resumed(
                Arc::clone(&connection.entra),
                Secret::new(lent.refresh.clone()),
                lent.scopes.clone(),
            )),
            acts: lent.acts,
            is_own: lent.is_own,
        });
        let role = self.role_of(&person);
        Session::new(person, role, connection, lent, SetAside::default())
    }
}

impl KeptSession {
    fn of(session: &Session) -> Self {
        let lent = session.token().map(|token| {
            let (refresh, scopes) = token.to_resume();
            KeptToken {
                refresh: refresh.expose().to_owned(),
                scopes,
                acts: session.delegated.is_some(),
                is_own: session.me.is_some(),
            }
        });
        Self { person: session.person.clone(), lent }
    }
}

/// The cabinet for this connection, if other instances may share its database.
pub(super) fn cabinet(pool: Option<sqlx::PgPool>, connection: &Connection) -> Option<Cabinet> {
    let settings = &connection.settings;
    pool.map(|pool| Cabinet::new(pool, &settings.tenant_id, &settings.client_id))
}

fn unrecognised(error: StoreError) -> ServiceError {
    ServiceError::SessionStoreUnavailable { message: error.0 }
}

/// Helpful, but nothing depends on it.
fn noted<T>(outcome: Result<T, StoreError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "the other instances of the server were not told about a visitor");
    }
}
