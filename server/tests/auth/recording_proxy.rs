//! Listens in between the app and its tenant, to learn the secrets that a test then looks for.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::Value;
use tokio::net::TcpListener;
use url::{Url, form_urlencoded};

use crate::test_app::http;

/// Fields of requests for tokens and of their answers that nobody else may see.
const SECRET: [&str; 7] = [
    "client_secret",
    "code",
    "code_verifier",
    "refresh_token",
    "access_token",
    "id_token",
    "client_assertion",
];

/// A stretch of the wire.
#[derive(Clone)]
pub struct RecordingProxy {
    pub address: Url,
    to: Url,
    client: reqwest::Client,
    secrets: Arc<Mutex<BTreeSet<(String, String)>>>,
    items: Arc<Mutex<Vec<String>>>,
    interference: Arc<Mutex<Option<Interference>>>,
}

/// What a bad wire does.
#[derive(Clone)]
pub enum Interference {
    /// Requests with these words arrive, and their answers do not.
    DropResponses(&'static str),
    /// Requests with these words do not arrive.
    DropRequests(&'static str),
    /// Answers say the second where they said the first.
    RewriteResponses(&'static str, &'static str),
}

impl RecordingProxy {
    /// Passes everything on to `to`.
    pub async fn on(to: &Url) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let proxy = Self {
            address,
            to: to.clone(),
            client: http(),
            secrets: Arc::default(),
            items: Arc::default(),
            interference: Arc::default(),
        };
        let router = Router::new().fallback(pass_on).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        proxy
    }

    /// What was heard, by name of the field.
    pub fn secrets(&self) -> Vec<(String, String)> {
        self.secrets.lock().unwrap().iter().cloned().collect()
    }

    /// What was asked in batches, such as `GET /users/…`, in order.
    pub fn items(&self) -> Vec<String> {
        self.items.lock().unwrap().clone()
    }

    /// From now on the wire is bad in this way.
    pub fn interfere(&self, interference: Interference) {
        *self.interference.lock().unwrap() = Some(interference);
    }

    fn record_items(&self, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |item: &Value, field: &str| item[field].as_str().unwrap_or_default().to_owned();
        let items = body["requests"].as_array().into_iter().flatten();
        let items = items.map(|item| format!("{} {}", text(item, "method"), text(item, "url")));
        self.items.lock().unwrap().extend(items);
    }

    fn record_secrets<'a>(&self, fields: impl Iterator<Item = (std::borrow::Cow<'a, str>, String)>) {
        let secret = fields.filter(|(name, _)| SECRET.contains(&name.as_ref()));
        self.secrets.lock().unwrap().extend(secret.map(|(name, value)| (name.into_owned(), value)));
    }
}

async fn pass_on(
    State(proxy): State<RecordingProxy>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, Bytes) {
    proxy.record_secrets(form_urlencoded::parse(&body).map(|(name, value)| (name, value.into_owned())));
    proxy.record_items(&body);
    let interference = proxy.interference.lock().unwrap().clone();
    let says = |words: &str| String::from_utf8_lossy(&body).contains(words);
    let lost = (StatusCode::BAD_GATEWAY, HeaderMap::new(), Bytes::new());
    let drops_response = match interference {
        Some(Interference::DropRequests(words)) if says(words) => return lost,
        Some(Interference::DropResponses(words)) => says(words),
        _ => false,
    };
    let url = proxy.to.join(uri.path_and_query().unwrap().as_str()).unwrap();
    // With the name under which it was asked: the tenant's answers name this address again.
    let answer = proxy.client.request(method, url).headers(headers).body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    let mut body = answer.bytes().await.unwrap();
    if drops_response {
        return lost;
    }
    if let Some(Interference::RewriteResponses(from, to)) = interference {
        body = String::from_utf8_lossy(&body).replace(from, to).into();
    }
    if let Ok(Value::Object(fields)) = serde_json::from_slice(&body) {
        let texts = fields.iter().filter_map(|(name, value)| Some((name.into(), value.as_str()?.to_owned())));
        proxy.record_secrets(texts);
    }
    (status, headers, body)
}
