//! The URLs to which browsers are redirected.

use std::collections::HashMap;

use graph::entra::{
    scopes,
    sign_in::{AuthorizeRequest, Prompt},
};
use oauth2::PkceCodeChallenge;
use url::Url;

use crate::mock_entra::{CLIENT, MockEntra, TENANT, callback};

fn query(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn the_authorize_url_requests_a_code_with_pkce() {
    let mock = MockEntra::start(TENANT).await;
    let entra = mock.directory().entra();
    let (challenge, _) = PkceCodeChallenge::new_random_sha256();
    let mut request = AuthorizeRequest {
        redirect_uri: callback(),
        scopes: scopes(entra.endpoint(), true),
        state: "state 1&".to_owned(),
        nonce: "nonce-1".to_owned(),
        challenge: challenge.clone(),
        claims: None,
        prompt: None,
        login_hint: None,
    };
    let url = entra.authorize_url(&request);
    assert_eq!(url.path(), format!("/{TENANT}/oauth2/v2.0/authorize"));
    let expected = [
        ("client_id", CLIENT),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("redirect_uri", "http://localhost:3000/auth/callback"),
        ("scope", "openid profile offline_access https://graph.microsoft.com/.default"),
        ("state", "state 1&"),
        ("nonce", "nonce-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    assert_eq!(query(&url), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    request.claims = Some(r#"{"a":1}"#.to_owned());
    request.prompt = Some(Prompt::SelectAccount);
    request.login_hint = Some("amy@contoso.example".to_owned());
    let query = query(&entra.authorize_url(&request));
    assert_eq!(
        (query["claims"].as_str(), query["prompt"].as_str(), query["login_hint"].as_str()),
        (r#"{"a":1}"#, "select_account", "amy@contoso.example")
    );
}

#[tokio::test]
async fn the_logout_url_has_redirect_and_hint() {
    let mock = MockEntra::start(TENANT).await;
    let entra = mock.directory().entra();
    let home = Url::parse("http://localhost:3000/").unwrap();
    let logout = entra.logout_url(&home, Some("hint-1"));
    assert_eq!(logout.path(), format!("/{TENANT}/oauth2/v2.0/logout"));
    assert_eq!(query(&logout)["post_logout_redirect_uri"], home.as_str());
    assert_eq!(query(&logout)["logout_hint"], "hint-1");
    assert!(!query(&entra.logout_url(&home, None)).contains_key("logout_hint"));
}
