//! A browser for tests: it keeps cookies, follows no redirect by itself, and signs in at the practice Entra.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Mutex,
};

use app::api::boot_info::BootInfo;
use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderMap, Method, Request, StatusCode, header, request};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use token_core::{error::ServiceError, ports::Outcome};
use tower::ServiceExt as _;
use url::Url;

use crate::support::test_app::{TestApp, http};

/// One browser.
pub struct Browser {
    router: Router,
    host: String,
    address: IpAddr,
    cookies: Mutex<BTreeMap<String, String>>,
    entra_cookie: Mutex<Option<String>>,
    entra: reqwest::Client,
    answers: Mutex<Vec<String>>,
}

/// A response of the app.
#[derive(Debug)]
pub struct TestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    /// A browser on this machine.
    pub fn of(app: &TestApp) -> Self {
        Self::at(app, Ipv4Addr::LOCALHOST.into())
    }

    /// A browser at another address.
    pub fn at(app: &TestApp, address: IpAddr) -> Self {
        let origin = app.public_url.origin().ascii_serialization();
        Self {
            router: app.router.clone(),
            host: origin.split_once("://").unwrap().1.to_owned(),
            address,
            cookies: Mutex::default(),
            entra_cookie: Mutex::default(),
            entra: http(),
            answers: Mutex::default(),
        }
    }

    /// The same browser, with another `Host` header.
    pub fn with_host(self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self }
    }

    /// From now on the browser sends its requests to another instance of the server.
    pub fn use_instance(&mut self, app: &TestApp) {
        self.router = app.router.clone();
    }

    /// A request without cookies.
    pub fn request(&self, method: Method, path: &str) -> request::Builder {
        Request::builder().method(method).uri(path).header(header::HOST, &self.host)
    }

    pub async fn send(&self, request: request::Builder, body: impl Into<Body>) -> TestResponse {
        let cookies = self.cookies.lock().unwrap().clone();
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request =
            if pairs.is_empty() { request } else { request.header(header::COOKIE, pairs.join("; ")) };
        let mut request = request.body(body.into()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.address, 50_000)));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let answer = TestResponse {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        self.keep(&answer);
        answer
    }

    fn keep(&self, answer: &TestResponse) {
        let mut cookies = self.cookies.lock().unwrap();
        for set in answer.cookies() {
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            match set.contains("Max-Age=0") {
                true => cookies.remove(name),
                false => cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        self.answers.lock().unwrap().push(format!("{:?}\n{}", answer.headers, answer.body));
    }

    /// Opens a page or follows a redirect to one.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.send(self.request(Method::GET, path), Body::empty()).await
    }

    /// Calls a server function as the app's pages do.
    pub async fn call(&self, path: &str, body: Value) -> TestResponse {
        let request = self
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, body.to_string()).await
    }

    /// Makes changes of one kind, one for each item.
    pub async fn apply(&self, kind: &str, items: Value) -> TestResponse {
        self.call("/api/tokens/apply", json!({ "changes": changes(kind, &items) })).await
    }

    /// One page of the inventory, which administrators only may read.
    pub async fn list(&self) -> TestResponse {
        self.call("/api/tokens/list", json!({ "after": null })).await
    }

    /// The boot information in the document.
    pub async fn about(&self) -> BootInfo {
        let page = self.get("/signed-in").await.body;
        let (_, rest) = page.split_once("data-about=\"").expect("a page of the app");
        let about = html_escape::decode_html_entities(rest.split('"').next().unwrap()).into_owned();
        serde_json::from_str(&about).unwrap()
    }

    /// Begins a sign-in; returns the URL at Entra to which the app redirects.
    pub async fn begin(&self, query: &str) -> Url {
        let answer = self.get(&format!("/auth/sign-in{query}")).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        Url::parse(answer.location()).unwrap()
    }

    /// Opens the practice Entra's page.
    pub async fn open_entra(&self, url: &Url) -> reqwest::Response {
        let cookie = self.entra_cookie.lock().unwrap().clone().unwrap_or_default();
        self.entra.get(url.clone()).header(header::COOKIE, cookie).send().await.unwrap()
    }

    /// Signs in at the practice Entra as `who`; returns the URL to which it redirects.
    pub async fn choose(&self, url: &Url, who: &str) -> Url {
        let page = self.open_entra(url).await;
        assert_eq!(page.status(), 200);
        let html = page.text().await.unwrap();
        let (_, rest) = html.split_once("action=\"").expect("a form");
        let action = html_escape::decode_html_entities(rest.split('"').next().unwrap()).into_owned();
        let form = [(header::CONTENT_TYPE, "application/x-www-form-urlencoded")];
        let request = self
            .entra
            .post(url.join(&action).unwrap())
            .headers(HeaderMap::from_iter(form.map(|(name, value)| (name, value.parse().unwrap()))));
        let answer = request.body(format!("as={who}")).send().await.unwrap();
        if let Some(set) = answer.headers().get(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            *self.entra_cookie.lock().unwrap() = Some(pair);
        }
        sent_on(&answer)
    }

    /// Follows the redirect from Entra back to the app.
    pub async fn come_back(&self, back: &Url) -> TestResponse {
        self.get(&target(back)).await
    }

    /// A whole sign-in; returns the response of the callback.
    pub async fn sign_in(&self, who: &str) -> TestResponse {
        self.sign_in_from("", who).await
    }

    /// The same, with this query at its beginning.
    pub async fn sign_in_from(&self, query: &str, who: &str) -> TestResponse {
        let at_entra = self.begin(query).await;
        let back = self.choose(&at_entra, who).await;
        self.come_back(&back).await
    }

    /// A new browser that has signed in.
    pub async fn signed_in(app: &TestApp, who: &str) -> Self {
        let browser = Self::of(app);
        let answer = browser.sign_in(who).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, first_page(who)), "{who}");
        browser
    }

    /// A new browser that has opened the one-time link.
    pub async fn operator(app: &TestApp) -> Self {
        let browser = Self::of(app);
        let answer = browser.get(&target(app.link.as_ref().unwrap())).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("url=/settings"), "{}", answer.body);
        browser
    }

    /// The value of the cookie whose name contains this.
    pub fn cookie(&self, part: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().find(|(name, _)| name.contains(part)).map(|(_, value)| value.clone())
    }

    /// Sets a cookie of the app.
    pub fn set_cookie(&self, part: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        let name = format!("token-inventory-{part}-{}", crate::support::test_app::PORT);
        cookies.insert(name, value.to_owned());
    }

    /// All responses of the app so far.
    pub fn answers(&self) -> Vec<String> {
        self.answers.lock().unwrap().clone()
    }
}

impl TestResponse {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    pub fn cookies(&self) -> Vec<String> {
        let all = self.headers.get_all(header::SET_COOKIE).iter();
        all.map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The outcomes of the changes that were made.
    pub fn outcomes<T: DeserializeOwned>(&self) -> Vec<Outcome<T>> {
        serde_json::from_value(self.json::<Value>()["outcomes"].take())
            .unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The error in a response that is not a success.
    pub fn error(&self) -> ServiceError {
        assert!(!self.status.is_success(), "{}", self.body);
        self.json()
    }
}

/// The page after a sign-in that requested none, by role.
pub fn first_page(who: &str) -> &'static str {
    match who {
        "enduser" => "/my",
        "auditor" => "/audit",
        _ => "/",
    }
}

/// The path and query of a URL.
pub fn target(url: &Url) -> String {
    url[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
}

/// The target of a redirect of the practice Entra.
pub fn sent_on(response: &reqwest::Response) -> Url {
    assert_eq!(response.status(), 302);
    Url::parse(response.headers()[header::LOCATION].to_str().unwrap()).unwrap()
}

/// A query parameter of a URL.
pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The same URL with another value of a query parameter.
pub fn with(url: &Url, name: &str, value: &str) -> Url {
    let pairs: Vec<_> = url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(pairs).append_pair(name, value);
    url
}

/// Changes of one kind as the app's pages send them.
pub fn changes(kind: &str, items: &Value) -> Value {
    items.as_array().unwrap().iter().map(|item| json!({ kind: item })).collect()
}
