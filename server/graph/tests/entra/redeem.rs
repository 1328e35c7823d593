//! The exchange of an authorization code for tokens.

use graph::entra::sign_in::SignInError;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{
    mock_entra::{
        ACCESS, CLIENT, CODE, MockEntra, REFRESH, SECRET, TENANT, VERIFIER, entra_error, error_of, redeem,
    },
    tokens::{KEY_ONE, signed},
};

#[tokio::test]
async fn sends_the_code_with_its_verifier_once() {
    let entra = MockEntra::start(TENANT).await;
    entra.sign_in_as(&entra.claims()).await.unwrap();
    let [form] = entra.forms().await.try_into().unwrap();
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", CODE),
        ("code_verifier", VERIFIER),
        ("redirect_uri", "http://localhost:3000/auth/callback"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
}

#[tokio::test]
async fn returns_the_tokens_of_a_delegated_sign_in() {
    let entra = MockEntra::start(TENANT).await;
    // Some mock servers send the seconds as a string.
    entra
        .answers(json!({
            "token_type": "Bearer", "expires_in": "3599", "access_token": ACCESS, "refresh_token": REFRESH,
            "scope": "openid profile https://graph.microsoft.com/Policy.Read.All",
            "id_token": signed("one", KEY_ONE, &entra.claims())
        }))
        .await;
    let tokens = redeem(&entra.directory().entra()).await.unwrap().tokens.unwrap();
    assert_eq!(tokens.scopes, ["openid", "profile", "https://graph.microsoft.com/Policy.Read.All"]);
}

#[tokio::test]
async fn refuses_a_response_without_id_token() {
    let entra = MockEntra::start(TENANT).await;
    entra.answers(json!({ "token_type": "Bearer", "access_token": ACCESS })).await;
    assert!(matches!(error_of(redeem(&entra.directory().entra()).await), SignInError::NoIdToken));
}

#[tokio::test]
async fn a_refusal_has_number_and_remedy_without_entras_description() {
    let entra = MockEntra::start(TENANT).await;
    let at = entra.token_path();
    entra.on("POST", &at, entra_error("invalid_client", 7_000_222, json!({}))).await;
    let error = error_of(redeem(&entra.directory().entra()).await);
    assert!(matches!(error, SignInError::Refused(_)), "{error}");
    let text = format!("{error} {error:?}");
    assert!(text.contains("AADSTS7000222") && text.contains("expired") && text.contains("00aa-11"), "{text}");
    for secret in [REFRESH, "amy", CODE, VERIFIER, SECRET] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_person_has_a_message_for_the_person() {
    for (number, word) in [(54_005, "too long"), (501_481, "another window"), (50_105, "not assigned")] {
        let entra = MockEntra::start(TENANT).await;
        let at = entra.token_path();
        entra.on("POST", &at, entra_error("invalid_grant", number, json!({}))).await;
        let error = error_of(redeem(&entra.directory().entra()).await);
        let SignInError::Person(known) = &error else { panic!("{error}") };
        assert_eq!((known.number, known.trace_id.as_deref()), (Some(number), Some("00aa-11")));
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn a_code_is_never_sent_twice() {
    let entra = MockEntra::start(TENANT).await;
    let at = entra.token_path();
    entra.on("POST", &at, ResponseTemplate::new(503)).await;
    assert!(matches!(error_of(redeem(&entra.directory().entra()).await), SignInError::Unreachable(_)));
    assert_eq!(entra.forms().await.len(), 1);
}
