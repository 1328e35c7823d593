//! Errors of the authorize endpoint: on a page until the redirect URI is validated, then as a redirect.

use practice::PracticeSettings;

use crate::{
    browser::{Browser, location, refused},
    test_client::{TestClient, small},
};

async fn answer_to(other: &[(&str, &str)]) -> (String, String) {
    let client = TestClient::small().await;
    refused(&Browser::new(&client).authorize(other).await)
}

fn is(error: &str, number: u32) -> (String, String) {
    (error.to_owned(), number.to_string())
}

#[tokio::test]
async fn nothing_is_sent_to_an_unregistered_uri() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let elsewhere = [
        "https://evil.example/",
        "http://localhost.evil.example/",
        "http://user@localhost/",
        "http://localhost/#x",
        "https://localhost/",
        "http://192.168.1.7/",
        "javascript:alert(1)",
        "nonsense",
    ];
    for uri in elsewhere {
        let page = browser.authorize(&[("redirect_uri", uri)]).await;
        assert_eq!(page.status(), 400, "{uri}");
        assert!(page.headers().get("location").is_none());
        assert!(page.text().await.unwrap().contains("AADSTS50011"), "{uri}");
    }
    let page = browser.authorize(&[("redirect_uri", "")]).await;
    assert!(page.text().await.unwrap().contains("AADSTS900144"));
}

#[tokio::test]
async fn any_loopback_uri_is_registered_and_others_by_a_flag() {
    let uri = "https://tokens.example/signed-in";
    let client = TestClient::start(PracticeSettings { redirect_uris: vec![uri.to_owned()], ..small() }).await;
    let browser = Browser::new(&client);
    for registered in ["http://localhost/", "http://127.0.0.1:1/a/b?c=d", "http://[::1]:3000/x", uri] {
        assert_eq!(browser.authorize(&[("redirect_uri", registered)]).await.status(), 200, "{registered}");
    }
    let other = format!("{uri}/more");
    assert_eq!(browser.authorize(&[("redirect_uri", &other)]).await.status(), 400);
}

#[tokio::test]
async fn an_unknown_tenant_or_app_gets_a_page() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let stranger = "00000000-0000-4000-8000-000000000000";
    let url = browser.authorize_url(&[]).replace(&client.practice.tenant_id, stranger);
    for (url, number) in [
        (url.clone(), "AADSTS90002"),
        (url.replace(stranger, "common"), "AADSTS50194"),
        (browser.authorize_url(&[("client_id", stranger)]), "AADSTS700016"),
        (browser.authorize_url(&[("client_id", "")]), "AADSTS900144"),
    ] {
        let page = browser.get(&url).await;
        assert_eq!(page.status(), 400);
        assert!(page.text().await.unwrap().contains(number), "{number}");
    }
}

#[tokio::test]
async fn an_invalid_parameter_is_an_error_redirect() {
    let cases: [(&str, &str, (String, String)); 12] = [
        ("response_type", "token", is("unsupported_response_type", 700054)),
        ("response_type", "", is("invalid_request", 900144)),
        ("response_mode", "pigeon", is("invalid_request", 70007)),
        ("scope", "", is("invalid_request", 900144)),
        ("scope", "openid God.ReadWrite.All", is("invalid_scope", 70011)),
        ("scope", "https://graph.microsoft.us/.default", is("invalid_scope", 70011)),
        ("code_challenge", "", is("invalid_request", 900144)),
        ("code_challenge", "short", is("invalid_request", 501491)),
        ("code_challenge_method", "plain", is("invalid_request", 9002313)),
        ("code_challenge_method", "", is("invalid_request", 9002313)),
        ("prompt", "please", is("invalid_request", 90023)),
        ("claims", "{", is("invalid_request", 9002313)),
    ];
    for (name, value, expected) in cases {
        assert_eq!(answer_to(&[(name, value)]).await, expected, "{name}={value}");
    }
}

#[tokio::test]
async fn errors_use_the_response_mode() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let back = browser.authorize(&[("response_mode", "fragment"), ("prompt", "none")]).await;
    let fragment = location(&back).fragment().unwrap().to_owned();
    assert!(fragment.contains("error=login_required") && fragment.contains("state="), "{fragment}");
    let page = browser.authorize(&[("response_mode", "form_post"), ("prompt", "none")]).await;
    assert!(page.text().await.unwrap().contains("value=\"login_required\""));
}

#[tokio::test]
async fn a_user_may_refuse_and_may_have_no_access() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    assert_eq!(refused(&browser.choose("refuse", &[]).await), is("access_denied", 65004));
    assert_eq!(refused(&browser.choose("outsider", &[]).await), is("access_denied", 50105));
    assert_eq!(refused(&browser.authorize(&[]).await), is("access_denied", 50105), "signed in all the same");
}

#[tokio::test]
async fn only_test_users_can_be_chosen() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    for wrong in ["nobody", ""] {
        let page = browser.choose(wrong, &[]).await;
        assert_eq!(page.status(), 400);
    }
}

#[tokio::test]
async fn a_permission_that_nobody_granted_needs_consent() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let scope = "openid https://graph.microsoft.com/Policy.Read.All";
    let back = browser.choose("administrator", &[("scope", scope)]).await;
    assert_eq!(refused(&back), is("consent_required", 65001));
    assert_eq!(
        refused(&browser.authorize(&[("scope", scope), ("prompt", "none")]).await),
        is("consent_required", 65001)
    );
}
