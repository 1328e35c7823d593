//! The redirect URI: Entra redirects here with a code, with an error, or after admin consent.

use std::sync::Arc;

use app::api::access::Role;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use graph::{
    Secret, clock,
    entra::{
        callback_error,
        person_token::PersonToken,
        sign_in::{PersonTokens, SignedIn},
    },
    permission::allow_own_tokens,
};
use serde::Deserialize;
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus},
    error::ServiceError,
};

use crate::{
    auth::{
        AuthState, RequestContext,
        assertion::Assertion,
        cookies::CookieName,
        digest::SecretHash,
        pending_sign_ins::PendingSignIn,
        responses::{redirect, too_many_requests},
        return_to::ReturnTo,
        sessions::{DelegatedToken, SignInFacts, UserSession},
    },
    doctor::CONSENT_STATE,
};

/// The page with a user's own tokens.
const OWN_PAGE: &str = "/my";
/// The page with the audit log.
const AUDIT_PAGE: &str = "/audit";
/// The page that shows why a sign-in failed.
const PROBLEM_PAGE: &str = "/sign-in";
/// The state is unknown: forged, used already, expired, or from another browser.
const INVALID_STATE: &str = "This sign-in was not begun in this browser, or it has been used already, or it took longer \
                        than ten minutes. Please sign in again.";

/// The query of Entra's redirect. It has no `Debug`, because the code is a secret.
#[derive(Deserialize)]
pub struct CallbackParams {
    code: Option<String>,
    #[serde(default)]
    state: String,
    error: Option<String>,
    #[serde(default)]
    error_description: String,
    admin_consent: Option<String>,
}

/// Signs the user in, or shows why not.
pub async fn callback(
    State(auth): State<Arc<AuthState>>,
    Extension(context): Extension<RequestContext>,
    Query(params): Query<CallbackParams>,
) -> Response {
    if let Err(error) = auth.limit_sign_in(context.address).await {
        return too_many_requests(&error);
    }
    if params.admin_consent.is_some() || params.state == CONSENT_STATE {
        // The query proves neither consent nor refusal, so it changes nothing. The check on that page asks Microsoft.
        return redirect("/settings?consent=answered", &[]);
    }
    let pending = auth.open_sign_in(&context, &params.state);
    let used = pending.as_ref().map(|_| auth.clear_sign_in(&params.state));
    let (page, cookies) = match sign_in(&auth, &context, pending, params).await {
        Ok((session_id, return_to)) => {
            let session = auth.cookies.set(CookieName::Session, &session_id);
            (return_to, [Some(session), used, auth.clear_problem(&context)])
        }
        Err(problem) => {
            let entry = AuditEntry {
                reason: problem.clone(),
                ..context.entry(AuditAction::SignInRefused, EntryStatus::Refused)
            };
            auth.audit_log_of(&context).record_denial(entry);
            (PROBLEM_PAGE.to_owned(), [used, auth.seal_problem(problem), None])
        }
    };
    redirect(&page, &cookies.into_iter().flatten().collect::<Vec<_>>())
}

/// The new session's ID, and the page to show.
async fn sign_in(
    auth: &AuthState,
    context: &RequestContext,
    pending: Option<PendingSignIn>,
    params: CallbackParams,
) -> Result<(String, String), String> {
    let PendingSignIn { nonce, verifier, return_to } = pending.ok_or(INVALID_STATE)?;
    if let Some(error) = &params.error {
        return Err(callback_error(error, &params.error_description).to_string());
    }
    let code = Secret::new(params.code.ok_or(INVALID_STATE)?);
    let entra = &context.connection.entra;
    let signed_in = entra.redeem(&code, &verifier, &auth.redirect_uri(), &nonce).await;
    let signed_in = signed_in.map_err(|error| error.to_string())?;
    let session = auth.build_session(context, signed_in).await.map_err(to_message)?;
    let (role, return_to) = (session.role, auth.landing_page(&session, &return_to));
    let actor = context.actor_signing_in(&session);
    let replaced = context
        .session
        .as_ref()
        .filter(|(_, old)| old.person.key() == session.person.key() && auth.require_fresh(&session).is_ok());
    let session_id = auth.begin_session(session).await.map_err(to_message)?;
    // Against session fixation: the ID is new, and the old one is invalid.
    if let Some(old) = &context.session_id {
        auth.end_session(old).await.map_err(to_message)?;
    }
    if let Some(replaced) = replaced {
        auth.replace_sensitive(replaced, SecretHash::of(&session_id)).await.map_err(to_message)?;
    }
    let entry = actor.entry(AuditAction::SignIn, EntryStatus::Done, clock::now_ms());
    auth.audit_log_of(context).append_later(vec![entry]);
    tracing::info!(role = ?role, "somebody signed in");
    Ok((session_id, return_to))
}

fn to_message(error: ServiceError) -> String {
    error.to_string()
}

impl AuthState {
    /// The page to show after signing in: the requested one, else the first page of the role.
    fn landing_page(&self, session: &UserSession, return_to: &ReturnTo) -> String {
        let page = match session.role {
            _ if *return_to != ReturnTo::default() => return_to.as_str(),
            Role::EndUser if self.self_service.is_offered() => OWN_PAGE,
            Role::Auditor => AUDIT_PAGE,
            _ => return_to.as_str(),
        };
        page.to_owned()
    }

    async fn build_session(
        &self,
        context: &RequestContext,
        signed_in: SignedIn,
    ) -> Result<UserSession, ServiceError> {
        let SignedIn { person, tokens } = signed_in;
        let (role, connection) = (self.role_of(&person), &context.connection);
        let for_directory = connection.delegated && role == Role::Administrator;
        let grants_own_tokens = |tokens: &PersonTokens| {
            self.self_service.is_offered()
                && self.requests_graph_access(connection)
                && allow_own_tokens(&tokens.scopes)
        };
        let for_own_tokens = tokens.as_ref().is_some_and(grants_own_tokens);
        let for_graph = for_directory || for_own_tokens;
        // Without access to Graph it serves to assert the user again.
        let delegated_token = tokens.map(|tokens| {
            let token = Arc::new(PersonToken::new(Arc::clone(&connection.entra), tokens, for_graph));
            DelegatedToken { token, for_directory, for_own_tokens }
        });
        let carried_over = self.carry_over_activation(context, &person).await?;
        let facts = SignInFacts {
            signed_in_ms: clock::now_ms(),
            address: context.address,
            assertion: Assertion::default(),
        };
        Ok(UserSession::new(person, role, connection, facts, delegated_token, carried_over))
    }
}
