//! The token endpoint, and the use of its access tokens.

use http::Method;
use serde_json::Value;

use crate::test_client::{TestClient, answer};

async fn refusal(other: &[(&str, &str)]) -> (u16, String, u64) {
    let (status, body) = TestClient::small().await.token_request(other).await;
    let number = body["error_codes"][0].as_u64().unwrap();
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
    for field in ["timestamp", "trace_id", "correlation_id", "error_uri"] {
        assert!(body[field].is_string(), "{field} is missing");
    }
    (status, body["error"].as_str().unwrap().to_owned(), number)
}

#[tokio::test]
async fn issues_an_access_token_for_the_app() {
    let (status, token) = TestClient::small().await.token_request(&[]).await;
    assert_eq!(status, 200);
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 3599);
    assert_eq!(token["access_token"].as_str().unwrap().split('.').count(), 3);
    assert!(token["refresh_token"].is_null());
}

#[tokio::test]
async fn refuses_a_wrong_or_missing_secret() {
    let wrong = refusal(&[("client_secret", "guess")]).await;
    assert_eq!(wrong, (401, "invalid_client".into(), 7000215));
    let missing = refusal(&[("client_secret", "")]).await;
    assert_eq!(missing, (401, "invalid_client".into(), 7000218));
}

#[tokio::test]
async fn refuses_an_unknown_app_and_an_unknown_tenant() {
    let unknown_id = "00000000-0000-4000-8000-000000000000";
    assert_eq!(refusal(&[("client_id", unknown_id)]).await, (400, "unauthorized_client".into(), 700016));
    assert_eq!(refusal(&[("tenant", unknown_id)]).await, (400, "invalid_request".into(), 90002));
    assert_eq!(refusal(&[("tenant", "nonsense")]).await, (400, "invalid_request".into(), 900023));
}

#[tokio::test]
async fn accepts_the_scope_of_official_clients() {
    let (status, _) =
        TestClient::small().await.token_request(&[("scope", "https://graph.microsoft.com/.default")]).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn ignores_the_words_of_openid_connect_in_an_apps_scope() {
    let graph = "https://graph.microsoft.com/.default";
    let scope = format!("openid profile offline_access {graph}");
    assert_eq!(TestClient::small().await.token_request(&[("scope", &scope)]).await.0, 200);
    for wrong in ["openid profile", &format!("{graph} {graph}"), &format!("{graph} User.Read.All")] {
        assert_eq!(refusal(&[("scope", wrong)]).await, (400, "invalid_scope".into(), 70011), "{wrong}");
    }
}

#[tokio::test]
async fn refuses_a_scope_of_another_host_and_another_grant() {
    let scope = "https://graph.microsoft.us/.default";
    assert_eq!(refusal(&[("scope", scope)]).await, (400, "invalid_scope".into(), 70011));
    assert_eq!(refusal(&[("grant_type", "password")]).await, (400, "unsupported_grant_type".into(), 70003));
    assert_eq!(refusal(&[("grant_type", "")]).await, (400, "invalid_request".into(), 900144));
}

#[tokio::test]
async fn refuses_a_body_that_is_not_form_encoded() {
    let client = TestClient::small().await;
    let url = format!("{}{}/oauth2/v2.0/token", client.practice.base_url, client.practice.tenant_id);
    let (status, body) = answer(client.http.post(url).json(&Value::Null)).await.unwrap();
    assert_eq!((status, &body["error_codes"][0]), (400, &9002313.into()));
}

#[tokio::test]
async fn graph_rejects_other_tokens() {
    let client = TestClient::small().await;
    let url = format!("{}v1.0/users", client.practice.base_url);
    let requests = [
        client.http.get(&url),
        client.http.get(&url).bearer_auth("nonsense"),
        client.http.get(&url).bearer_auth(format!("{}x", client.access)),
        client.http.get(&url).basic_auth("a", Some("b")),
    ];
    for request in requests {
        let (status, body) = answer(request).await.unwrap();
        assert_eq!((status, &body["error"]["code"]), (401, &"InvalidAuthenticationToken".into()));
    }
}

#[tokio::test]
async fn every_answer_has_the_request_ids_of_graph_and_of_the_client() {
    let client = TestClient::small().await;
    for path in ["v1.0/users", "v1.0/nothing"] {
        let request = client.request(Method::GET, path).header("client-request-id", "mine");
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["client-request-id"], "mine");
        let id = response.headers()["request-id"].to_str().unwrap().to_owned();
        let body: Value = response.json().await.unwrap();
        if let Some(inner) = body["error"].get("innerError") {
            assert_eq!((&inner["request-id"], &inner["client-request-id"]), (&id.into(), &"mine".into()));
            assert!(!inner["date"].as_str().unwrap().ends_with('Z'));
        }
    }
}

#[tokio::test]
async fn the_root_page_describes_the_practice_tenant() {
    let client = TestClient::small().await;
    let page = client.http.get(client.practice.base_url.clone()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("practice tenant"));
}
