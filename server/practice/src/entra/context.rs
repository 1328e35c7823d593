//! The context of a request to Entra: the tenant that it names, its parameters and the session cookie.

use axum::extract::Request;
use http::{HeaderMap, header};

use crate::{clock, state::Tenant};

/// The context of a request to Entra.
pub struct EndpointContext<'a> {
    /// The tenant's name in the path.
    pub named: &'a str,
    /// The raw query of the app's request.
    pub query: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The secret of the browser's session.
    pub cookie: Option<&'a str>,
    pub cookie_name: &'a str,
    pub now_ms: u64,
}

/// An [`EndpointContext`] that owns its data.
pub struct OwnedContext {
    named: String,
    pub query: String,
    target: String,
    cookie: Option<String>,
    cookie_name: String,
    now_ms: u64,
}

impl OwnedContext {
    pub fn of(tenant: &Tenant, named: String, request: &Request) -> Self {
        let cookie_name = cookie_name(tenant);
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        Self {
            named,
            query: request.uri().query().unwrap_or_default().to_owned(),
            target: target.to_owned(),
            cookie: cookie(request.headers(), &cookie_name),
            cookie_name,
            now_ms: clock::now_ms(),
        }
    }

    pub fn borrow(&self) -> EndpointContext<'_> {
        EndpointContext {
            named: &self.named,
            query: &self.query,
            target: &self.target,
            cookie: self.cookie.as_deref(),
            cookie_name: &self.cookie_name,
            now_ms: self.now_ms,
        }
    }
}

/// The cookie name with the port, since cookies do not separate ports: two practice tenants on one machine do not overwrite each
/// other's session.
fn cookie_name(tenant: &Tenant) -> String {
    format!("practice_entra_{}", tenant.base_url.port().unwrap_or_default())
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}
