//! Where Entra sends the person back to: with a code, with a refusal, or from giving admin consent.

use std::sync::Arc;

use app::api::access::Role;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus},
    error::ServiceError,
};

use super::{go, too_many};
use crate::{
    audit::ActorContext,
    doctor::CONSENT_STATE,
    entra::{
        Secret, callback_error,
        person_token::PersonToken,
        sign_in::{PersonTokens, SignedIn},
    },
    graph::permission::allow_own_tokens,
    reception::{
        Caller, Reception,
        cookies::Jar,
        pending::PendingSignIn,
        return_to::ReturnTo,
        sessions::{Lent, Session},
    },
};

/// Where people find their own tokens.
const OWN_PAGE: &str = "/my";
/// Where auditors read the trail.
const AUDIT_PAGE: &str = "/audit";
/// Where people read what went wrong.
const PROBLEM_PAGE: &str = "/sign-in";
/// No state that we know: forged, used already, too old, or from another browser.
const NOT_OURS: &str = "This sign-in was not begun in this browser, or it has been used already, or it took longer \
                        than ten minutes. Please sign in again.";

/// What Entra may bring. It has no `Debug`: the code is a secret.
#[derive(Deserialize)]
pub(super) struct Answer {
    code: Option<String>,
    #[serde(default)]
    state: String,
    error: Option<String>,
    #[serde(default)]
    error_description: String,
    admin_consent: Option<String>,
}

/// Signs the person in, or says why not.
pub(super) async fn callback(
    State(reception): State<Arc<Reception>>,
    Extension(caller): Extension<Caller>,
    Query(answer): Query<Answer>,
) -> Response {
    if let Err(error) = reception.limits.sign_in(caller.address) {
        return too_many(&error);
    }
    if answer.admin_consent.is_some() || answer.state == CONSENT_STATE {
        // Given or refused: it proves nothing, so it changes nothing. The check on that page asks Microsoft.
        return go("/settings?consent=answered", &[]);
    }
    match sign_in(&reception, &caller, answer).await {
        Ok((name, return_to)) => go(&return_to, &[reception.cookies.set(Jar::Session, &name)]),
        Err(problem) => {
            let entry = AuditEntry {
                reason: problem.clone(),
                ..ActorContext::of(&caller).entry(AuditAction::SignInRefused, EntryStatus::Refused)
            };
            reception.trail_of(&caller).record_denial(entry);
            if let Some(browser) = &caller.browser {
                reception.fail(browser, problem).await;
            }
            go(PROBLEM_PAGE, &[])
        }
    }
}

/// The new session's name, and where to go.
async fn sign_in(reception: &Reception, caller: &Caller, answer: Answer) -> Result<(String, String), String> {
    let browser = caller.browser.as_deref().ok_or(NOT_OURS)?;
    let pending = reception.take_pending(&answer.state, browser, &caller.connection).await.map_err(words)?;
    let pending = pending.ok_or(NOT_OURS)?;
    if !Arc::ptr_eq(&pending.connection, &caller.connection) {
        return Err(NOT_OURS.to_owned());
    }
    if let Some(error) = &answer.error {
        return Err(callback_error(error, &answer.error_description).to_string());
    }
    let code = Secret::new(answer.code.ok_or(NOT_OURS)?);
    let PendingSignIn { nonce, verifier, return_to, .. } = pending;
    let entra = &caller.connection.entra;
    let signed_in = entra.redeem(&code, &verifier, &reception.redirect_uri(), &nonce).await;
    let signed_in = signed_in.map_err(|error| error.to_string())?;
    let session = reception.session(caller, signed_in).await.map_err(words)?;
    let (role, return_to) = (session.role, reception.arrival(&session, &return_to));
    let who = ActorContext::signing_in(caller, &session);
    let name = reception.begin(session).await.map_err(words)?;
    // The old name is worth nothing from now on: nobody can have planted the new one.
    if let Some(old) = &caller.session_name {
        reception.end(old).await.map_err(words)?;
    }
    reception.succeed(browser).await;
    reception.trail_of(caller).append_later(vec![who.entry(AuditAction::SignIn, EntryStatus::Done)]);
    tracing::info!(role = ?role, "somebody signed in");
    Ok((name, return_to))
}

fn words(error: ServiceError) -> String {
    error.to_string()
}

impl Reception {
    /// Where somebody goes after signing in: the first page is for administrators.
    fn arrival(&self, session: &Session, return_to: &ReturnTo) -> String {
        let page = match session.role {
            _ if *return_to != ReturnTo::default() => return_to.as_str(),
            Role::EndUser if self.self_service.is_offered() => OWN_PAGE,
            Role::Auditor => AUDIT_PAGE,
            _ => return_to.as_str(),
        };
        page.to_owned()
    }

    async fn session(&self, caller: &Caller, signed_in: SignedIn) -> Result<Session, ServiceError> {
        let SignedIn { person, tokens } = signed_in;
        let (role, connection) = (self.role_of(&person), &caller.connection);
        let acts = connection.delegated && role == Role::Administrator;
        let lends = |tokens: &PersonTokens| {
            self.self_service.is_offered()
                && self.asks_for_graph(connection)
                && allow_own_tokens(&tokens.scopes)
        };
        let is_own = tokens.as_ref().is_some_and(lends);
        // A token that nothing uses is not kept.
        let lent = tokens.filter(|_| acts || is_own).map(|tokens| {
            let token = Arc::new(PersonToken::new(Arc::clone(&connection.entra), tokens));
            Lent { token, acts, is_own }
        });
        let brought = self.left_behind(caller, &person).await?;
        Ok(Session::new(person, role, connection, lent, brought))
    }
}
