//! Entra's description of itself and its public keys, fetched when needed and kept for a day (FACTS 7.3).

use std::time::Duration;

use jsonwebtoken::DecodingKey;
use reqwest::{Method, Request};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{sync::Mutex, time::Instant};
use url::Url;
use uuid::Uuid;

use super::{Failure, SignInError};
use crate::{
    graph::{
        checked_endpoint,
        http::{CLIENT_REQUEST_ID, Http, new_request_id},
    },
    identity::{IdentityError, endpoint::tenant_url},
};

/// How long the description and the keys are believed.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long after a reload for an unknown key the next one waits, so that nobody can make us hammer Entra.
const PAUSE: Duration = Duration::from_secs(60);
/// What stands for the tenant's id in an issuer that serves many tenants.
const TENANT: &str = "{tenantid}";

/// A key, and what its tokens must say.
pub(crate) struct Found {
    /// The key.
    pub key: DecodingKey,
    /// Who makes the tokens.
    pub issuer: String,
    /// For which tenant.
    pub tenant: Uuid,
}

/// Entra's description of itself (OpenID Connect Discovery section 3), as far as we need it.
#[derive(Clone, Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

/// One key (RFC 7517 section 4), with Entra's own member `issuer`.
#[derive(Deserialize)]
struct Key {
    kid: String,
    kty: String,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    n: String,
    e: String,
    #[serde(default)]
    issuer: Option<String>,
}

impl Key {
    fn verifies(&self) -> bool {
        self.kty == "RSA"
            && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == "RS256")
    }
}

/// What Entra said, and when.
struct Known {
    since: Instant,
    issuer: String,
    tenant: Uuid,
    jwks_uri: Url,
    keys: Vec<Key>,
}

#[derive(Default)]
struct State {
    known: Option<Known>,
    reloaded: Option<Instant>,
}

/// Fetches and keeps Entra's keys. Whoever needs them while they are being fetched waits for that one fetch.
pub(crate) struct Keys {
    address: Url,
    tenant_id: String,
    state: Mutex<State>,
}

impl Keys {
    /// Nothing is fetched before the first [`Keys::find`].
    pub fn new(authority: &Url, tenant_id: &str) -> Self {
        Self {
            address: tenant_url(authority, tenant_id, &["v2.0", ".well-known", "openid-configuration"]),
            tenant_id: tenant_id.to_owned(),
            state: Mutex::default(),
        }
    }

    /// The key of this id. One that is unknown may be new: the keys are fetched again for it, once a minute at most.
    pub async fn find(&self, http: &Http, kid: &str) -> Result<Found, SignInError> {
        let mut state = self.state.lock().await;
        let State { known, reloaded } = &mut *state;
        let now = Instant::now();
        if known.as_ref().is_none_or(|known| now.duration_since(known.since) >= DAY) {
            *known = None;
            *known = Some(self.discover(http).await?);
        }
        let Some(known) = known else { return Err(SignInError::UnknownKey) };
        if known.key(kid).is_none() && reloaded.is_none_or(|last| now.duration_since(last) >= PAUSE) {
            *reloaded = Some(now);
            known.keys = keys(http, known.jwks_uri.clone()).await?;
        }
        known.found(kid)
    }

    async fn discover(&self, http: &Http) -> Result<Known, SignInError> {
        let since = Instant::now();
        let discovery: Discovery = get(http, self.address.clone()).await?;
        let jwks_uri = checked_endpoint(&discovery.jwks_uri)
            .map_err(|why| SignInError::Discovery(format!("the address of the keys (jwks_uri) {why}")))?;
        let tenant = self.tenant(&discovery.issuer).ok_or_else(|| {
            let words =
                "they do not tell which tenant it is. Set the tenant's id (a GUID) instead of its domain";
            SignInError::Discovery(words.to_owned())
        })?;
        let issuer = of_tenant(&discovery.issuer, tenant);
        let keys = keys(http, jwks_uri.clone()).await?;
        Ok(Known { since, issuer, tenant, jwks_uri, keys })
    }

    /// The tenant's GUID: as configured, or when that is a domain, the one in the issuer's address.
    fn tenant(&self, issuer: &str) -> Option<Uuid> {
        if let Ok(tenant) = Uuid::try_parse(&self.tenant_id) {
            return Some(tenant);
        }
        Url::parse(issuer).ok()?.path_segments()?.find_map(|segment| Uuid::try_parse(segment).ok())
    }
}

impl Known {
    fn key(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    fn found(&self, kid: &str) -> Result<Found, SignInError> {
        let key = self.key(kid).ok_or(SignInError::UnknownKey)?;
        if key.issuer.as_deref().is_some_and(|issuer| of_tenant(issuer, self.tenant) != self.issuer) {
            return Err(SignInError::KeyIssuer);
        }
        let key = DecodingKey::from_rsa_components(&key.n, &key.e).map_err(|_| SignInError::UnknownKey)?;
        Ok(Found { key, issuer: self.issuer.clone(), tenant: self.tenant })
    }
}

fn of_tenant(issuer: &str, tenant: Uuid) -> String {
    issuer.replace(TENANT, &tenant.hyphenated().to_string())
}

/// The keys that can have signed an identity token.
async fn keys(http: &Http, jwks_uri: Url) -> Result<Vec<Key>, SignInError> {
    let set: KeySet = get(http, jwks_uri).await?;
    let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
    Ok(keys.filter(Key::verifies).collect())
}

async fn get<T: DeserializeOwned>(http: &Http, url: Url) -> Result<T, SignInError> {
    let mut request = Request::new(Method::GET, url);
    request.headers_mut().insert(CLIENT_REQUEST_ID, new_request_id());
    let unreachable = |why| SignInError::Unreachable(Failure(why));
    let response =
        http.send(request).await.map_err(|no_answer| unreachable(IdentityError::NoAnswer(no_answer)))?;
    let status = response.status().as_u16();
    if status == 429 || status >= 500 {
        return Err(unreachable(IdentityError::Unavailable { status }));
    }
    let foreign = || {
        let words = format!(
            "status {status}, or not what was asked for. Check the tenant id and the authority's address"
        );
        SignInError::Discovery(words)
    };
    if status != 200 {
        return Err(foreign());
    }
    serde_json::from_slice(response.body()).map_err(|_| foreign())
}
