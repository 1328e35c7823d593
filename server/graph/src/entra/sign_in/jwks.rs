//! Entra's discovery document and public keys (JWKS), fetched when needed and cached for a day (MICROSOFT_GRAPH.md 7.3).

use std::time::Duration;

use jsonwebtoken::DecodingKey;
use reqwest::{Method, Request, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};
use url::Url;
use uuid::Uuid;

use super::{EntraError, SignInError};
use crate::{
    entra::{access_token::AccessTokenError, token_endpoint::tenant_url},
    http::{CLIENT_REQUEST_ID, HttpClient, new_request_id},
    retry::{FailedAttempt, RetryDecision, RetryPolicy, jitter, read_retry_after},
    settings::parse_endpoint,
};

/// How long the discovery document and the keys are cached.
const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// Shortest time between two reloads for unknown keys, so that forged tokens cannot cause many requests.
const RELOAD_INTERVAL: Duration = Duration::from_secs(60);
/// Placeholder for the tenant id in the issuer of a multi-tenant authority.
const TENANT_PLACEHOLDER: &str = "{tenantid}";

/// A key, and the claims that its tokens must have.
pub(crate) struct VerificationKey {
    /// The key.
    pub key: DecodingKey,
    /// The issuer of its tokens.
    pub issuer: String,
    /// Their tenant.
    pub tenant: Uuid,
}

/// The discovery document (OpenID Connect Discovery section 3), as far as it is used.
#[derive(Clone, Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<Value>,
}

/// A JSON Web Key (RFC 7517 section 4), with Entra's additional member `issuer`.
#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    #[serde(default, rename = "use")]
    key_use: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    n: String,
    e: String,
    #[serde(default)]
    issuer: Option<String>,
}

impl Jwk {
    fn is_rs256(&self) -> bool {
        self.kty == "RSA"
            && self.key_use.as_deref().is_none_or(|key_use| key_use == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == "RS256")
    }
}

/// The discovery document and the keys.
struct CachedMetadata {
    since: Instant,
    issuer: String,
    tenant: Uuid,
    jwks_uri: Url,
    keys: Vec<Jwk>,
}

#[derive(Default)]
struct CacheState {
    cached: Option<CachedMetadata>,
    reloaded: Option<Instant>,
}

/// Fetches and caches Entra's keys. Concurrent callers wait for a single fetch.
pub(crate) struct JwksCache {
    address: Url,
    tenant_id: String,
    state: Mutex<CacheState>,
}

impl JwksCache {
    /// Sends no request before the first [`JwksCache::find`].
    ///
    /// The address names the app: one with a signing key of its own (claims mapping) has keys of its own, and for others it makes no
    /// difference (MICROSOFT_GRAPH.md 7.3).
    pub fn new(authority: &Url, tenant_id: &str, client_id: &str) -> Self {
        let mut address = tenant_url(authority, tenant_id, &["v2.0", ".well-known", "openid-configuration"]);
        address.query_pairs_mut().append_pair("appid", client_id);
        Self { address, tenant_id: tenant_id.to_owned(), state: Mutex::default() }
    }

    /// The key with this id. An unknown one may be new: the keys are then fetched again, once a minute at most.
    pub async fn find(
        &self,
        http: &HttpClient,
        policy: RetryPolicy,
        kid: &str,
    ) -> Result<VerificationKey, SignInError> {
        let mut state = self.state.lock().await;
        let CacheState { cached, reloaded } = &mut *state;
        let now = Instant::now();
        if cached.as_ref().is_none_or(|cached| now.duration_since(cached.since) >= MAX_AGE) {
            *cached = None;
            *cached = Some(self.discover(http, policy).await?);
        }
        let Some(cached) = cached else { return Err(SignInError::UnknownKey) };
        if cached.key(kid).is_none()
            && reloaded.is_none_or(|last| now.duration_since(last) >= RELOAD_INTERVAL)
        {
            *reloaded = Some(now);
            cached.keys = fetch_keys(http, policy, &cached.jwks_uri).await?;
        }
        cached.verification_key(kid)
    }

    async fn discover(&self, http: &HttpClient, policy: RetryPolicy) -> Result<CachedMetadata, SignInError> {
        let since = Instant::now();
        let discovery: Discovery = fetch_json(http, policy, &self.address).await?;
        let jwks_uri = parse_endpoint(&discovery.jwks_uri)
            .map_err(|why| SignInError::Discovery(format!("the address of the keys (jwks_uri) {why}")))?;
        let tenant = self.tenant(&discovery.issuer).ok_or_else(|| {
            let message =
                "they do not tell which tenant it is. Set the tenant's id (a GUID) instead of its domain";
            SignInError::Discovery(message.to_owned())
        })?;
        let issuer = issuer_for_tenant(&discovery.issuer, tenant);
        let keys = fetch_keys(http, policy, &jwks_uri).await?;
        Ok(CachedMetadata { since, issuer, tenant, jwks_uri, keys })
    }

    /// The tenant id: the configured one, or if that is a domain name, the GUID in the issuer.
    fn tenant(&self, issuer: &str) -> Option<Uuid> {
        if let Ok(tenant) = Uuid::try_parse(&self.tenant_id) {
            return Some(tenant);
        }
        Url::parse(issuer).ok()?.path_segments()?.find_map(|segment| Uuid::try_parse(segment).ok())
    }
}

impl CachedMetadata {
    fn key(&self, kid: &str) -> Option<&Jwk> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    fn verification_key(&self, kid: &str) -> Result<VerificationKey, SignInError> {
        let key = self.key(kid).ok_or(SignInError::UnknownKey)?;
        if key.issuer.as_deref().is_some_and(|issuer| issuer_for_tenant(issuer, self.tenant) != self.issuer) {
            return Err(SignInError::KeyIssuer);
        }
        let key = DecodingKey::from_rsa_components(&key.n, &key.e).map_err(|_| SignInError::UnknownKey)?;
        Ok(VerificationKey { key, issuer: self.issuer.clone(), tenant: self.tenant })
    }
}

fn issuer_for_tenant(issuer: &str, tenant: Uuid) -> String {
    issuer.replace(TENANT_PLACEHOLDER, &tenant.hyphenated().to_string())
}

/// Fetches the keys that may sign id tokens.
async fn fetch_keys(http: &HttpClient, policy: RetryPolicy, jwks_uri: &Url) -> Result<Vec<Jwk>, SignInError> {
    let set: JwkSet = fetch_json(http, policy, jwks_uri).await?;
    let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
    Ok(keys.filter(Jwk::is_rs256).collect())
}

/// Fetches a document; transient failures are retried.
async fn fetch_json<T: DeserializeOwned>(
    http: &HttpClient,
    policy: RetryPolicy,
    url: &Url,
) -> Result<T, SignInError> {
    let unreachable = |why| SignInError::Unreachable(EntraError(why));
    let mut attempt = 0;
    let response = loop {
        let mut request = Request::new(Method::GET, url.clone());
        request.headers_mut().insert(CLIENT_REQUEST_ID, new_request_id());
        let (failure, error) = match http.send(request).await {
            Ok(response) if !is_transient(response.status().as_u16()) => break response,
            Ok(response) => {
                let status = response.status().as_u16();
                let retry_after = read_retry_after(response.headers(), http.now_ms());
                (FailedAttempt::of(Some(status), retry_after), AccessTokenError::Unavailable { status })
            }
            Err(transport_error) => {
                (FailedAttempt::of(None, None), AccessTokenError::Transport(transport_error))
            }
        };
        match policy.decide(failure, attempt, true, jitter()) {
            RetryDecision::Wait(pause) => sleep(pause).await,
            RetryDecision::Defer(after) => return Err(unreachable(AccessTokenError::Throttled { after })),
            RetryDecision::GiveUp => return Err(unreachable(error)),
        }
        attempt += 1;
    };
    let unexpected = || {
        let message = format!(
            "status {}, or not what was asked for. Check the tenant id and the authority's address",
            response.status().as_u16()
        );
        SignInError::Discovery(message)
    };
    if response.status() != StatusCode::OK {
        return Err(unexpected());
    }
    serde_json::from_slice(response.body()).map_err(|_| unexpected())
}

fn is_transient(status: u16) -> bool {
    status == 429 || status >= 500
}
