//! Whose run it is: nobody adds rows to somebody else's.

use serde_json::{Value, json};
use token_core::error::ServiceError;

use crate::support::{
    browser::{Browser, TestResponse, changes},
    device::new_token,
    test_app::TestApp,
};

const RUN: &str = "12345678-1234-4123-8123-123456789abc";

async fn create(browser: &Browser, serial: &str, run: &str) -> TestResponse {
    let changes: Value = changes("create", &json!([new_token(serial)]));
    let run = json!({ "id": run, "rows": [1], "size": 1 });
    browser.call("/api/tokens/apply", json!({ "changes": changes, "run": run })).await
}

#[tokio::test]
async fn a_run_accepts_rows_of_the_person_who_began_it() {
    let app = TestApp::organisation().await;
    let one = Browser::signed_in(&app, "administrator").await;
    let other = Browser::signed_in(&app, "reader").await;
    for serial in ["RUN-1", "RUN-2"] {
        assert_eq!(create(&one, serial, RUN).await.status, 200);
    }
    let before = app.graph_requests().await;
    let refusal = create(&other, "RUN-3", RUN).await;
    assert!(matches!(refusal.error(), ServiceError::Invalid { .. }), "{}", refusal.body);
    assert_eq!(app.graph_requests().await, before);
    assert_eq!(create(&other, "RUN-3", &RUN.replace("1234-4", "1235-4")).await.status, 200);
    let again = Browser::signed_in(&app, "administrator").await;
    assert_eq!(create(&again, "RUN-4", RUN).await.status, 200, "in another session of the same user");
}
