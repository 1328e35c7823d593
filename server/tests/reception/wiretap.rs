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

use crate::house::http;

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
pub struct Wiretap {
    pub address: Url,
    to: Url,
    client: reqwest::Client,
    heard: Arc<Mutex<BTreeSet<(String, String)>>>,
    items: Arc<Mutex<Vec<String>>>,
    meddling: Arc<Mutex<Option<Meddling>>>,
}

/// What a bad wire does.
#[derive(Clone)]
pub enum Meddling {
    /// Requests with these words arrive, and their answers do not.
    LosesAnswers(&'static str),
    /// Requests with these words do not arrive.
    LosesRequests(&'static str),
    /// Answers say the second where they said the first.
    Rewrites(&'static str, &'static str),
}

impl Wiretap {
    /// Passes everything on to `to`.
    pub async fn on(to: &Url) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let tap = Self {
            address,
            to: to.clone(),
            client: http(),
            heard: Arc::default(),
            items: Arc::default(),
            meddling: Arc::default(),
        };
        let router = Router::new().fallback(pass_on).with_state(tap.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        tap
    }

    /// What was heard, by name of the field.
    pub fn secrets(&self) -> Vec<(String, String)> {
        self.heard.lock().unwrap().iter().cloned().collect()
    }

    /// What was asked in batches, such as `GET /users/…`, in order.
    pub fn items(&self) -> Vec<String> {
        self.items.lock().unwrap().clone()
    }

    /// From now on the wire is bad in this way.
    pub fn meddle(&self, meddling: Meddling) {
        *self.meddling.lock().unwrap() = Some(meddling);
    }

    fn note_items(&self, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |item: &Value, field: &str| item[field].as_str().unwrap_or_default().to_owned();
        let items = body["requests"].as_array().into_iter().flatten();
        let items = items.map(|item| format!("{} {}", text(item, "method"), text(item, "url")));
        self.items.lock().unwrap().extend(items);
    }

    fn hear<'a>(&self, fields: impl Iterator<Item = (std::borrow::Cow<'a, str>, String)>) {
        let secret = fields.filter(|(name, _)| SECRET.contains(&name.as_ref()));
        self.heard.lock().unwrap().extend(secret.map(|(name, value)| (name.into_owned(), value)));
    }
}

async fn pass_on(
    State(tap): State<Wiretap>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, Bytes) {
    tap.hear(form_urlencoded::parse(&body).map(|(name, value)| (name, value.into_owned())));
    tap.note_items(&body);
    let meddling = tap.meddling.lock().unwrap().clone();
    let says = |words: &str| String::from_utf8_lossy(&body).contains(words);
    let lost = (StatusCode::BAD_GATEWAY, HeaderMap::new(), Bytes::new());
    let loses_answer = match meddling {
        Some(Meddling::LosesRequests(words)) if says(words) => return lost,
        Some(Meddling::LosesAnswers(words)) => says(words),
        _ => false,
    };
    let url = tap.to.join(uri.path_and_query().unwrap().as_str()).unwrap();
    // With the name under which it was asked: the tenant's answers name this address again.
    let answer = tap.client.request(method, url).headers(headers).body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    let mut body = answer.bytes().await.unwrap();
    if loses_answer {
        return lost;
    }
    if let Some(Meddling::Rewrites(from, to)) = meddling {
        body = String::from_utf8_lossy(&body).replace(from, to).into();
    }
    if let Ok(Value::Object(fields)) = serde_json::from_slice(&body) {
        let texts = fields.iter().filter_map(|(name, value)| Some((name.into(), value.as_str()?.to_owned())));
        tap.hear(texts);
    }
    (status, headers, body)
}
