//! Signing in: roles, cookies and redirects.

use app::api::access::Role;
use http::StatusCode;
use server::config::{Access, SelfService};

use crate::support::{
    browser::{Browser, parameter, with},
    test_app::{TestApp, TestAppBuilder},
};

#[tokio::test]
async fn the_role_follows_from_the_id_token() {
    let app = TestApp::organisation().await;
    let parts = [
        ("administrator", Role::Administrator, 200),
        ("reader", Role::Administrator, 200),
        ("enduser", Role::EndUser, 403),
    ];
    for (who, role, page) in parts {
        let browser = Browser::signed_in(&app, who).await;
        let user = browser.about().await.user;
        assert_eq!((user.role, user.operator), (role, false), "{who}");
        assert!(!user.name.is_empty() && user.upn.contains('@'), "{user:?}");
        assert_eq!(browser.get("/").await.status, page, "{who}");
        assert_eq!(browser.list().await.status, page, "{who}");
    }
}

#[tokio::test]
async fn a_user_who_is_not_assigned_to_the_app_is_told_whom_to_ask() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    let answer = browser.sign_in("outsider").await;
    assert_eq!(answer.location(), "/sign-in");
    assert!(browser.cookie("session").is_none());
    let problem = browser.about().await.problem.unwrap();
    assert!(problem.contains("not assigned") && problem.contains("Users and groups"), "{problem}");
}

#[tokio::test]
async fn without_a_session_a_page_leads_to_microsoft() {
    let app = TestApp::organisation().await;
    let page = Browser::of(&app).get("/settings").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.body.contains("/auth/sign-in?return=%2Fsettings"), "{}", page.body);
}

#[tokio::test]
async fn over_http_the_cookies_are_http_only_and_same_site() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    let begun = browser.get("/auth/sign-in").await.cookies();
    let cookies = [begun, browser.sign_in("administrator").await.cookies()].concat();
    let shape = |cookie: &String| {
        let (name, rest) = cookie.split_once('=').unwrap();
        let (_, attributes) = rest.split_once(';').unwrap();
        format!("{}=…;{attributes}", any_window(name))
    };
    assert_eq!(
        cookies.iter().map(shape).collect::<Vec<_>>(),
        [
            "token-inventory-sign-in-3000=…; HttpOnly; SameSite=Lax; Path=/; Max-Age=600",
            "token-inventory-session-3000=…; HttpOnly; SameSite=Lax; Path=/",
            "token-inventory-sign-in-3000=…; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
        ]
    );
}

/// The name of the cookie of a pending sign-in, whichever window it belongs to.
fn any_window(name: &str) -> String {
    ["-1", "-2", "-3"].iter().fold(name.to_owned(), |name, window| {
        name.replace(&format!("sign-in{window}-3000"), "sign-in-3000")
            .replace(&format!("__Host-token-inventory-sign-in{window}"), "__Host-token-inventory-sign-in")
    })
}

#[tokio::test]
async fn over_https_they_are_bound_to_the_host() {
    let app = TestAppBuilder::https().with_organisation(Access::Application).await;
    let browser = Browser::of(&app);
    let begun = browser.get("/auth/sign-in").await;
    let answer = browser.sign_in("administrator").await;
    assert_eq!(answer.location(), "/");
    for (cookie, word) in [begun.cookies(), answer.cookies()].concat().iter().zip(["sign-in", "session"]) {
        let cookie = any_window(cookie);
        assert!(cookie.starts_with(&format!("__Host-token-inventory-{word}=")), "{cookie}");
        assert!(cookie.contains("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{cookie}");
    }
    assert_eq!(browser.list().await.status, 200);
}

#[tokio::test]
async fn each_sign_in_issues_a_new_session_id_and_invalidates_the_old_one() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let old = browser.cookie("session").unwrap();
    browser.sign_in_from("?choose=true", "administrator").await;
    let new = browser.cookie("session").unwrap();
    assert_ne!(old, new);
    assert_eq!(browser.list().await.status, 200);
    browser.set_cookie("session", &old);
    assert_eq!(browser.list().await.status, 401);
}

#[tokio::test]
async fn a_planted_session_id_does_not_become_a_session() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    browser.set_cookie("session", "planted");
    browser.sign_in("administrator").await;
    assert_ne!(browser.cookie("session").unwrap(), "planted");
    browser.set_cookie("session", "planted");
    assert_eq!(browser.list().await.status, 401);
}

#[tokio::test]
async fn the_authorize_request_has_pkce_and_the_least_scopes() {
    let self_service = SelfService { delegated: false, ..SelfService::default() };
    let builder = TestAppBuilder { self_service, ..TestAppBuilder::default() };
    let app = builder.with_organisation(Access::Application).await;
    let url = Browser::of(&app).begin("").await;
    let said = |name| parameter(&url, name);
    assert_eq!(said("response_type").as_deref(), Some("code"));
    assert_eq!(said("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(said("redirect_uri").as_deref(), Some("http://localhost:3000/auth/callback"));
    assert_eq!(said("scope").as_deref(), Some("openid profile offline_access"));
    assert!(said("state").unwrap().len() >= 43 && said("nonce").unwrap().len() >= 43, "{url}");
    assert_eq!(said("client_secret"), None);
    let again = Browser::of(&app).begin("").await;
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(said(name), parameter(&again, name), "{name}");
    }
}

#[tokio::test]
async fn users_return_to_the_page_that_they_came_from() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    for (asked, page) in [("%2Fsettings", "/settings"), ("%2F%3Fstatus%3Dassigned", "/?status=assigned")] {
        let answer = browser.sign_in_from(&format!("?choose=true&return={asked}"), "administrator").await;
        assert_eq!(answer.location(), page);
    }
}

#[tokio::test]
async fn no_sign_in_redirects_to_another_site() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app);
    let start = browser.begin("").await.join("/").unwrap();
    for evil in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/x/..//evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "/auth/sign-in?return=/",
        "/\r\nSet-Cookie: a=b",
        "/\u{1}/evil.example",
    ] {
        let query = with(&start, "choose", "true");
        let query = with(&query, "return", evil);
        let answer = browser.sign_in_from(&format!("?{}", query.query().unwrap()), "administrator").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"), "{evil}");
    }
    // A path with encoded control characters is a path of this server.
    let query = with(&with(&start, "choose", "true"), "return", "/%09//evil.example");
    let answer = browser.sign_in_from(&format!("?{}", query.query().unwrap()), "administrator").await;
    assert_eq!(app.public_url.join(answer.location()).unwrap().origin(), app.public_url.origin());
}

#[tokio::test]
async fn a_sign_in_under_another_host_name_is_redirected_to_the_public_url() {
    let app = TestApp::organisation().await;
    let browser = Browser::of(&app).with_host("127.0.0.1:3000");
    let answer = browser.get("/auth/sign-in?return=%2Fsettings").await;
    assert_eq!(answer.location(), "http://localhost:3000/auth/sign-in?return=%2Fsettings&redirected=true");
    assert!(answer.cookies().is_empty(), "a cookie would not be sent to the public URL");
    assert_eq!(app.stats().await["authorizeRequests"], 0);
}

#[tokio::test]
async fn a_user_of_the_practice_tenant_signs_in_as_somebody_else_and_back() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    assert_eq!(browser.about().await.user.role, Role::Administrator);
    browser.sign_in("enduser").await;
    assert_eq!(browser.about().await.user.role, Role::EndUser);
    browser.sign_in_from("?choose=true", "administrator").await;
    let user = browser.about().await.user;
    assert_eq!(user.role, Role::Administrator);
    assert!(!user.upn.is_empty());
}

#[tokio::test]
async fn a_proxy_that_replaces_the_host_leads_to_a_page_that_names_it() {
    let app = TestAppBuilder::https().with_organisation(Access::Application).await;
    let proxied = Browser::of(&app).with_host("localhost:3000");
    let first = proxied.get("/auth/sign-in?return=%2Faudit").await;
    let again = first.location().strip_prefix("https://tokens.example").unwrap().to_owned();
    let second = proxied.get(&again).await;
    assert_eq!(second.status, StatusCode::MISDIRECTED_REQUEST, "no endless redirect");
    for word in ["Host: localhost:3000", "PUBLIC_URL", "https://tokens.example", "proxy_set_header Host"] {
        assert!(second.body.contains(word), "{}", second.body);
    }
    let arrived = Browser::of(&app).with_host("tokens.example:443").get(&again).await;
    assert_eq!(arrived.status, StatusCode::SEE_OTHER, "the usual port is no other host: {}", arrived.body);
    assert!(arrived.location().contains("/oauth2/v2.0/authorize"), "{}", arrived.location());
}
