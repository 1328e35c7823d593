//! Published keys, their rotation, and defective id tokens.

use serde_json::Value;

use crate::{
    browser::{Browser, claims},
    test_client::{TestClient, now_ms},
};

async fn ids(browser: &Browser<'_>) -> Vec<String> {
    let keys: Value = browser.get(&browser.url("discovery/v2.0/keys")).await.json().await.unwrap();
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.inspect(|key| assert_eq!((&key["kty"], &key["use"]), (&"RSA".into(), &"sig".into())))
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn rotation_signs_with_a_new_key_and_retires_the_oldest() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let before = ids(&browser).await;
    let old = browser.tokens("enduser", &[]).await["id_token"].as_str().unwrap().to_owned();
    browser.test_control("rotate-keys").await;
    let after = ids(&browser).await;
    assert_ne!(before, after);
    assert!(browser.verified(&old).await.is_some(), "the key before is still published");
    let new = browser.tokens("enduser", &[("prompt", "login")]).await["id_token"].clone();
    assert!(browser.verified(new.as_str().unwrap()).await.is_some());
    browser.test_control("rotate-keys").await;
    assert!(browser.verified(&old).await.is_none());
}

#[tokio::test]
async fn the_next_id_token_has_the_requested_defect_and_the_following_none() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let right = claims(&browser.tokens("administrator", &[]).await["id_token"]);
    for (wrong, claim) in
        [("nonce", "nonce"), ("tenant", "tid"), ("issuer", "iss"), ("audience", "aud"), ("no-oid", "oid")]
    {
        browser.test_control(&format!("next-id-token?wrong={wrong}")).await;
        let token = browser.tokens("administrator", &[("prompt", "login")]).await["id_token"].clone();
        let defective = browser.verified(token.as_str().unwrap()).await.unwrap();
        for name in ["nonce", "tid", "iss", "aud", "oid"] {
            assert_eq!(defective[name] == right[name], name != claim, "{wrong} {name}");
        }
    }
    let again = claims(&browser.tokens("administrator", &[("prompt", "login")]).await["id_token"]);
    assert_eq!(again["nonce"], right["nonce"]);
}

#[tokio::test]
async fn the_next_id_token_is_expired_or_not_yet_valid() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    for (wrong, is_wrong) in [("expired", "exp"), ("not-yet", "nbf")] {
        browser.test_control(&format!("next-id-token?wrong={wrong}")).await;
        let token = browser.tokens("enduser", &[("prompt", "login")]).await["id_token"].clone();
        let moment = claims(&token)[is_wrong].as_u64().unwrap();
        let now_s = now_ms() / 1000;
        assert!(if is_wrong == "exp" { moment + 3_600 < now_s } else { moment > now_s + 3_600 }, "{wrong}");
    }
}

#[tokio::test]
async fn the_next_id_token_cannot_be_verified() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    for wrong in ["signature", "key", "algorithm"] {
        browser.test_control(&format!("next-id-token?wrong={wrong}")).await;
        let token = browser.tokens("enduser", &[("prompt", "login")]).await["id_token"].clone();
        let token = token.as_str().unwrap();
        assert_eq!(token.split('.').count(), 3);
        let header = crate::browser::decoded(token.split('.').next().unwrap());
        assert_eq!(header["alg"] == "none", wrong == "algorithm");
        let known = ids(&browser).await.iter().any(|id| header["kid"] == **id);
        assert_eq!(known, wrong == "signature");
        assert!(wrong == "algorithm" || browser.verified(token).await.is_none(), "{wrong}");
    }
}

#[tokio::test]
async fn an_unknown_defect_is_refused() {
    let client = TestClient::small().await;
    let browser = Browser::new(&client);
    let url = format!("{}practice/entra/next-id-token?wrong=colour", client.practice.base_url);
    assert_eq!(browser.post(&url, String::new()).await.status(), 400);
}
