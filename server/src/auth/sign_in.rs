//! Signing in: the redirect to Entra, the callback, and the operator's one-time link.

mod callback;

use std::sync::Arc;

use audit::ActorContext;
use axum::{
    Extension,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use graph::{
    Secret, clock,
    entra::{
        claims_request, scopes,
        sign_in::{AuthorizeRequest, Prompt},
    },
};
use http::{HeaderMap, StatusCode, header};
use oauth2::PkceCodeChallenge;
use serde::Deserialize;
use token_core::audit::{Actor, ActorKind, AuditAction, AuditEntry, EntryStatus};

use app::api::boot_info::DeploymentMode;

use super::{
    AuthState, OPERATOR_NAME, RequestContext,
    cookies::CookieName,
    digest::random_token,
    pending_sign_ins::PendingSignIn,
    responses::{error_response, go_on_page, redirect, too_many_requests},
    return_to::ReturnTo,
    session_list::SessionSelection,
};
use crate::{active_tenant::Connection, base_path, origin_check::without_usual_port};

pub use self::callback::callback;

/// The query of the link to sign in.
#[derive(Deserialize)]
pub struct SignInParams {
    /// The page to show afterwards.
    #[serde(default, rename = "return")]
    return_to: String,
    /// Whether Entra shows its account picker.
    #[serde(default)]
    choose: bool,
    /// Whether [`AuthState::canonical_url`] led here.
    #[serde(default)]
    redirected: bool,
}

/// Redirects to Entra.
pub async fn begin(
    State(auth): State<Arc<AuthState>>,
    Extension(context): Extension<RequestContext>,
    Query(params): Query<SignInParams>,
    headers: HeaderMap,
    uri: http::Uri,
) -> Response {
    if let Err(error) = auth.limit_sign_in(context.address).await {
        return too_many_requests(&error);
    }
    if let Some(host) = auth.foreign_host(&headers, &uri) {
        return if params.redirected {
            auth.host_replaced_response(&host)
        } else {
            redirect(&auth.canonical_url(&uri), &[])
        };
    }
    if context.connection.mode == DeploymentMode::Local {
        // With a locally connected tenant only the operator has access, by the one-time link; nobody signs in.
        return redirect("/", &[]);
    }
    let (state, nonce) = (random_token(), random_token());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let person = context.session.as_ref().map(|(_, session)| session);
    let graph_claims = match auth.step_up_claims(&context).await {
        Ok(claims) => claims,
        Err(error) => return error_response(&error),
    };
    // Whoever has a session and signs in again is asked to confirm who they are, unless they have just done so.
    let is_step_up = !params.choose && person.is_some_and(|session| auth.needs_step_up(session));
    let step_up_context = auth.step_up_context.id().filter(|_| is_step_up);
    let prompt = if params.choose {
        Some(Prompt::SelectAccount)
    } else {
        // With a context the tenant's Conditional Access decides what it asks.
        (is_step_up && step_up_context.is_none()).then_some(Prompt::Login)
    };
    let connection = &context.connection;
    let request = AuthorizeRequest {
        redirect_uri: auth.redirect_uri(),
        scopes: scopes(&connection.settings.endpoint, auth.requests_graph_access(connection)),
        state: state.clone(),
        nonce: nonce.clone(),
        challenge,
        claims: Some(claims_request(graph_claims.as_deref(), step_up_context)),
        prompt,
        // With the hint, a step-up does not ask for the user name again.
        login_hint: person.filter(|_| !params.choose).and_then(|session| session.person.login_hint.clone()),
    };
    let url = connection.entra.authorize_url(&request);
    let pending = PendingSignIn {
        nonce,
        verifier: Secret::new(verifier.into_secret()),
        return_to: ReturnTo::parse(&params.return_to),
    };
    match auth.seal_sign_in(&context, &state, &pending) {
        Ok(cookie) => {
            let cookies: Vec<_> =
                [Some(cookie), auth.clear_problem(&context)].into_iter().flatten().collect();
            redirect(url.as_str(), &cookies)
        }
        Err(error) => error_response(&error),
    }
}

impl AuthState {
    /// Whether a sign-in requests access to Graph: for delegated access, or for users' own tokens.
    fn requests_graph_access(&self, connection: &Connection) -> bool {
        connection.delegated || self.self_service.asks_people()
    }

    /// The host of the request, if it is another host name of this server than that of the public URL.
    fn foreign_host(&self, headers: &HeaderMap, uri: &http::Uri) -> Option<String> {
        let named = uri.authority().map(|authority| authority.as_str());
        let host = named.or_else(|| headers.get(header::HOST)?.to_str().ok())?;
        let origin = self.public_url.origin().ascii_serialization();
        let canonical_host =
            origin.split_once("://").map_or(origin.as_str(), |(_, canonical_host)| canonical_host);
        let host = without_usual_port(self.public_url.scheme(), host);
        (!canonical_host.eq_ignore_ascii_case(host)).then(|| host.to_owned())
    }

    /// The requested URL with the host of the public URL: Entra redirects there, and the browser would not send the cookie of another
    /// host. It says that it is a redirect, since a proxy that replaces the host leads to the same place again.
    fn canonical_url(&self, uri: &http::Uri) -> String {
        let origin = self.public_url.origin().ascii_serialization();
        let target = uri.path_and_query().map_or("/auth/sign-in", |target| target.as_str());
        let base = base_path::of(&self.public_url);
        let joint = if target.contains('?') { '&' } else { '?' };
        format!("{origin}{base}{target}{joint}redirected=true")
    }

    /// The page for a browser that asked for the public URL, while a proxy replaced the host in its request.
    fn host_replaced_response(&self, host: &str) -> Response {
        let origin = self.public_url.origin().ascii_serialization();
        let words = format!(
            "Nobody can sign in: the address that you opened did not arrive here.\n\n\
             Token Inventory is to be reached at {origin} (setting PUBLIC_URL). A request for that address arrived with the header\n\
             Host: {host}\n\n\
             For administrators: if a proxy stands in front, let it pass the header Host on unchanged\n\
             (nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On; IIS: preserveHostHeader).\n\
             If users type another address, set PUBLIC_URL to it.\n"
        );
        (StatusCode::MISDIRECTED_REQUEST, words).into_response()
    }
}

/// The query of Entra's front-channel logout.
#[derive(Deserialize)]
pub struct FrontChannelParams {
    /// The id of Entra's session.
    #[serde(default)]
    sid: String,
}

/// Front-channel logout (OpenID Connect Front-Channel Logout 1.0 section 3): Entra's sign-out page loads this address in a
/// frame, without our cookies, and names the session that has ended there. Whoever knows a `sid` can end that session
/// and nothing else.
pub async fn front_channel_logout(
    State(auth): State<Arc<AuthState>>,
    Extension(context): Extension<RequestContext>,
    Query(FrontChannelParams { sid }): Query<FrontChannelParams>,
) -> Response {
    if let Err(error) = auth.limit_sign_in(context.address).await {
        return too_many_requests(&error);
    }
    if !sid.is_empty() {
        let which = SessionSelection::EntraSession(&sid);
        let reason = "The user signed out at Microsoft.";
        if let Err(error) = auth.end_sessions(&context, which, None, reason).await {
            return error_response(&error);
        }
    }
    ([(header::CACHE_CONTROL, "no-store")], "").into_response()
}

/// The query of the operator's one-time link.
#[derive(Deserialize)]
pub struct OperatorLinkParams {
    #[serde(default)]
    key: String,
}

/// The operator's one-time link.
pub async fn operator(
    State(auth): State<Arc<AuthState>>,
    Extension(context): Extension<RequestContext>,
    Query(OperatorLinkParams { key }): Query<OperatorLinkParams>,
) -> Response {
    if let Err(error) = auth.limit_sign_in(context.address).await {
        return too_many_requests(&error);
    }
    if context.user.operator {
        return redirect("/settings", &[]);
    }
    // Only from this machine. A proxy on another machine has another address; behind one on this machine PUBLIC_URL is
    // not local, so there is no link.
    let opened = auth.operator.as_ref().filter(|_| context.address.is_loopback());
    match opened.and_then(|operator| operator.redeem(&key)) {
        Some(cookie) => {
            tracing::info!("the local operator has opened the link of the start");
            let operator = Actor::named(ActorKind::LocalOperator, OPERATOR_NAME);
            let actor = ActorContext { actor: operator, ..context.actor() };
            let entry = actor.entry(AuditAction::OperatorLink, EntryStatus::Done, clock::now_ms());
            auth.audit_log_of(&context).append_later(vec![entry]);
            let cookies =
                [auth.cookies.set(CookieName::Operator, &cookie), auth.cookies.clear(CookieName::Session)];
            // After a redirect the browser would count the settings as opened by the page with the link, and would not send
            // the operator's cookie, which is `SameSite=Strict`.
            let settings = format!("{}/settings", base_path::of(&auth.public_url));
            go_on_page(&settings, "Go on to the settings", &cookies)
        }
        None => {
            let words = "This link is not valid, has been opened already, or is older than ten minutes.\n\
                         Start Token Inventory again to get a new one; it prints the link.\n";
            let entry = AuditEntry {
                reason: "The link was not valid, or had been opened already.".to_owned(),
                ..context.entry(AuditAction::OperatorLink, EntryStatus::Refused)
            };
            auth.audit_log_of(&context).record_denial(entry);
            (StatusCode::FORBIDDEN, words).into_response()
        }
    }
}
