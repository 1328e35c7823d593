//! A proxy between the program and its tenant that answers single requests in another way than the practice tenant, and
//! records everything that passes.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

use crate::support::test_app::http;

/// Answers some requests itself: method, path and body, and how many requests of this method and path came before.
pub type Deviation = dyn Fn(&Method, &str, &Value, usize) -> Option<(u16, Value)> + Send + Sync;

/// The proxy.
#[derive(Clone)]
pub struct DeviatingTenant {
    pub address: Url,
    to: Url,
    deviation: Arc<Deviation>,
    passed: Arc<Mutex<Vec<Passed>>>,
}

/// A request and its response.
#[derive(Clone)]
pub struct Passed {
    pub method: Method,
    pub path: String,
    pub request: Value,
    pub response: Value,
    pub request_id: String,
}

impl DeviatingTenant {
    /// Starts a proxy that forwards to `to` what `deviation` does not answer.
    pub async fn on(to: &Url, deviation: Arc<Deviation>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let proxy = Self { address, to: to.clone(), deviation, passed: Arc::default() };
        let router = Router::new().fallback(pass_on).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        proxy
    }

    /// What has passed, in order.
    pub fn passed(&self) -> Vec<Passed> {
        self.passed.lock().unwrap().clone()
    }

    fn count(&self, method: &Method, path: &str) -> usize {
        self.passed.lock().unwrap().iter().filter(|one| one.method == *method && one.path == path).count()
    }
}

async fn pass_on(
    State(proxy): State<DeviatingTenant>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, Bytes) {
    let path = uri.path().to_owned();
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let deviation = (proxy.deviation)(&method, &path, &request, proxy.count(&method, &path));
    let (status, headers, bytes) = if let Some((status, answer)) = deviation {
        let json = [(header::CONTENT_TYPE, "application/json".parse().unwrap())];
        let status = StatusCode::from_u16(status).unwrap();
        (status, HeaderMap::from_iter(json), Bytes::from(answer.to_string()))
    } else {
        let url = proxy.to.join(uri.path_and_query().unwrap().as_str()).unwrap();
        // The answer is to be readable here.
        headers.remove(header::ACCEPT_ENCODING);
        let answer = http().request(method.clone(), url).headers(headers).body(body).send().await.unwrap();
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        (status, headers, answer.bytes().await.unwrap())
    };
    let response = serde_json::from_slice(&bytes).unwrap_or_default();
    let request_id = headers.get("request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    proxy.passed.lock().unwrap().push(Passed { method, path, request, response, request_id });
    (status, headers, bytes)
}
