//! The addresses that people pass through when they sign in: off to Entra, back again, and the operator's link.

mod callback;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{Query, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode, header};
use oauth2::PkceCodeChallenge;
use serde::Deserialize;
use token_core::{
    audit::{Actor, ActorKind, AuditAction, AuditEntry, EntryStatus},
    error::ServiceError,
};

use app::api::{services::status, tenant::about::Way};

use super::{
    Caller, OPERATOR_NAME, Reception,
    cookies::{Jar, header_value},
    digest::{Fingerprint, unforeseen},
    pending::PendingSignIn,
    return_to::ReturnTo,
};
use crate::{
    audit::ActorContext,
    entra::{
        Secret, scopes,
        sign_in::{AuthorizeRequest, Prompt},
    },
    mount,
    tenancy::Connection,
};

/// The routes; [`super::receive`] stands before them.
pub fn routes(reception: Arc<Reception>) -> Router {
    Router::new()
        .route("/auth/sign-in", get(begin))
        .route("/auth/callback", get(callback::callback))
        .route("/auth/operator", get(operator))
        .with_state(reception)
}

#[derive(Deserialize)]
struct Begin {
    /// Where to go afterwards.
    #[serde(default, rename = "return")]
    return_to: String,
    /// Whether the person wants to choose who they are.
    #[serde(default)]
    choose: bool,
}

/// Sends the person to Entra.
async fn begin(
    State(reception): State<Arc<Reception>>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Begin>,
    headers: HeaderMap,
    uri: http::Uri,
) -> Response {
    if let Err(error) = reception.limits.sign_in(caller.address) {
        return too_many(&error);
    }
    if let Some(elsewhere) = reception.own_address(&headers, &uri) {
        return go(&elsewhere, &[]);
    }
    if caller.connection.way == Way::Local {
        // Here the link of the start decides, and nobody signs in.
        return go("/", &[]);
    }
    let browser = caller.browser.clone().unwrap_or_else(unforeseen);
    let (state, nonce) = (unforeseen(), unforeseen());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let person = caller.session.as_ref().map(|(_, session)| session);
    let claims = match reception.claims(&caller).await {
        Ok(claims) => claims,
        Err(error) => return not_now(&error),
    };
    let connection = &caller.connection;
    let request = AuthorizeRequest {
        redirect_uri: reception.redirect_uri(),
        scopes: scopes(&connection.settings.endpoint, reception.asks_for_graph(connection)),
        state: state.clone(),
        nonce: nonce.clone(),
        challenge,
        claims,
        prompt: asked.choose.then_some(Prompt::SelectAccount),
        // Whoever proves once more who they are need not say it again.
        login_hint: person.filter(|_| !asked.choose).and_then(|session| session.person.login_hint.clone()),
    };
    let url = connection.entra.authorize_url(&request);
    let sign_in = PendingSignIn {
        browser: Fingerprint::of(&browser),
        connection: Arc::clone(connection),
        nonce,
        verifier: Secret::new(verifier.into_secret()),
        return_to: ReturnTo::parse(&asked.return_to),
    };
    match reception.pend(&state, sign_in).await {
        Ok(true) => {}
        Ok(false) => return too_many(&ServiceError::RateLimited { after_ms: 60_000 }),
        Err(error) => return not_now(&error),
    }
    go(url.as_str(), &[reception.cookies.set(Jar::SignIn, &browser)])
}

impl Reception {
    /// Whether a sign-in asks for access to Graph: for administrators, or for everybody's own tokens.
    fn asks_for_graph(&self, connection: &Connection) -> bool {
        connection.delegated || self.self_service.asks_people()
    }

    /// The same address under the name that Entra sends people back to, if this is another name of this server: the
    /// cookie of one name is not sent to the other.
    fn own_address(&self, headers: &HeaderMap, uri: &http::Uri) -> Option<String> {
        let named = uri.authority().map(|authority| authority.as_str());
        let host = named.or_else(|| headers.get(header::HOST)?.to_str().ok())?;
        let origin = self.public_url.origin().ascii_serialization();
        let own = origin.split_once("://").map_or(origin.as_str(), |(_, own)| own);
        let target = uri.path_and_query().map_or("/auth/sign-in", |target| target.as_str());
        let base = mount::base(&self.public_url);
        (!own.eq_ignore_ascii_case(host)).then(|| format!("{origin}{base}{target}"))
    }
}

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    key: String,
}

/// The one-time link of the start.
async fn operator(
    State(reception): State<Arc<Reception>>,
    Extension(caller): Extension<Caller>,
    Query(Key { key }): Query<Key>,
) -> Response {
    if let Err(error) = reception.limits.sign_in(caller.address) {
        return too_many(&error);
    }
    if caller.visitor.operator {
        return go("/settings", &[]);
    }
    // Only from this machine: a proxy that passes others on would have another address than ours, or PUBLIC_URL.
    let opened = reception.operator.as_ref().filter(|_| caller.address.is_loopback());
    match opened.and_then(|operator| operator.open(&key)) {
        Some(cookie) => {
            tracing::info!("the local operator has opened the link of the start");
            let mut who = ActorContext::of(&caller);
            who.actor = Actor::named(ActorKind::LocalOperator, OPERATOR_NAME);
            reception
                .audit_logs
                .for_mode(caller.connection.way)
                .append_later(vec![who.entry(AuditAction::OperatorLink, EntryStatus::Done)]);
            let cookies =
                [reception.cookies.set(Jar::Operator, &cookie), reception.cookies.clear(Jar::Session)];
            go("/settings", &cookies)
        }
        None => {
            let words = "This link is not valid, or has been opened already: it opens once.\n\
                         Start Token Inventory again to get a new one; it prints the link.\n";
            let entry = AuditEntry {
                reason: "The link was not valid, or had been opened already.".to_owned(),
                ..ActorContext::of(&caller).entry(AuditAction::OperatorLink, EntryStatus::Refused)
            };
            reception.trail_of(&caller).record_denial(entry);
            (StatusCode::FORBIDDEN, words).into_response()
        }
    }
}

fn not_now(error: &ServiceError) -> Response {
    (status(error), format!("{error}\n")).into_response()
}

fn too_many(error: &ServiceError) -> Response {
    let seconds = match error {
        ServiceError::RateLimited { after_ms } => after_ms.div_ceil(1000),
        _ => 1,
    };
    let headers = [(header::RETRY_AFTER, seconds.to_string())];
    (StatusCode::TOO_MANY_REQUESTS, headers, format!("{error}\n")).into_response()
}

/// A redirect that sets cookies.
fn go(to: &str, cookies: &[String]) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, header_value(cookie));
    }
    response
}
