//! A mock server of Microsoft Entra and Graph at one address.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use graph::{
    Credential, GraphDirectory, GraphSettings, RetryPolicy, Secret,
    entra::sign_in::{EntraClient, SignInError, SignedIn},
    parse_endpoint,
};
use serde_json::{Value, json};
use url::Url;
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{method, path},
};

use crate::tokens::{KEY_ONE, jwk, now, signed};

pub const TENANT: &str = "11111111-2222-4333-8444-555555555555";
pub const DOMAIN: &str = "contoso.example";
pub const CLIENT: &str = "99999999-2222-4333-8444-555555555555";
pub const OID: &str = "aaaaaaaa-2222-4333-8444-555555555555";
pub const SECRET: &str = "obviously~fake/secret+1";
pub const CODE: &str = "fake-authorization-code";
pub const VERIFIER: &str = "fake-verifier-that-is-long-enough-to-be-one-of-them";
pub const NONCE: &str = "nonce-of-this-sign-in";
pub const REFRESH: &str = "fake-refresh-token-1";
pub const ACCESS: &str = "fake-access-token-1";

const RETRIES: RetryPolicy =
    RetryPolicy { max_retries: 2, base_delay: Duration::from_millis(2), max_delay: Duration::from_secs(1) };

pub struct MockEntra {
    pub server: MockServer,
    pub tenant: String,
    /// The published keys; tests change them.
    pub keys: Arc<Mutex<Vec<Value>>>,
    pub discovery: Arc<Mutex<Value>>,
    id_token: Arc<Mutex<Option<String>>>,
}

impl MockEntra {
    /// Publishes key one; the token endpoint has no mock yet.
    pub async fn start(tenant: &str) -> Self {
        let server = MockServer::start().await;
        let base = server.uri();
        let issuer = format!("{base}/{TENANT}/v2.0");
        let mut key = jwk("one", KEY_ONE);
        key["issuer"] = json!(format!("{base}/{{tenantid}}/v2.0"));
        let discovery = json!({ "issuer": issuer, "jwks_uri": format!("{base}/keys") });
        let mock = Self {
            server,
            tenant: tenant.to_owned(),
            keys: Arc::new(Mutex::new(vec![key])),
            discovery: Arc::new(Mutex::new(discovery)),
            id_token: Arc::default(),
        };
        let discovery = Arc::clone(&mock.discovery);
        let at = format!("/{tenant}/v2.0/.well-known/openid-configuration");
        mock.on("GET", &at, move |_: &Request| {
            ResponseTemplate::new(200).set_body_json(discovery.lock().unwrap().clone())
        })
        .await;
        let keys = Arc::clone(&mock.keys);
        mock.on("GET", "/keys", move |_: &Request| {
            ResponseTemplate::new(200).set_body_json(json!({ "keys": *keys.lock().unwrap() }))
        })
        .await;
        mock
    }

    pub fn issuer(&self) -> String {
        format!("{}/{TENANT}/v2.0", self.server.uri())
    }

    /// The claims of a valid id token.
    pub fn claims(&self) -> Value {
        json!({
            "aud": CLIENT, "iss": self.issuer(), "iat": now(), "nbf": now(), "exp": now() + 3600,
            "nonce": NONCE, "tid": TENANT, "oid": OID, "name": "Amy Adams", "sub": "pairwise", "ver": "2.0",
            "preferred_username": "amy@contoso.example", "roles": ["TokenAdministrator"], "sid": "session-1",
            "login_hint": "hint-1"
        })
    }

    pub fn settings(&self) -> GraphSettings {
        let here = parse_endpoint(&self.server.uri()).unwrap();
        GraphSettings {
            endpoint: here.clone(),
            authority: here,
            tenant_id: self.tenant.clone(),
            client_id: CLIENT.to_owned(),
            credential: Credential::Secret(Secret::new(SECRET.to_owned())),
        }
    }

    pub fn directory(&self) -> GraphDirectory {
        self.directory_with(self.settings())
    }

    pub fn directory_with(&self, settings: GraphSettings) -> GraphDirectory {
        GraphDirectory::with_retries(settings, RETRIES).unwrap()
    }

    pub fn token_path(&self) -> String {
        format!("/{}/oauth2/v2.0/token", self.tenant)
    }

    pub async fn on(&self, verb: &str, at: &str, response: impl Respond + 'static) {
        Mock::given(method(verb)).and(path(at)).respond_with(response).mount(&self.server).await;
    }

    /// The token endpoint responds to each request with this.
    pub async fn answers(&self, body: Value) {
        self.on("POST", &self.token_path(), ResponseTemplate::new(200).set_body_json(body)).await;
    }

    /// A sign-in whose response has this id token.
    pub async fn sign_in(&self, id_token: &str) -> Result<SignedIn, SignInError> {
        let entra = self.directory().entra();
        self.sign_in_at(&entra, id_token).await
    }

    pub async fn sign_in_at(&self, entra: &EntraClient, id_token: &str) -> Result<SignedIn, SignInError> {
        if self.id_token.lock().unwrap().replace(id_token.to_owned()).is_none() {
            let id_token = Arc::clone(&self.id_token);
            let answer = move |_: &Request| {
                let mut body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": ACCESS });
                body["id_token"] = json!(*id_token.lock().unwrap());
                ResponseTemplate::new(200).set_body_json(body)
            };
            self.on("POST", &self.token_path(), answer).await;
        }
        redeem(entra).await
    }

    /// A sign-in with these claims and a valid signature.
    pub async fn sign_in_as(&self, claims: &Value) -> Result<SignedIn, SignInError> {
        self.sign_in(&signed("one", KEY_ONE, claims)).await
    }

    pub async fn received(&self, at: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter().filter(|request| request.url.path() == at).collect()
    }

    /// The forms that the token endpoint received.
    pub async fn forms(&self) -> Vec<HashMap<String, String>> {
        self.received(&self.token_path()).await.iter().map(form).collect()
    }
}

pub fn form(request: &Request) -> HashMap<String, String> {
    url::form_urlencoded::parse(&request.body).into_owned().collect()
}

pub fn callback() -> Url {
    Url::parse("http://localhost:3000/auth/callback").unwrap()
}

pub async fn redeem(entra: &EntraClient) -> Result<SignedIn, SignInError> {
    let (code, verifier) = (Secret::new(CODE.to_owned()), Secret::new(VERIFIER.to_owned()));
    entra.redeem(&code, &verifier, &callback(), NONCE).await
}

/// The error of a sign-in that must fail.
pub fn error_of(result: Result<SignedIn, SignInError>) -> SignInError {
    result.err().unwrap()
}

pub fn entra_error(error: &str, number: u32, more: Value) -> ResponseTemplate {
    let mut body = json!({
        "error": error, "error_codes": [number], "trace_id": "00aa-11",
        "error_description": format!("AADSTS{number}: amy@contoso.example {REFRESH}. Trace ID: 00aa-11 Correlation ID: 2")
    });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    ResponseTemplate::new(400).set_body_json(body)
}
