//! A browser at the practice Entra, and the app that redirects to it.

use std::sync::Mutex;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{Method, header};
use reqwest::{Client, Response, redirect::Policy};
use ring::{
    digest::{SHA256, digest},
    signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents},
};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::test_client::{Answer, TestClient, answer, http_client};

pub const REDIRECT_URI: &str = "http://localhost:4711/signed-in";
pub const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters-0123456789";
pub const EVERYTHING: &str = "openid profile email offline_access https://graph.microsoft.com/.default";

/// Follows no redirects, and keeps the cookie of the practice Entra.
pub struct Browser<'a> {
    pub client: &'a TestClient,
    http: Client,
    cookie: Mutex<Option<String>>,
}

pub fn fields(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The usual parameters except these; an empty value omits one.
fn override_fields<'v>(usual: &[(&'v str, &'v str)], other: &[(&'v str, &'v str)]) -> String {
    let mut pairs = usual.to_vec();
    for (name, value) in other {
        pairs.retain(|(usual, _)| usual != name);
        pairs.push((name, value));
    }
    fields(&pairs)
}

impl<'a> Browser<'a> {
    pub fn new(client: &'a TestClient) -> Self {
        // Installs the cryptography provider.
        let _ = http_client();
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { client, http, cookie: Mutex::default() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{}/{path}", self.client.practice.base_url, self.client.practice.tenant_id)
    }

    pub async fn get(&self, url: &str) -> Response {
        self.send(Method::GET, url, None).await
    }

    pub async fn post(&self, url: &str, form: String) -> Response {
        self.send(Method::POST, url, Some(form)).await
    }

    async fn send(&self, method: Method, url: &str, form: Option<String>) -> Response {
        let mut request = self.http.request(method, url);
        if let Some(cookie) = self.cookie.lock().unwrap().as_ref() {
            request = request.header(header::COOKIE, format!("other=1; {cookie}"));
        }
        if let Some(form) = form {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        }
        let response = request.send().await.unwrap();
        if let Some(set) = response.headers().get(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
            let pair = set.split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = (!pair.ends_with('=')).then_some(pair);
        }
        response
    }

    /// A valid authorize URL except for these parameters.
    pub fn authorize_url(&self, other: &[(&str, &str)]) -> String {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
        let usual = [
            ("client_id", self.client.practice.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", EVERYTHING),
            ("state", "st at/e&1"),
            ("nonce", "nonce-1"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        self.url(&format!("oauth2/v2.0/authorize?{}", override_fields(&usual, other)))
    }

    pub async fn authorize(&self, other: &[(&str, &str)]) -> Response {
        self.get(&self.authorize_url(other)).await
    }

    /// Presses a button of a page.
    pub async fn press(&self, page: Response, button: &str) -> Response {
        assert_eq!(page.status(), 200);
        let html = page.text().await.unwrap();
        let action = action(&html);
        let base = self.client.practice.base_url.join(&action).unwrap();
        self.post(base.as_str(), button.to_owned()).await
    }

    /// Opens the sign-in page and chooses a user.
    pub async fn choose(&self, who: &str, other: &[(&str, &str)]) -> Response {
        self.press(self.authorize(other).await, &format!("as={who}")).await
    }

    /// Signs a user in; returns the code.
    pub async fn code(&self, who: &str, other: &[(&str, &str)]) -> String {
        parameter(&self.choose(who, other).await, "code").expect("a code")
    }

    /// Redeems a code with valid parameters except these.
    pub async fn redeem(&self, code: &str, other: &[(&str, &str)]) -> Answer {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        self.token_request(&usual, other).await
    }

    pub async fn refresh(&self, token: &str, other: &[(&str, &str)]) -> Answer {
        self.token_request(&[("grant_type", "refresh_token"), ("refresh_token", token)], other).await
    }

    async fn token_request(&self, usual: &[(&str, &str)], other: &[(&str, &str)]) -> Answer {
        let p = &self.client.practice;
        let app = [("client_id", p.client_id.as_str()), ("client_secret", p.client_secret.as_str())];
        let body = override_fields(&[usual, &app].concat(), other);
        let request = self.http.post(self.url("oauth2/v2.0/token"));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        answer(request).await.unwrap()
    }

    /// Signs a user in; returns all tokens.
    pub async fn tokens(&self, who: &str, other: &[(&str, &str)]) -> Value {
        let (status, tokens) = self.redeem(&self.code(who, other).await, &[]).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    /// Calls a test control of the practice tenant.
    pub async fn test_control(&self, path: &str) {
        let url = format!("{}practice/entra/{path}", self.client.practice.base_url);
        assert_eq!(self.post(&url, String::new()).await.status(), 204, "{path}");
    }

    /// The claims of an id token that a published key signed; `None` for other tokens.
    pub async fn verified(&self, token: &str) -> Option<Value> {
        let keys: Value = self.get(&self.url("discovery/v2.0/keys")).await.json().await.unwrap();
        let (text, signature) = token.rsplit_once('.').unwrap();
        let (header, claims) = text.split_once('.').unwrap();
        let (header, decode) = (decoded(header), |text: &Value| bytes(text.as_str().unwrap()));
        let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"])?;
        let key = RsaPublicKeyComponents { n: decode(&key["n"]), e: decode(&key["e"]) };
        let signature = bytes(signature);
        key.verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &signature).ok()?;
        (header["alg"] == "RS256").then(|| decoded(claims))
    }
}

fn bytes(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

pub fn decoded(part: &str) -> Value {
    serde_json::from_slice(&bytes(part)).unwrap()
}

/// The claims of a token, signed or not.
pub fn claims(token: &Value) -> Value {
    decoded(token.as_str().unwrap().split('.').nth(1).unwrap())
}

/// The action of the page's form.
pub fn action(html: &str) -> String {
    let (_, rest) = html.split_once("action=\"").expect("a form");
    html_escape::decode_html_entities(rest.split('"').next().unwrap()).into_owned()
}

/// The redirect target of an answer.
pub fn location(response: &Response) -> Url {
    assert_eq!(response.status(), 302);
    Url::parse(response.headers()[header::LOCATION].to_str().unwrap()).unwrap()
}

/// A query parameter of the redirect to the app.
pub fn parameter(response: &Response, name: &str) -> Option<String> {
    location(response).query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// `error` and the AADSTS number of the redirect to the app, with its state.
pub fn refused(response: &Response) -> (String, String) {
    let url = location(response);
    assert!(url.as_str().starts_with(REDIRECT_URI), "{url}");
    assert_eq!(parameter(response, "state").as_deref(), Some("st at/e&1"));
    assert!(parameter(response, "code").is_none());
    let description = parameter(response, "error_description").unwrap();
    let number = description.strip_prefix("AADSTS").and_then(|rest| rest.split_once(':')).unwrap().0;
    assert!(parameter(response, "error_uri").unwrap().ends_with(number));
    (parameter(response, "error").unwrap(), number.to_owned())
}

/// `error` and the AADSTS number of the token endpoint.
pub fn denied((status, body): Answer) -> (u16, String, u64) {
    (status, body["error"].as_str().unwrap().to_owned(), body["error_codes"][0].as_u64().unwrap())
}
