//! A practice tenant and an HTTP client for it.

use http::Method;
use practice::{Practice, PracticeSettings};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use token_core::{
    otp::{Code, totp},
    seed::Seed,
    token::{HashFunction, Interval},
};

/// A made-up secret of 20 bytes.
pub const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
pub const DEVICES: &str = "beta/directory/authenticationMethodDevices/hardwareOathDevices";

pub struct TestClient {
    pub practice: Practice,
    pub http: Client,
    pub access: String,
}

/// Status and body; null if there is none.
pub type Answer = (u16, Value);

pub fn http_client() -> Client {
    // Fails when another test has installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

pub fn small() -> PracticeSettings {
    PracticeSettings { tokens: 60, users: 60, ..PracticeSettings::default() }
}

impl TestClient {
    pub async fn start(settings: PracticeSettings) -> Self {
        let practice = Practice::start(&settings, 0).await.unwrap();
        let http = http_client();
        let mut client = Self { practice, http, access: String::new() };
        let (status, token) = client.token_request(&[]).await;
        assert_eq!(status, 200, "{token}");
        client.access = token["access_token"].as_str().unwrap().to_owned();
        client
    }

    pub async fn small() -> Self {
        Self::start(small()).await
    }

    /// Requests an access token with valid parameters except these. An empty value omits the parameter.
    pub async fn token_request(&self, other: &[(&str, &str)]) -> Answer {
        let p = &self.practice;
        let scope = format!("{}.default", p.base_url);
        let valid = [
            ("grant_type", "client_credentials"),
            ("client_id", &p.client_id),
            ("client_secret", &p.client_secret),
            ("scope", &scope),
        ];
        let value = |name| other.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        let form = valid.map(|(name, usual)| (name, value(name).unwrap_or(usual)));
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form.iter().filter(|(_, value)| !value.is_empty()))
            .finish();
        let url = format!("{}{}/oauth2/v2.0/token", p.base_url, value("tenant").unwrap_or(&p.tenant_id));
        let request =
            self.http.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
        answer(request).await.unwrap()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.practice.base_url)).bearer_auth(&self.access)
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path).json(&body)).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::PATCH, path).json(&body)).await.unwrap()
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::PUT, path).json(&body)).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await.unwrap()
    }

    pub async fn stats(&self) -> Value {
        self.get("practice/stats").await.1
    }

    /// Creates a token with [`SECRET`]; returns its id.
    pub async fn create(&self, serial: &str) -> String {
        self.created(device(serial)).await
    }

    pub async fn created(&self, body: Value) -> String {
        let (status, token) = self.post(DEVICES, body).await;
        assert_eq!(status, 201, "{token}");
        token["id"].as_str().unwrap().to_owned()
    }

    /// The token in the inventory.
    pub async fn device(&self, id: &str) -> Value {
        let (status, token) = self.get(&format!("{DEVICES}/{id}")).await;
        assert_eq!(status, 200, "{token}");
        token
    }

    /// Ids of enabled members without any token.
    pub async fn free_users(&self) -> Vec<String> {
        let query = "v1.0/users?$select=id&$top=999&$filter=accountEnabled eq true and userType eq 'Member'";
        let mut free = Vec::new();
        for user in self.get(query).await.1["value"].as_array().unwrap() {
            let id = user["id"].as_str().unwrap();
            let held = self.get(&methods(id)).await.1;
            if held["value"].as_array().unwrap().is_empty() {
                free.push(id.to_owned());
            }
        }
        free
    }

    pub async fn free_user(&self) -> String {
        self.free_users().await.swap_remove(0)
    }

    /// The id of a user of the company by name.
    pub async fn user_named(&self, name: &str) -> String {
        let name = name.replace('\'', "''");
        let found = self.get(&format!("v1.0/users?$filter=displayName eq '{name}'")).await.1;
        found["value"][0]["id"].as_str().unwrap().to_owned()
    }
}

/// Sends a request; `None` when the connection was dropped before the answer.
pub async fn answer(request: RequestBuilder) -> Option<Answer> {
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    let body = response.bytes().await.ok()?;
    Some((status, serde_json::from_slice(&body).unwrap_or_default()))
}

pub fn methods(user: &str) -> String {
    format!("beta/users/{user}/authentication/hardwareOathMethods")
}

/// The body that creates a token with [`SECRET`].
pub fn device(serial: &str) -> Value {
    json!({ "serialNumber": serial, "manufacturer": "Contoso", "model": "One", "secretKey": SECRET,
        "timeIntervalInSeconds": 30, "hashFunction": "hmacsha1" })
}

pub fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

pub fn without(mut body: Value, name: &str) -> Value {
    body.as_object_mut().unwrap().remove(name);
    body
}

pub fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap()
}

/// The current code of a token with [`SECRET`].
pub fn code(hash: HashFunction, interval: Interval) -> Code {
    totp(&Seed::parse(SECRET).unwrap(), hash, interval, now_ms())
}

pub fn usual_code() -> String {
    code(HashFunction::Sha1, Interval::S30).expose().to_owned()
}

/// Six digits that are no code in the activation window.
pub fn wrong_code() -> String {
    let seed = Seed::parse(SECRET).unwrap();
    let steps = now_ms() / 30_000;
    let shown: std::collections::HashSet<String> = (steps - 3_000..steps + 3_000)
        .map(|step| token_core::otp::hotp(&seed, HashFunction::Sha1, step).expose().to_owned())
        .collect();
    (0..).map(|n| format!("{n:06}")).find(|code| !shown.contains(code)).unwrap()
}

/// All items of a list, from all pages.
pub async fn walk(client: &TestClient, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let (status, page) = client.get(&path).await;
        assert_eq!(status, 200, "{page}");
        items.extend(page["value"].as_array().unwrap().iter().cloned());
        next = next_path(client, &page);
    }
    items
}

/// The path of the next page, relative to the base URL.
pub fn next_path(client: &TestClient, page: &Value) -> Option<String> {
    let link = page["@odata.nextLink"].as_str()?;
    Some(link.strip_prefix(client.practice.base_url.as_str()).unwrap().to_owned())
}
