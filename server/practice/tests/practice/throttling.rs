//! The headers of throttling over HTTP, and the statistics of each token.

use http::Method;
use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::test_client::{DEVICES, TestClient, device, methods, small, usual_code};

#[tokio::test]
async fn requests_wait_whole_seconds_and_items_of_batches_decimals() {
    let client =
        TestClient::start(PracticeSettings { throttle_rate: 1.0, retry_after_seconds: 0.249, ..small() })
            .await;
    let response = client.request(Method::GET, "v1.0/users").send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["Retry-After"]),
        (429, &"1".parse().unwrap())
    );
    let client =
        TestClient::start(PracticeSettings { throttle_rate: 0.5, retry_after_seconds: 0.249, ..small() })
            .await;
    let requests: Vec<_> = (0..20)
        .map(|n| json!({ "id": n.to_string(), "method": "GET", "url": format!("/users?$top={}", n + 1) }))
        .collect();
    let body = json!({ "requests": requests });
    let mut answer = client.post("v1.0/$batch", body.clone()).await;
    while answer.0 == 429 {
        answer = client.post("v1.0/$batch", body.clone()).await;
    }
    let responses = answer.1["responses"].as_array().unwrap();
    let throttled: Vec<_> = responses.iter().filter(|response| response["status"] == 429).collect();
    assert!(!throttled.is_empty() && throttled.iter().all(|item| item["headers"]["Retry-After"] == "0.249"));
}

#[tokio::test]
async fn answers_carry_the_used_share_and_stats_the_priorities() {
    let client =
        TestClient::start(PracticeSettings { write_budget: 1, throttle_headers: true, ..small() }).await;
    let write = |serial: &str| {
        let request = client.request(Method::POST, DEVICES).json(&device(serial));
        request.header("x-ms-throttle-priority", "High").send()
    };
    assert_eq!(write("T-1").await.unwrap().headers()["x-ms-throttle-limit-percentage"], "1.00");
    let refused = write("T-2").await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["x-ms-throttle-limit-percentage"], "1.80");
    let scope = refused.headers()["x-ms-throttle-scope"].to_str().unwrap();
    assert!(scope.ends_with(&format!("/{}/{}", client.practice.client_id, client.practice.tenant_id)));
    assert_eq!(client.stats().await["throttlePriority"], json!({ "low": 0, "high": 2 }));
}

#[tokio::test]
async fn stats_tell_the_writes_of_each_token() {
    let client = TestClient::small().await;
    let (id, user) = (client.create("T-1").await, client.free_user().await);
    let activate = json!({ "device": { "id": id }, "verificationCode": usual_code() });
    let path = format!("{}/assignAndActivate", methods(&user));
    assert_eq!(client.post(&path, activate.clone()).await.0, 204);
    assert_eq!(client.post(&path, activate).await.0, 409, "refused writes are not told");
    let tokens = client.get("practice/stats/tokens").await.1;
    assert_eq!(
        tokens,
        json!({ "T-1": { "created": 1, "activated": 1, "writes": ["create", "assignAndActivate"], "lost": [] } })
    );
    let stats = client.stats().await;
    assert_eq!([&stats["lost"], &stats["createdTwice"], &stats["activatedTwice"]], [0, 0, 0]);
    assert_eq!(client.post("practice/stats/reset", Value::Null).await.0, 204);
    assert_eq!(client.get("practice/stats/tokens").await.1, json!({}));
}
