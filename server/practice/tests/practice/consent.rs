//! Admin consent.

use practice::PracticeSettings;
use serde_json::json;

use crate::{
    browser::{Browser, REDIRECT_URI, claims, fields, parameter, refused},
    test_client::{TestClient, small},
};

fn url(browser: &Browser<'_>, path: &str) -> String {
    let query = [
        ("client_id", browser.client.practice.client_id.as_str()),
        ("scope", "https://graph.microsoft.com/.default"),
        ("redirect_uri", REDIRECT_URI),
        ("state", "st at/e&1"),
    ];
    browser.url(&format!("{path}?{}", fields(&query)))
}

#[tokio::test]
async fn accepting_grants_all_permissions_that_the_app_needs() {
    for path in ["v2.0/adminconsent", "adminconsent"] {
        let client = TestClient::start(PracticeSettings { grant: vec!["User.Read"], ..small() }).await;
        let browser = Browser::new(&client);
        let scp = async || {
            let tokens = browser.tokens("administrator", &[("prompt", "login")]).await;
            claims(&tokens["access_token"])["scp"].as_str().unwrap().to_owned()
        };
        assert!(!scp().await.contains("Policy.ReadWrite.AuthenticationMethod"));
        let page = browser.get(&url(&browser, path)).await;
        let back = browser.press(page, "answer=accept").await;
        assert_eq!(parameter(&back, "admin_consent").as_deref(), Some("True"));
        assert_eq!(parameter(&back, "tenant"), Some(client.practice.tenant_id.clone()));
        assert_eq!(parameter(&back, "state").as_deref(), Some("st at/e&1"));
        assert!(scp().await.contains("Policy.ReadWrite.AuthenticationMethod"));
        let (_, app) = client.token_request(&[]).await;
        let roles = claims(&app["access_token"])["roles"].clone();
        assert!(roles.as_array().unwrap().contains(&json!("User.Read.All")), "{roles}");
    }
}

#[tokio::test]
async fn an_administrator_may_cancel() {
    let client = TestClient::start(PracticeSettings { grant: vec!["User.Read"], ..small() }).await;
    let browser = Browser::new(&client);
    let page = browser.get(&url(&browser, "v2.0/adminconsent")).await;
    let back = browser.press(page, "answer=cancel").await;
    assert_eq!(parameter(&back, "error").as_deref(), Some("permission_denied"));
    assert!(parameter(&back, "admin_consent").is_none());
    let page = browser.get(&url(&browser, "adminconsent")).await;
    assert_eq!(
        refused(&browser.press(page, "answer=cancel").await),
        ("consent_required".into(), "65004".into())
    );
}

#[tokio::test]
async fn consent_redirects_to_registered_uris_only() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let elsewhere = url(&browser, "v2.0/adminconsent").replace("localhost", "evil.example");
    let page = browser.get(&elsewhere).await;
    assert_eq!(page.status(), 400);
    assert!(page.text().await.unwrap().contains("AADSTS50011"));
}
