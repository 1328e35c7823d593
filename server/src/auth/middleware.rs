//! The middleware that authenticates each request and authorizes calls of server functions.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Once},
};

use app::{
    api::{
        access::{CurrentUser, Role, is_polled, required_access},
        my_form::{self, FormAnswer},
        services::{status, with_reference},
    },
    language::Language,
};
use axum::{
    Json,
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use graph::GraphDirectory;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus},
    error::ServiceError,
};

use super::{
    AuthState,
    actor::role_name,
    cookies::{CookieName, header_value},
    digest::SecretHash,
    language,
    sessions::{SessionLookup, UserSession},
};
use crate::active_tenant::Connection;

/// The path prefix of server functions.
const API: &str = "/api/";

/// Who makes a request, and to which tenant. An extension of the request.
#[derive(Clone)]
pub struct RequestContext {
    /// The user, as the pages show them.
    pub user: CurrentUser,
    /// The tenant that was active when the request arrived.
    pub connection: Arc<Connection>,
    /// The client's address.
    pub address: IpAddr,
    /// The session and its key, when the user has signed in.
    pub session: Option<(SecretHash, Arc<UserSession>)>,
    /// The session ID in the cookie, whether or not it is valid.
    pub session_id: Option<String>,
    /// The cookies of pending sign-ins, sealed.
    pub sign_ins: Vec<(CookieName, String)>,
    /// The language of the pages for end users.
    pub language: Language,
    /// Why the last sign-in of this browser failed.
    pub problem: Option<String>,
    /// What became of the last form of *My tokens*; for that page only.
    pub form_answer: Option<FormAnswer>,
}

impl RequestContext {
    /// A request without a session or any cookie.
    pub fn anonymous(connection: Arc<Connection>) -> Self {
        Self {
            user: CurrentUser::anonymous(),
            connection,
            address: Ipv4Addr::UNSPECIFIED.into(),
            session: None,
            session_id: None,
            sign_ins: Vec::new(),
            language: Language::default(),
            problem: None,
            form_answer: None,
        }
    }

    /// The user of a session, without a request.
    pub fn of_session(session: &Arc<UserSession>) -> Self {
        let key = SecretHash::of("");
        Self {
            user: user_of_session(session, false),
            address: session.address,
            session: Some((key, Arc::clone(session))),
            ..Self::anonymous(Arc::clone(&session.connection))
        }
    }

    /// The directory of the tenant for an administrator; `None` for everybody else.
    pub fn directory(&self) -> Option<Arc<GraphDirectory>> {
        if self.user.role != Role::Administrator {
            return None;
        }
        if !self.connection.delegated {
            return Some(Arc::clone(&self.connection.directory));
        }
        let (_, session) = self.session.as_ref()?;
        session.delegated.as_ref().map(|(_, directory)| Arc::clone(directory))
    }
}

impl AuthState {
    /// Records a refused call in the audit log, unless the session has just expired, which is normal.
    pub(crate) fn record_refusal(&self, context: &RequestContext, path: &str, error: &ServiceError) {
        if matches!(error, ServiceError::SignedOut) {
            return;
        }
        let entry = AuditEntry {
            after: format!("asked for {path}"),
            reason: error.to_string(),
            ..context.entry(AuditAction::CallRefused, EntryStatus::Refused)
        };
        self.audit_log_of(context).record_denial(entry);
    }

    async fn load_session(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        address: IpAddr,
    ) -> Result<RequestContext, ServiceError> {
        let connection = self.active_tenant.current();
        let keeps_alive = !is_polled(uri.path());
        let cookie = |cookie_name| self.cookies.find(headers, cookie_name);
        let operator = match (&self.operator, cookie(CookieName::Operator)) {
            (Some(operator), Some(value)) => operator.verify(&value, keeps_alive),
            _ => false,
        };
        let session_id = cookie(CookieName::Session);
        let found = match &session_id {
            Some(id) => self.find_session(id, &connection, keeps_alive).await?,
            None => SessionLookup::Unknown,
        };
        let found = match found {
            SessionLookup::Session(_, session) if !Arc::ptr_eq(&session.connection, &connection) => {
                SessionLookup::Ended
            }
            SessionLookup::Session(key, session) => {
                let id = session_id.as_deref().unwrap_or_default();
                if self.confirm(id, &session).await? {
                    SessionLookup::Session(key, session)
                } else {
                    SessionLookup::Ended
                }
            }
            found => found,
        };
        let user = match &found {
            SessionLookup::Session(_, session) => user_of_session(session, operator),
            SessionLookup::Ended if !operator => CurrentUser::anonymous(),
            SessionLookup::Ended | SessionLookup::Unknown => self.anonymous_user(connection.mode, operator),
        };
        let session = match found {
            SessionLookup::Session(key, session) => Some((key, session)),
            _ => None,
        };
        let sign_ins =
            CookieName::SIGN_INS.into_iter().filter_map(|name| Some((name, cookie(name)?))).collect();
        let language = language::negotiate(uri, cookie(CookieName::Language).as_deref(), headers);
        let problem = cookie(CookieName::Problem).and_then(|value| self.open_problem(&value));
        let form_answer = cookie(CookieName::FormAnswer).filter(|_| uri.path() == my_form::PATH);
        let form_answer =
            form_answer.and_then(|value| self.open_answer(&value, session.as_ref().map(|(key, _)| key)));
        Ok(RequestContext {
            user,
            connection,
            address,
            session,
            session_id,
            sign_ins,
            language,
            problem,
            form_answer,
        })
    }
}

fn user_of_session(session: &UserSession, operator: bool) -> CurrentUser {
    let person = &session.person;
    CurrentUser { role: session.role, operator, name: person.name.clone(), upn: person.upn.clone() }
}

/// Adds the [`RequestContext`] to the request, and refuses calls of server functions that this user may not make.
pub async fn authenticate(State(auth): State<Arc<AuthState>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip());
    if auth.proxies.is_untrusted_proxy(peer, request.headers()) {
        warn_of_proxy(peer);
    }
    let address = auth.proxies.client_ip(peer, request.headers());
    let context = match auth.load_session(request.headers(), request.uri(), address).await {
        Ok(context) => context,
        Err(error) => return unauthenticated_response(request.uri().path(), error),
    };
    tracing::Span::current().record("role", role_name(context.user.role));
    if let Some(refusal) = refusal(&request, &auth, &context) {
        return refusal;
    }
    let chosen = language::from_query(request.uri());
    // The page shows an answer once.
    let shows_answer = request.method() == Method::GET
        && request.uri().path() == my_form::PATH
        && auth.cookies.find(request.headers(), CookieName::FormAnswer).is_some();
    request.extensions_mut().insert(context.clone());
    let mut response = next.run(request).await;
    auth.store_step_up(&context).await;
    if let Some(language) = chosen {
        let cookie = auth.cookies.set_persistent(CookieName::Language, language.tag());
        response.headers_mut().append(header::SET_COOKIE, header_value(&cookie));
    }
    if shows_answer {
        let cookie = auth.cookies.clear(CookieName::FormAnswer);
        response.headers_mut().append(header::SET_COOKIE, header_value(&cookie));
    }
    response
}

/// Says once that a proxy is not configured: all its users would share the limits of its address.
fn warn_of_proxy(peer: IpAddr) {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            %peer,
            "requests with X-Forwarded-For arrive from an address that is no trusted proxy, so all its users count as one: \
             if it is your reverse proxy, set TRUSTED_PROXIES to its address"
        );
    });
}

/// The response when the session store or Entra is unavailable, so that the request cannot be authenticated.
fn unauthenticated_response(path: &str, error: ServiceError) -> Response {
    let (status, error) = (status(&error), with_reference(error));
    if path.starts_with(API) {
        return (status, Json(error)).into_response();
    }
    (status, format!("{error}\n")).into_response()
}

/// The response that refuses a call of a server function, if it is refused.
fn refusal(request: &Request, auth: &AuthState, context: &RequestContext) -> Option<Response> {
    let path = request.uri().path();
    if !path.starts_with(API) {
        return None;
    }
    let refuse = |status: StatusCode, message: &str| {
        Some((status, Json(ServiceError::Invalid { message: message.to_owned() })).into_response())
    };
    let Some(access) = required_access(path) else {
        return refuse(StatusCode::NOT_FOUND, "there is no such call");
    };
    if request.method() != Method::POST {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "calls are made by POST");
    }
    if let Err(error) = context.user.authorize(access, &auth.admin_role) {
        auth.record_refusal(context, path, &error);
        return Some((status(&error), Json(error)).into_response());
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json")) {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "calls carry JSON");
    }
    None
}
