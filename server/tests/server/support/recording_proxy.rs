//! A proxy between the app and its tenant that records secrets and batch items, and can interfere with responses.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::Value;
use tokio::{net::TcpListener, sync::Semaphore};
use url::{Url, form_urlencoded};

use crate::support::test_app::http;

/// The secret fields of token requests and their responses.
const SECRET: [&str; 7] = [
    "client_secret",
    "code",
    "code_verifier",
    "refresh_token",
    "access_token",
    "id_token",
    "client_assertion",
];

/// The proxy.
#[derive(Clone)]
pub struct RecordingProxy {
    pub address: Url,
    to: Url,
    client: reqwest::Client,
    secrets: Arc<Mutex<BTreeSet<(String, String)>>>,
    items: Arc<Mutex<Vec<String>>>,
    interference: Arc<Mutex<Option<Interference>>>,
}

/// How the proxy interferes with the traffic.
#[derive(Clone)]
pub enum Interference {
    /// Forwards requests that contain this text, and drops their responses.
    DropResponses(&'static str),
    /// Drops requests that contain this text.
    DropRequests(&'static str),
    /// Replaces the first text by the second in responses.
    RewriteResponses(&'static str, &'static str),
    /// Dates responses so many seconds later, as a tenant whose clock is ahead of this machine's.
    ShiftDates(i64),
    /// Holds requests back.
    Hold(Arc<Gate>),
}

/// Holds requests back that contain a text, until it is opened.
pub struct Gate {
    text: String,
    arrived: Semaphore,
    opened: Semaphore,
}

impl Gate {
    /// A closed gate for requests that contain this text.
    pub fn closed(text: String) -> Arc<Self> {
        Arc::new(Self { text, arrived: Semaphore::new(0), opened: Semaphore::new(0) })
    }

    /// Waits until another request has arrived.
    pub async fn arrival(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    /// How many requests have arrived that nothing has waited for.
    pub fn arrivals(&self) -> usize {
        self.arrived.available_permits()
    }

    /// Lets the requests pass, and those that follow.
    pub fn open(&self) {
        self.opened.close();
    }

    async fn pass(&self) {
        self.arrived.add_permits(1);
        assert!(self.opened.acquire().await.is_err(), "it has no permits, and ends when it is closed");
    }
}

impl RecordingProxy {
    /// Starts a proxy that forwards to `to`.
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

    /// The recorded secrets, each with the name of its field.
    pub fn secrets(&self) -> Vec<(String, String)> {
        self.secrets.lock().unwrap().iter().cloned().collect()
    }

    /// The recorded items of batches, such as `GET /users/…`, in order.
    pub fn items(&self) -> Vec<String> {
        self.items.lock().unwrap().clone()
    }

    /// Interferes in this way from now on.
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
        Some(Interference::Hold(ref gate)) if says(&gate.text) => {
            gate.pass().await;
            false
        }
        _ => false,
    };
    let url = proxy.to.join(uri.path_and_query().unwrap().as_str()).unwrap();
    // Forwards the `Host` header, so that URLs in responses have the proxy's address.
    let answer = proxy.client.request(method, url).headers(headers).body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    let mut body = answer.bytes().await.unwrap();
    if drops_response {
        return lost;
    }
    if let Some(Interference::ShiftDates(seconds)) = interference {
        let there = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&there).unwrap();
        headers.insert(header::DATE, date.parse().unwrap());
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
