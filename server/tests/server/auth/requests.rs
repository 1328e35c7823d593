//! The form that a call of a server function must have.

use http::Method;
use serde_json::{Value, json};
use token_core::error::ServiceError;
use url::Url;

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
    let app = TestApp::organisation().await;
    for person in [
        Browser::of(&app),
        Browser::signed_in(&app, "enduser").await,
        Browser::signed_in(&app, "administrator").await,
    ] {
        assert_eq!(person.call("/api/tokens/none", json!({})).await.status, 404);
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
    for path in ["/", "/import", "/practice/sample.csv", "/pkg/token-inventory.css"] {
        assert_eq!(browser.get(path).await.status, 421, "{path}");
    }
    let answer = browser.list().await;
    assert_eq!(answer.status, 421);
    assert!(answer.body.contains("PUBLIC_URL"), "{}", answer.body);
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn the_health_check_does_not_call_graph() {
    let app = TestApp::practice().await;
    assert_eq!(Browser::of(&app).get("/healthz").await.status, 200);
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

/// Calls with input that no page sends: what is wrong with it, the path, and the arguments.
fn malformed(practice: &Url) -> Vec<(&'static str, &'static str, Value)> {
    const APPLY: &str = "/api/tokens/apply";
    let guid = "11111111-1111-4111-8111-111111111111";
    let change = |kind: &str, items: Value| json!({ "changes": changes(kind, &items) });
    let item = |token: &str, user: &str| json!({ "token": token, "user": user, "code": "123456" });
    let coded = |code: &str| json!([{ "token": guid, "user": guid, "code": code }]);
    let renamed = |token: &str, name: &str| json!([{ "token": token, "name": name }]);
    let token = |field: &str, value: Value| {
        let mut token = json!({ "serial": "1", "manufacturer": "Token2", "model": "C202", "seed": SEED,
            "interval": 30, "hash": "Sha1" });
        token[field] = value;
        token
    };
    let many = |count: usize, item: Value| Value::Array(vec![item; count]);
    let pages = "beta/directory/authenticationMethodDevices/hardwareOathDevices";
    vec![
        ("a token that climbs", APPLY, change("assign", json!([item("../../users", guid)]))),
        ("a user with a query", APPLY, change("assign", json!([item(guid, &format!("{guid}?$select=*"))]))),
        ("a token of a serial number", APPLY, change("unassign", json!([item("1", guid)]))),
        ("a user that is a name", APPLY, change("unassign", json!([item(guid, "ann@contoso.com")]))),
        ("a token that climbs", APPLY, change("deactivate", json!([item(&format!("{guid}/../x"), guid)]))),
        ("a user that is me", APPLY, change("deactivate", json!([item(guid, "me")]))),
        ("a token that climbs", APPLY, change("delete", json!(["../../users"]))),
        ("a token of a serial number", APPLY, change("delete", json!([guid, "0040159855"]))),
        ("a token with a query", APPLY, change("rename", renamed(&format!("{guid}?x=1"), "Desk"))),
        ("a code of letters", APPLY, change("activate", coded("12345x"))),
        ("a code of seven digits", APPLY, change("assign_and_activate", coded("1234567"))),
        ("a name of two lines", APPLY, change("rename", renamed(guid, "a\nb"))),
        ("a name without end", APPLY, change("rename", renamed(guid, &"a".repeat(5_000)))),
        ("an interval of 45", APPLY, change("create", json!([token("interval", 45.into())]))),
        ("no seed", APPLY, change("create", json!([token("seed", format!("{SEED}-0189").into())]))),
        ("an empty serial", APPLY, change("create", json!([token("serial", " ".into())]))),
        ("a maker of two lines", APPLY, change("create", json!([token("manufacturer", "a\nb".into())]))),
        ("fields of Graph", APPLY, change("create", json!([{ "serialNumber": "1", "secretKey": SEED }]))),
        ("too many creations", APPLY, change("create", many(101, token("serial", "1".into())))),
        ("too many to unassign", APPLY, change("unassign", many(101, item(guid, guid)))),
        ("too many to deactivate", APPLY, change("deactivate", many(101, item(guid, guid)))),
        ("too many to delete", APPLY, change("delete", many(101, guid.into()))),
        ("too many to rename", APPLY, change("rename", many(101, json!({ "token": guid, "name": "Desk" })))),
        ("a user that is a name", "/api/users/by_id", json!({ "ids": ["ann@contoso.com"] })),
        ("a user that is me", "/api/users/holdings", json!({ "users": ["me"] })),
        ("a token with a quote", "/api/tokens/by_id", json!({ "ids": [format!("{guid}'")] })),
        ("an empty serial", "/api/tokens/by_serial", json!({ "serials": [" "] })),
        ("too many tokens", "/api/tokens/by_id", json!({ "ids": many(101, guid.into()) })),
        ("too many lists", "/api/users/holdings", json!({ "users": many(101, guid.into()) })),
        ("too many people", "/api/users/by_id", json!({ "ids": many(301, guid.into()) })),
        ("too many names", "/api/users/by_upn", json!({ "upns": many(301, "ann@contoso.com".into()) })),
        ("a next page elsewhere", LIST, json!({ "after": "https://evil.example/beta/directory" })),
        ("a next page of users", LIST, json!({ "after": format!("{practice}v1.0/users") })),
        (
            "a next page elsewhere",
            "/api/users/search",
            json!({ "text": "ann", "after": "https://evil.example/v1.0/users" }),
        ),
        (
            "a next page of tokens",
            "/api/users/search",
            json!({ "text": "ann", "after": format!("{practice}{pages}") }),
        ),
        ("a search without end", "/api/users/search", json!({ "text": "a".repeat(5_000), "after": null })),
    ]
}

/// A made-up seed.
const SEED: &str = "MADEUPSEEDMADEUPSEEDMADEUPSEEDAA";

#[tokio::test]
async fn malformed_input_is_not_sent_to_graph_and_no_seed_is_repeated() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    for (what, path, body) in malformed(&app.practice.base_url) {
        let answer = browser.call(path, body).await;
        assert_eq!(answer.status, 422, "{path}, {what}: {}", answer.body);
        assert!(!answer.body.contains(SEED), "{path}, {what}: {}", answer.body);
    }
    let headers = [("sec-fetch-site", "same-origin"), ("content-type", "application/json")];
    assert_eq!(post(&browser, "/api/tokens/apply", &headers, "{\"changes\":[").await.status, 422);
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn a_request_body_has_a_size_limit() {
    let app = TestApp::practice().await;
    let browser = Browser::of(&app);
    let names = json!({ "upns": ["a".repeat(1024 * 1024)] });
    assert_eq!(browser.call("/api/users/by_upn", names).await.status, 413);
    assert_eq!(app.graph_requests().await, 0);
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
