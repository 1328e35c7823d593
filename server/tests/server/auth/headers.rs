//! Security headers of every kind of response.

use std::collections::BTreeMap;

use http::Method;
use server::config::Access;

use crate::support::{
    browser::{Browser, TestResponse},
    test_app::{TestApp, TestAppBuilder},
};

const FIXED: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];
const FILE: &str = "/pkg/token-inventory.css";

/// One response of each kind, with its expected status.
async fn answers(app: &TestApp) -> Vec<(&'static str, u16, TestResponse)> {
    let browser = Browser::of(app);
    let cross_site = browser.request(Method::POST, "/api/tokens/list");
    vec![
        ("sign-in page", 401, browser.get("/").await),
        ("no page", 404, browser.get("/nowhere").await),
        ("file", 200, browser.get(FILE).await),
        ("redirect to Entra", 303, browser.get("/auth/sign-in").await),
        ("redirect to a page", 303, browser.get("/auth/callback?state=x").await),
        ("refusal of a link", 403, browser.get("/auth/operator?key=x").await),
        ("refusal of a call", 401, browser.list().await),
        ("no call", 404, browser.call("/api/x", ().into()).await),
        ("a read call", 405, browser.get("/api/tokens/list").await),
        ("another site's call", 403, browser.send(cross_site, "").await),
        ("health", 200, browser.get("/healthz").await),
        ("another host", 421, Browser::of(app).with_host("evil.example").get("/").await),
    ]
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    let app = TestApp::organisation().await;
    for (kind, status, answer) in answers(&app).await {
        assert_eq!(answer.status, status, "{kind}: {}", answer.body);
        for (name, value) in FIXED {
            assert_eq!(answer.header(name), value, "{kind}: {name}");
        }
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{kind}: {policy}"
        );
        assert_eq!(answer.header("strict-transport-security"), "", "{kind}: over http nothing is promised");
        let kept = match kind {
            "file" => "no-cache",
            // Nobody is signed in: the browser may show them again when the user goes back.
            "sign-in page" | "no page" => "private, no-cache",
            _ => "no-store",
        };
        assert_eq!(answer.header("cache-control"), kept, "{kind}");
    }
}

#[tokio::test]
async fn only_the_page_that_reads_barcodes_may_ask_for_the_camera() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    for (path, camera) in [
        ("/my", "(self)"),
        ("/my?serial=A-1", "(self)"),
        ("/my/x", "()"),
        ("/api/my/tokens", "()"),
        ("/", "()"),
    ] {
        let expected = format!("camera={camera}, geolocation=(), microphone=()");
        assert_eq!(browser.get(path).await.header("permissions-policy"), expected, "{path}");
    }
}

#[tokio::test]
async fn below_and_beside_a_base_path_they_are_the_same() {
    let app = TestAppBuilder { public_url: "http://localhost:3000/it/", ..TestAppBuilder::default() };
    let app = app.with_organisation(Access::Application).await;
    let browser = Browser::of(&app);
    for (path, status) in
        [("/it/", 401), ("/it/nowhere", 404), ("/it", 308), ("/import", 404), ("/healthz", 200)]
    {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        for (name, value) in FIXED {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        let is_page = ["/it/", "/it/nowhere"].contains(&path);
        let kept = if is_page { "private, no-cache" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), kept, "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
    }
    let own = browser.get("/it/my").await;
    assert_eq!(own.header("permissions-policy"), "camera=(self), geolocation=(), microphone=()");
    assert!(own.body.contains("href=\"/it/auth/sign-in?return=%2Fmy"), "{}", own.body);
    let begun = browser.get("/it/auth/sign-in?return=%2Fmy").await;
    let callback = "redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fit%2Fauth%2Fcallback";
    assert!(begun.header("location").contains(callback), "{}", begun.header("location"));
}

#[tokio::test]
async fn over_https_every_response_has_hsts() {
    let app = TestAppBuilder::https().with_organisation(Access::Application).await;
    for (kind, _, answer) in answers(&app).await {
        assert_eq!(answer.header("strict-transport-security"), "max-age=63072000", "{kind}");
    }
}

/// The directives of a content security policy, each with its sources.
fn directives(answer: &TestResponse) -> BTreeMap<String, Vec<String>> {
    let policy = answer.header("content-security-policy").to_owned();
    let words = |directive: &str| {
        let mut words = directive.split_whitespace().map(ToOwned::to_owned);
        (words.next().unwrap(), words.collect())
    };
    policy.split(';').map(words).collect()
}

#[tokio::test]
async fn a_page_runs_its_own_scripts_by_a_nonce_of_its_own() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    let mut nonces = Vec::new();
    for page in ["/", "/", "/import", "/settings", "/sign-in", "/nowhere", "/my"] {
        let answer = browser.get(page).await;
        let directives = directives(&answer);
        let expected = [
            ("base-uri", "'none'"),
            ("connect-src", "'self'"),
            ("default-src", "'none'"),
            ("form-action", "'self'"),
            ("frame-ancestors", "'none'"),
            ("img-src", "'self'"),
            ("style-src", "'self'"),
        ];
        for (name, sources) in expected {
            assert_eq!(directives[name], [sources], "{page}: {name}");
        }
        let runs_app = !["/sign-in", "/nowhere", "/my"].contains(&page);
        let [own, nonce, wasm @ ..] = &directives["script-src"][..] else { panic!("{directives:?}") };
        assert_eq!(own, "'self'", "{page}");
        let allowed = if runs_app { vec!["'wasm-unsafe-eval'"] } else { Vec::new() };
        assert_eq!(wasm, allowed, "{page}");
        let nonce = nonce.strip_prefix("'nonce-").and_then(|rest| rest.strip_suffix('\'')).unwrap();
        assert!(nonce.len() >= 16, "{nonce}");
        for script in answer.body.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            let is_data = tag.contains("type=\"application/json\"");
            let is_own =
                tag.contains(&format!("nonce=\"{nonce}\"")) || tag.contains("src=\"/my.js\"") || is_data;
            assert!(is_own, "{page}: <script{tag}>");
        }
        assert!(!answer.body.contains("style=\"") && !answer.body.contains("<style"), "{page}: inline style");
        nonces.push(nonce.to_owned());
    }
    let count = nonces.len();
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), count);
}
