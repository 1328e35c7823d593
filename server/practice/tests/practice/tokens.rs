//! Codes and refresh tokens: the three issued tokens, their claims, and each error.

use http::header;
use practice::PracticeSettings;
use serde_json::{Value, json};

use crate::{
    browser::{Browser, REDIRECT_URI, VERIFIER, claims, denied, fields},
    test_client::{TestClient, answer, now_ms, small},
};

fn is(status: u16, error: &str, number: u64) -> (u16, String, u64) {
    (status, error.to_owned(), number)
}

#[tokio::test]
async fn an_id_token_identifies_the_user() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let tokens = browser.tokens("administrator", &[]).await;
    let id = browser.verified(tokens["id_token"].as_str().unwrap()).await.unwrap();
    let p = &client.practice;
    let now_s = now_ms() / 1000;
    assert_eq!(id["aud"], p.client_id);
    assert_eq!(id["iss"], format!("{}{}/v2.0", p.base_url, p.tenant_id));
    assert_eq!(
        (&id["tid"], &id["ver"], &id["nonce"]),
        (&json!(p.tenant_id), &json!("2.0"), &json!("nonce-1"))
    );
    assert!(id["nbf"].as_u64().unwrap() <= now_s && id["exp"].as_u64().unwrap() > now_s);
    assert_eq!(id["roles"], json!(["TokenInventory.Admin"]));
    let user = client.get(&format!("v1.0/users/{}", id["oid"].as_str().unwrap())).await.1;
    assert_eq!((&id["name"], &id["preferred_username"]), (&user["displayName"], &user["userPrincipalName"]));
    assert_eq!(id["email"], user["mail"]);
    for field in ["sub", "sid", "uti", "login_hint"] {
        assert!(id[field].is_string(), "{field}");
    }
    assert_ne!(id["sub"], id["oid"]);
}

#[tokio::test]
async fn claims_depend_on_scopes_and_roles_on_the_assignment() {
    let client = TestClient::start(PracticeSettings { admin_role: "Chief".to_owned(), ..small() }).await;
    let id = async |who: &str, scope: &str| {
        claims(&Browser::new(&client).tokens(who, &[("scope", scope)]).await["id_token"])
    };
    let bare = id("reader", "openid").await;
    for absent in ["oid", "name", "preferred_username", "email"] {
        assert!(bare[absent].is_null(), "{absent}");
    }
    assert_eq!(bare["roles"], json!(["Chief"]));
    assert!(id("enduser", "openid profile").await["roles"].is_null());
    assert_eq!(client.practice.admin_role, "Chief");
}

#[tokio::test]
async fn tokens_depend_on_scopes() {
    let client = TestClient::small().await;
    let tokens_for = async |scope: &str| Browser::new(&client).tokens("enduser", &[("scope", scope)]).await;
    let all = tokens_for("openid offline_access https://graph.microsoft.com/.default").await;
    assert_eq!((&all["token_type"], &all["expires_in"]), (&json!("Bearer"), &json!(3599)));
    assert!(all["refresh_token"].is_string() && all["id_token"].is_string());
    assert!(all["scope"].as_str().unwrap().contains("https://graph.microsoft.com/User.Read.All"));
    let scp = claims(&all["access_token"])["scp"].clone();
    for name in ["User.Read", "User.Read.All", "Policy.ReadWrite.AuthenticationMethod"] {
        assert!(scp.as_str().unwrap().split(' ').any(|one| one == name), "{scp}");
    }
    for scope in ["User.Read", "https://graph.microsoft.com/User.Read"] {
        let one = tokens_for(scope).await;
        assert!(one["refresh_token"].is_null() && one["id_token"].is_null());
        assert_eq!(
            (&one["scope"], &claims(&one["access_token"])["scp"]),
            (&json!(scope), &json!("User.Read"))
        );
    }
    let own = tokens_for(&format!("{}.default", client.practice.base_url)).await;
    assert!(claims(&own["access_token"])["scp"].as_str().unwrap().contains("User.Read.All"));
}

#[tokio::test]
async fn auth_time_and_client_info_are_sent_on_request() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let requested = r#"{"id_token":{"auth_time":{"essential":true}}}"#;
    let code = browser.code("enduser", &[("claims", requested)]).await;
    let (_, tokens) = browser.redeem(&code, &[("client_info", "1")]).await;
    assert!(claims(&tokens["id_token"])["auth_time"].as_u64().unwrap() <= now_ms() / 1000);
    let info = crate::browser::decoded(tokens["client_info"].as_str().unwrap());
    assert_eq!(
        (&info["uid"], &info["utid"]),
        (&claims(&tokens["id_token"])["oid"], &json!(client.practice.tenant_id))
    );
}

#[tokio::test]
async fn a_code_is_valid_once() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let code = browser.code("enduser", &[]).await;
    assert_eq!(browser.redeem(&code, &[]).await.0, 200);
    assert_eq!(denied(browser.redeem(&code, &[]).await), is(400, "invalid_grant", 54005));
}

#[tokio::test]
async fn a_code_is_valid_for_ten_minutes() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let code = browser.code("enduser", &[]).await;
    browser.test_control("age?seconds=601").await;
    assert_eq!(denied(browser.redeem(&code, &[]).await), is(400, "invalid_grant", 70008));
}

#[tokio::test]
async fn a_code_is_bound_to_verifier_and_redirect_uri() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let code = browser.code("enduser", &[]).await;
    let mismatch = is(400, "invalid_grant", 501481);
    assert_eq!(
        denied(browser.redeem(&code, &[("code_verifier", &VERIFIER.replace('a', "b"))]).await),
        mismatch
    );
    assert_eq!(denied(browser.redeem(&code, &[("code_verifier", "")]).await), mismatch);
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let browser = Browser::new(&client);
    let unbound = browser.code("administrator", &without).await;
    assert_eq!(denied(browser.redeem(&unbound, &[]).await), mismatch, "a verifier without a challenge");
    assert_eq!(browser.redeem(&unbound, &[("code_verifier", "")]).await.0, 200);
    let other = denied(browser.redeem(&code, &[("redirect_uri", "http://localhost:4711/")]).await);
    assert_eq!(other, is(400, "invalid_grant", 50011));
    assert_eq!(denied(browser.redeem("made-up", &[]).await), is(400, "invalid_grant", 9002313));
    assert_eq!(denied(browser.redeem("", &[]).await), is(400, "invalid_request", 900144));
    assert_eq!(browser.redeem(&code, &[]).await.0, 200, "refusals do not use it up");
}

#[tokio::test]
async fn only_the_app_can_redeem_a_code() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let code = browser.code("enduser", &[]).await;
    let wrong = browser.redeem(&code, &[("client_secret", "guess")]).await;
    assert_eq!(denied(wrong), is(401, "invalid_client", 7000215));
    assert_eq!(
        denied(browser.redeem(&code, &[("client_secret", "")]).await),
        is(401, "invalid_client", 7000218)
    );
}

#[tokio::test]
async fn a_page_may_not_redeem_a_code() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let (code, p) = (browser.code("enduser", &[]).await, &client.practice);
    let body = fields(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
        ("client_id", &p.client_id),
        ("client_secret", &p.client_secret),
    ]);
    let request =
        client.http.post(browser.url("oauth2/v2.0/token")).header(header::ORIGIN, "http://localhost:4711");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
    assert_eq!(denied(answer(request).await.unwrap()), is(400, "invalid_request", 9002326));
}

#[tokio::test]
async fn a_refresh_token_gives_new_tokens_and_stays_valid() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let first = browser.tokens("reader", &[]).await;
    let token = first["refresh_token"].as_str().unwrap();
    let (status, second) = browser.refresh(token, &[]).await;
    assert_eq!(status, 200);
    for field in ["access_token", "refresh_token", "id_token"] {
        assert!(second[field].is_string() && second[field] != first[field], "{field}");
    }
    let (before, after) = (claims(&first["id_token"]), claims(&second["id_token"]));
    assert_eq!((&before["oid"], &before["roles"]), (&after["oid"], &after["roles"]));
    assert!(after["nonce"].is_null());
    assert_eq!(browser.refresh(token, &[]).await.0, 200, "the old one keeps working");
    let (_, narrow) = browser.refresh(token, &[("scope", "User.Read")]).await;
    assert_eq!(claims(&narrow["access_token"])["scp"], "User.Read");
}

#[tokio::test]
async fn refresh_tokens_expire_and_can_be_revoked() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let token = async || browser.tokens("reader", &[("prompt", "login")]).await["refresh_token"].clone();
    let ended = is(400, "invalid_grant", 70008);
    let old: Value = token().await;
    browser.test_control("age?seconds=7776000").await;
    assert_eq!(denied(browser.refresh(old.as_str().unwrap(), &[]).await), ended);
    let revoked = token().await;
    browser.test_control("revoke-sessions").await;
    assert_eq!(denied(browser.refresh(revoked.as_str().unwrap(), &[]).await), ended);
    let fresh = token().await;
    assert_eq!(browser.refresh(fresh.as_str().unwrap(), &[]).await.0, 200);
    assert_eq!(denied(browser.refresh("made-up", &[]).await), is(400, "invalid_grant", 9002313));
    let ungranted = browser.refresh(fresh.as_str().unwrap(), &[("scope", "Policy.Read.All")]).await;
    assert_eq!(ungranted.1["suberror"], "consent_required");
    assert_eq!(denied(ungranted), is(400, "invalid_grant", 65001));
}

#[tokio::test]
async fn access_tokens_live_as_long_as_the_flag_says() {
    let client = TestClient::start(PracticeSettings { token_lifetime_s: 100, ..small() }).await;
    let browser = Browser::new(&client);
    let tokens = browser.tokens("enduser", &[]).await;
    assert_eq!(tokens["expires_in"], 100);
    let me = async || {
        let request = client.http.get(format!("{}v1.0/me", client.practice.base_url));
        answer(request.bearer_auth(tokens["access_token"].as_str().unwrap())).await.unwrap().0
    };
    assert_eq!(me().await, 200);
    browser.test_control("age?seconds=101").await;
    assert_eq!(me().await, 401);
}
