//! Verification of id tokens.

use graph::entra::sign_in::SignInError;
use serde_json::{Value, json};

use crate::{
    mock_entra::{DOMAIN, MockEntra, OID, TENANT, error_of},
    tokens::{KEY_ONE, KEY_TWO, now, part, signed, signed_with, signed_with_the_public_key, unsigned},
};

/// The error of a token in which one claim is replaced; null removes it.
async fn refusal(name: &str, value: Value) -> SignInError {
    let entra = MockEntra::start(TENANT).await;
    let mut claims = entra.claims();
    match value {
        Value::Null => _ = claims.as_object_mut().unwrap().remove(name),
        value => claims[name] = value,
    }
    error_of(entra.sign_in_as(&claims).await)
}

#[tokio::test]
async fn returns_the_person_in_the_token() {
    let entra = MockEntra::start(TENANT).await;
    let signed_in = entra.sign_in_as(&entra.claims()).await.unwrap();
    let person = signed_in.person;
    assert_eq!((person.tid.to_string().as_str(), person.oid.as_str()), (TENANT, OID));
    assert_eq!((person.name.as_str(), person.upn.as_str()), ("Amy Adams", "amy@contoso.example"));
    assert_eq!(person.roles, ["TokenAdministrator"]);
    assert_eq!((person.sid.as_deref(), person.login_hint.as_deref()), (Some("session-1"), Some("hint-1")));
    assert!(signed_in.tokens.is_none(), "the sign-in did not request offline_access");
}

#[tokio::test]
async fn name_and_roles_are_optional() {
    let entra = MockEntra::start(TENANT).await;
    let mut claims = entra.claims();
    for name in ["name", "preferred_username", "roles", "sid", "login_hint"] {
        claims.as_object_mut().unwrap().remove(name);
    }
    let person = entra.sign_in_as(&claims).await.unwrap().person;
    assert_eq!((person.name.as_str(), person.upn.as_str(), person.roles.len()), (OID, "", 0));
}

#[tokio::test]
async fn refuses_a_token_for_another_app() {
    for aud in [json!("another"), json!(["99999999-2222-4333-8444-555555555555"]), Value::Null] {
        assert!(matches!(refusal("aud", aud.clone()).await, SignInError::Audience), "{aud}");
    }
}

#[tokio::test]
async fn refuses_another_issuer() {
    let other = json!(format!("https://login.microsoftonline.com/{TENANT}/v2.0"));
    for iss in [other, json!(""), Value::Null] {
        assert!(matches!(refusal("iss", iss.clone()).await, SignInError::Issuer), "{iss}");
    }
}

#[tokio::test]
async fn refuses_expired_and_future_tokens_with_a_minutes_skew() {
    for exp in [json!(now() - 70), json!("9999999999"), json!(-1), Value::Null] {
        assert!(matches!(refusal("exp", exp.clone()).await, SignInError::Expired), "{exp}");
    }
    for nbf in [json!(now() + 90), Value::Null] {
        assert!(matches!(refusal("nbf", nbf.clone()).await, SignInError::NotYetValid), "{nbf}");
    }
    let entra = MockEntra::start(TENANT).await;
    let mut claims = entra.claims();
    (claims["nbf"], claims["exp"]) = (json!(now() + 50), json!(now() - 30));
    entra.sign_in_as(&claims).await.unwrap();
}

#[tokio::test]
async fn refuses_another_nonce() {
    for nonce in [json!("another"), json!(""), Value::Null] {
        assert!(matches!(refusal("nonce", nonce.clone()).await, SignInError::Nonce), "{nonce}");
    }
}

#[tokio::test]
async fn refuses_people_of_another_tenant() {
    for tid in [json!(OID), json!("common"), Value::Null] {
        assert!(matches!(refusal("tid", tid.clone()).await, SignInError::Tenant), "{tid}");
    }
}

#[tokio::test]
async fn refuses_people_without_an_object_id() {
    for oid in [json!("amy"), json!(7), Value::Null] {
        assert!(matches!(refusal("oid", oid.clone()).await, SignInError::NoObjectId), "{oid}");
    }
}

#[tokio::test]
async fn refuses_other_algorithms() {
    let entra = MockEntra::start(TENANT).await;
    let claims = entra.claims();
    let header = |alg: &str| json!({ "typ": "JWT", "alg": alg, "kid": "one" });
    for token in [
        unsigned("one", &claims),
        signed_with_the_public_key("one", KEY_ONE, &claims),
        signed_with(&header("RS512"), KEY_ONE, &claims),
        signed_with(&header("PS256"), KEY_ONE, &claims),
        signed_with(&header("None"), KEY_ONE, &claims),
    ] {
        assert!(matches!(error_of(entra.sign_in(&token).await), SignInError::Algorithm), "{token}");
    }
}

#[tokio::test]
async fn refuses_an_invalid_signature() {
    let entra = MockEntra::start(TENANT).await;
    let right = signed("one", KEY_ONE, &entra.claims());
    let (head, signature) = right.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let mut claims = entra.claims();
    claims["roles"] = json!(["Owner"]);
    for token in [
        signed("one", KEY_TWO, &entra.claims()),
        format!("{header}.{}.{signature}", part(&claims)),
        format!("{head}."),
    ] {
        assert!(matches!(error_of(entra.sign_in(&token).await), SignInError::Signature), "{token}");
    }
}

#[tokio::test]
async fn refuses_malformed_tokens() {
    let entra = MockEntra::start(TENANT).await;
    for token in ["", "a", "a.b", "a.b.c.d", "%%.%%.%%"] {
        let error = error_of(entra.sign_in(token).await);
        assert!(matches!(error, SignInError::Malformed | SignInError::Algorithm), "{token}: {error}");
    }
    let critical = json!({ "alg": "RS256", "kid": "one", "crit": ["exp"] });
    let token = signed_with(&critical, KEY_ONE, &entra.claims());
    assert!(matches!(error_of(entra.sign_in(&token).await), SignInError::Malformed));
}

#[tokio::test]
async fn a_domain_name_stands_for_the_tenant_of_the_issuer() {
    let entra = MockEntra::start(DOMAIN).await;
    assert_eq!(entra.sign_in_as(&entra.claims()).await.unwrap().person.tid.to_string(), TENANT);
    let mut claims = entra.claims();
    claims["tid"] = json!(OID);
    assert!(matches!(error_of(entra.sign_in_as(&claims).await), SignInError::Tenant));
}

#[tokio::test]
async fn a_multi_tenant_issuer_needs_a_configured_tenant_id() {
    for (tenant, is_known) in [(TENANT, true), (DOMAIN, false), ("common", false)] {
        let entra = MockEntra::start(tenant).await;
        entra.discovery.lock().unwrap()["issuer"] =
            json!(format!("{}/{{tenantid}}/v2.0", entra.server.uri()));
        match entra.sign_in_as(&entra.claims()).await {
            Ok(_) => assert!(is_known, "{tenant}"),
            Err(error) => {
                assert!(!is_known && matches!(error, SignInError::Discovery(_)), "{tenant}: {error}")
            }
        }
    }
}
