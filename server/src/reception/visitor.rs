//! Whose request it is, and whether they may make it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use app::{
    api::{
        access::{Role, Visitor, access},
        services::{SharedDirectory, status},
    },
    language::Language,
};
use axum::{
    Json,
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus},
    error::ServiceError,
};

use super::{
    Reception,
    cookies::{Jar, header_value},
    digest::Fingerprint,
    language,
    sessions::{Found, Session},
};
use crate::{audit::ActorContext, tenancy::Connection};

/// Where server functions are.
const API: &str = "/api/";

/// Who makes a request, and to which tenant.
#[derive(Clone)]
pub struct Caller {
    /// As the pages know them.
    pub visitor: Visitor,
    /// The tenant of the moment in which the request came.
    pub connection: Arc<Connection>,
    /// The address that it came from.
    pub address: IpAddr,
    /// The session of somebody who signed in.
    pub session: Option<(Fingerprint, Arc<Session>)>,
    /// The name of that session, as the browser has it.
    pub session_name: Option<String>,
    /// The browser's mark while it signs in.
    pub browser: Option<String>,
    /// The language of the pages for end users.
    pub language: Language,
    /// What went wrong when this browser last tried to sign in.
    pub problem: Option<String>,
}

impl Caller {
    /// Somebody of whom nothing is known.
    pub fn nobody(connection: Arc<Connection>) -> Self {
        Self {
            visitor: Visitor::nobody(),
            connection,
            address: Ipv4Addr::UNSPECIFIED.into(),
            session: None,
            session_name: None,
            browser: None,
            language: Language::default(),
            problem: None,
        }
    }

    /// The tenant as an administrator may reach it; nobody else gets it.
    pub fn directory(&self) -> Option<SharedDirectory> {
        if self.visitor.role != Role::Administrator {
            return None;
        }
        if !self.connection.delegated {
            return Some(self.connection.directory.clone());
        }
        let (_, session) = self.session.as_ref()?;
        session.delegated.as_ref().map(|(_, directory)| Arc::clone(directory))
    }
}

impl Reception {
    /// Whoever asks for what their role does not give them is noted. Whose session is over is not: that happens to everybody.
    pub(crate) fn note_refusal(&self, caller: &Caller, path: &str, error: &ServiceError) {
        if matches!(error, ServiceError::SignedOut) {
            return;
        }
        let entry = AuditEntry {
            after: format!("asked for {path}"),
            reason: error.to_string(),
            ..ActorContext::of(caller).entry(AuditAction::CallRefused, EntryStatus::Refused)
        };
        self.trail_of(caller).record_denial(entry);
    }

    async fn recognise(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        address: IpAddr,
    ) -> Result<Caller, ServiceError> {
        let connection = self.tenancy.current();
        let cookie = |jar| self.cookies.find(headers, jar);
        let operator = match (&self.operator, cookie(Jar::Operator)) {
            (Some(operator), Some(value)) => operator.knows(&value),
            _ => false,
        };
        let session_name = cookie(Jar::Session);
        let found = match &session_name {
            Some(name) => self.find(name, &connection).await?,
            None => Found::Unknown,
        };
        let found = match found {
            Found::Session(_, session) if !Arc::ptr_eq(&session.connection, &connection) => Found::Ended,
            found => found,
        };
        let visitor = match &found {
            Found::Session(_, session) => of_session(session, operator),
            Found::Ended if !operator => Visitor::nobody(),
            Found::Ended | Found::Unknown => self.stranger(connection.way, operator),
        };
        let session = match found {
            Found::Session(key, session) => Some((key, session)),
            _ => None,
        };
        let browser = cookie(Jar::SignIn);
        let language = language::of(uri, cookie(Jar::Language).as_deref(), headers);
        let problem = match &browser {
            Some(browser) => self.problem(browser).await?,
            None => None,
        };
        Ok(Caller { visitor, connection, address, session, session_name, browser, language, problem })
    }
}

fn of_session(session: &Session, operator: bool) -> Visitor {
    let person = &session.person;
    Visitor { role: session.role, operator, name: person.name.clone(), upn: person.upn.clone() }
}

/// Finds out who asks, lends that to everything behind, and hears only calls that this person may make.
pub async fn receive(State(reception): State<Arc<Reception>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip());
    let address = reception.proxies.visitor(peer, request.headers());
    let caller = match reception.recognise(request.headers(), request.uri(), address).await {
        Ok(caller) => caller,
        Err(error) => return unrecognised(request.uri().path(), error),
    };
    if let Some(refusal) = refusal(&request, &reception, &caller) {
        return refusal;
    }
    let chosen = language::chosen(request.uri());
    request.extensions_mut().insert(caller.clone());
    let mut response = next.run(request).await;
    reception.share_step_up(&caller).await;
    if let Some(language) = chosen {
        let cookie = reception.cookies.remember(Jar::Language, language.tag());
        response.headers_mut().append(header::SET_COOKIE, header_value(&cookie));
    }
    response
}

/// It cannot be told who asks, so nobody is let in.
fn unrecognised(path: &str, error: ServiceError) -> Response {
    let status = status(&error);
    if path.starts_with(API) {
        return (status, Json(error)).into_response();
    }
    (status, format!("{error}\n")).into_response()
}

/// Why a call of a server function is not heard.
fn refusal(request: &Request, reception: &Reception, caller: &Caller) -> Option<Response> {
    let path = request.uri().path();
    if !path.starts_with(API) {
        return None;
    }
    let refuse = |status: StatusCode, message: &str| {
        Some((status, Json(ServiceError::Invalid { message: message.to_owned() })).into_response())
    };
    let Some(access) = access(path) else {
        return refuse(StatusCode::NOT_FOUND, "there is no such call");
    };
    if request.method() != Method::POST {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "calls are made by POST");
    }
    if let Err(error) = caller.visitor.may(access, &reception.admin_role) {
        reception.note_refusal(caller, path, &error);
        return Some((status(&error), Json(error)).into_response());
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json")) {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "calls carry JSON");
    }
    None
}
