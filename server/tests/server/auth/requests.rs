//! The form that a call of a server function must have.

use axum::body::Body;
use http::{Method, header};
use serde_json::{Value, json};
use token_core::error::ServiceError;

use crate::support::{
    browser::{Browser, TestResponse, changes},
    test_app::TestApp,
};

const LIST: &str = "/api/tokens/list";

/// Posts to a server function, with these headers in addition to `Host`.
async fn post(browser: &Browser, path: &str, headers: &[(&str, &str)], body: &str) -> TestResponse {
    let request = browser.request(Method::POST, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    browser.send(request, body.to_owned()).await
}

fn is_invalid(answer: &TestResponse) {
    assert!(matches!(answer.error(), ServiceError::Invalid { .. }), "{}", answer.body);
}

#[tokio::test]
async fn a_call_that_does_not_exist_is_not_found() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    for path in ["/api/", "/api/tokens", "/api/tokens/list/", "/api/tokens/purge", "/api//tokens/list"] {
        let answer = browser.call(path, json!({})).await;
        assert_eq!(answer.status, 404, "{path}");
        is_invalid(&answer);
    }
}

#[tokio::test]
async fn a_path_of_two_slashes_names_no_host_and_no_page() {
    let app = TestApp::practice().await;
    for path in ["//evil.example/import", "//[", "//:99999/x", "//", "/import//"] {
        let answer = Browser::of(&app).get(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert!(answer.body.contains("Page not found"), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn no_server_function_is_called_by_get() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    for (path, _) in app::api::access::ACCESS {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 405, "{path}");
        is_invalid(&answer);
    }
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn calls_carry_json_and_nothing_that_a_form_could_send() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""] {
        let headers = [("sec-fetch-site", "same-origin"), ("content-type", kind)];
        let answer = post(&browser, LIST, &headers, "{\"after\":null}").await;
        assert_eq!(answer.status, 415, "{kind}");
        is_invalid(&answer);
    }
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn another_sites_page_cannot_write() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    let json = ("content-type", "application/json");
    let foreign: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site"), json],
        &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:3000"), json],
        &[("origin", "http://localhost:3001"), json],
        &[("origin", "null"), json],
        &[json],
    ];
    for headers in foreign {
        let answer = post(&browser, LIST, headers, "{\"after\":null}").await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    assert_eq!(app.graph_requests().await, 0);
    let own = [("origin", "http://localhost:3000"), json];
    assert_eq!(post(&browser, LIST, &own, "{\"after\":null}").await.status, 200);
}

#[tokio::test]
async fn another_host_name_is_refused() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app).with_host("evil.example:3000");
    assert_eq!(browser.get("/").await.status, 421);
    assert_eq!(browser.list().await.status, 421);
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn an_id_that_is_no_guid_is_not_sent_to_graph() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    let guid = "00000000-0000-4000-8000-000000000001";
    let item = |token: &str, user: &str| json!([{ "token": token, "user": user, "code": "123456" }]);
    for odd in ["../policies", "a", "", "00000000-0000-4000-8000-00000000000g", "$batch"] {
        let calls: [(&str, Value); 7] = [
            ("/api/users/by_id", json!({ "ids": [odd] })),
            ("/api/users/holdings", json!({ "users": [odd] })),
            ("/api/tokens/apply", json!({ "changes": changes("assign", &item(odd, guid)) })),
            ("/api/tokens/apply", json!({ "changes": changes("assign", &item(guid, odd)) })),
            ("/api/tokens/apply", json!({ "changes": changes("assign_and_activate", &item(guid, odd)) })),
            ("/api/tokens/apply", json!({ "changes": changes("activate", &item(odd, guid)) })),
            ("/api/tokens/apply", json!({ "changes": changes("activate", &item(guid, odd)) })),
        ];
        for (path, body) in calls {
            let answer = browser.call(path, body).await;
            assert_eq!(answer.status, 422, "{path} {odd}: {}", answer.body);
            is_invalid(&answer);
            assert!(odd.is_empty() || odd == "a" || !answer.body.contains(odd), "{}", answer.body);
        }
    }
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn a_next_link_outside_graph_is_refused() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    let base = &app.practice.base_url;
    for after in
        ["http://evil.example/beta/x", &format!("{base}beta/users"), &format!("{base}practice/credentials")]
    {
        let answer = browser.call(LIST, json!({ "after": after })).await;
        assert_eq!(answer.status, 422, "{after}: {}", answer.body);
    }
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn a_request_body_has_a_size_limit() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    let request = browser
        .request(Method::POST, LIST)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/json");
    let answer = browser.send(request, Body::from(vec![b' '; 2 * 1024 * 1024])).await;
    assert!(!answer.status.is_success(), "{}", answer.status);
}

#[test]
fn an_internal_error_names_a_reference_and_not_its_cause() {
    let internal = || ServiceError::Internal { reference: "the cause".to_owned() };
    let references = [(); 2].map(|()| match app::api::services::with_reference(internal()) {
        ServiceError::Internal { reference } => reference,
        other => panic!("{other:?}"),
    });
    assert_ne!(references[0], references[1]);
    for reference in references {
        assert!(reference.len() == 12 && reference.chars().all(|c| c.is_ascii_hexdigit()), "{reference}");
    }
    assert_eq!(app::api::services::with_reference(ServiceError::StepUp), ServiceError::StepUp);
}
