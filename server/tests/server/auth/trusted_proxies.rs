//! The client's address behind a reverse proxy.

use axum::body::Body;
use http::{Method, StatusCode, header};
use server::config::{Access, TrustedProxies};

use crate::support::{
    browser::{Browser, TestResponse},
    test_app::{TestApp, TestAppBuilder},
};

const PROXY: &str = "10.0.0.5";

async fn app() -> TestApp {
    TestAppBuilder { proxies: TrustedProxies::parse("10.0.0.0/8").unwrap(), ..TestAppBuilder::https() }
        .with_organisation(Access::Application)
        .await
}

async fn sign_in_through(browser: &Browser, forwarded: &str) -> TestResponse {
    let request = browser.request(Method::GET, "/auth/sign-in").header("x-forwarded-for", forwarded);
    browser.send(request, Body::empty()).await
}

/// Whether many sign-ins of one client are limited in the end.
async fn is_limited(browser: &Browser, forwarded: &str) -> bool {
    for _ in 0..200 {
        if sign_in_through(browser, forwarded).await.status == StatusCode::TOO_MANY_REQUESTS {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn clients_behind_a_trusted_proxy_are_counted_separately() {
    let app = app().await;
    let proxy = Browser::at(&app, PROXY.parse().unwrap());
    assert!(is_limited(&proxy, "192.0.2.1").await);
    let neighbour = sign_in_through(&proxy, "192.0.2.2").await;
    assert_eq!(neighbour.status, StatusCode::SEE_OTHER);
    let made_up = sign_in_through(&proxy, "203.0.113.9, 192.0.2.1").await;
    assert_eq!(made_up.status, StatusCode::TOO_MANY_REQUESTS, "an address forged by the client is ignored");
}

#[tokio::test]
async fn other_proxies_are_not_trusted() {
    let app = app().await;
    let untrusted = Browser::at(&app, "198.51.100.7".parse().unwrap());
    assert!(is_limited(&untrusted, "192.0.2.1").await);
    assert_eq!(sign_in_through(&untrusted, "192.0.2.2").await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_public_url_is_not_taken_from_headers() {
    let app = app().await;
    let proxy = Browser::at(&app, PROXY.parse().unwrap());
    let request = proxy
        .request(Method::GET, "/auth/sign-in")
        .header("x-forwarded-proto", "http")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example;proto=http");
    let answer = proxy.send(request, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let back =
        crate::support::browser::parameter(&answer.location().parse().unwrap(), "redirect_uri").unwrap();
    assert_eq!(back, format!("{}/auth/callback", crate::support::test_app::HTTPS));
    assert!(answer.headers[header::STRICT_TRANSPORT_SECURITY].to_str().unwrap().starts_with("max-age"));
}

#[tokio::test]
async fn the_one_time_link_works_on_this_machine_and_not_through_a_proxy_on_it() {
    let nowhere = url::Url::parse("http://127.0.0.1:9").unwrap();
    let proxies = TrustedProxies::parse("127.0.0.1").unwrap();
    let app = TestAppBuilder { proxies, ..TestAppBuilder::default() }.with_practice(&nowhere).await;
    let link = crate::support::browser::target(app.link.as_ref().unwrap());
    let browser = Browser::of(&app);
    let request = browser.request(Method::GET, &link).header("x-forwarded-for", "192.0.2.1");
    assert_eq!(browser.send(request, Body::empty()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get(&link).await.status, StatusCode::OK);
}
