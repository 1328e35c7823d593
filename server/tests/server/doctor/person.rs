//! Delegated permissions: the person's scopes and roles, and nobody signed in at the terminal.

use server::doctor::{GraphAccess, missing_permissions};
use token_core::checkup::{Capability, Severity};

use crate::support::mock_tenant::{
    DEVICES, MockTenant, NEEDED, POLICY, SIGN_IN, checkup, denied, findings_on, jwt, only_finding, refusal,
    token, words,
};

const TOPIC: &str = "Permission";

/// The app has no application permissions, as is correct.
async fn tenant() -> MockTenant {
    MockTenant::with_response("POST", SIGN_IN, token(&jwt(&[]))).await
}

#[tokio::test]
async fn scopes_and_roles_that_suffice_are_good() {
    let tenant = tenant().await;
    let scopes = [&NEEDED[..], &["openid", "profile", "offline_access"]].concat();
    let checkup = tenant.as_person(&scopes, "persons-token").await;
    assert!(
        findings_on(&checkup, TOPIC).iter().all(|finding| finding.level == Severity::Good),
        "{checkup:#?}"
    );
    for request in tenant.server.received_requests().await.unwrap() {
        let is_graph = request.url.path().starts_with("/beta") || request.url.path().starts_with("/v1.0");
        assert!(!is_graph || request.headers["authorization"] == "Bearer persons-token");
    }
}

#[tokio::test]
async fn a_scope_that_was_not_granted_is_missing() {
    let checkup = tenant().await.as_person(&["User.Read.All", "openid"], "persons-token").await;
    assert!(checkup.missing.0.contains_key(&Capability::WriteTokens));
    assert!(only_finding(&checkup, "Consent").remedy.as_ref().unwrap().contains("Delegated permissions"));
}

#[tokio::test]
async fn a_missing_role_is_distinguished_from_a_missing_scope() {
    let tenant = MockTenant::empty().await;
    tenant.on("GET", DEVICES, denied()).await;
    tenant.on("POST", SIGN_IN, token(&jwt(&[]))).await;
    tenant.mount_defaults().await;
    let checkup = tenant.as_person(&NEEDED, "persons-token").await;
    assert!(checkup.missing.0.is_empty());
    let first = findings_on(&checkup, TOPIC)[0];
    assert_eq!(first.level, Severity::Problem);
    assert!(first.remedy.as_ref().unwrap().contains("Authentication Policy Administrator"), "{first:#?}");
}

#[tokio::test]
async fn a_person_whose_session_ended_is_asked_to_sign_in_again() {
    let tenant = MockTenant::empty().await;
    // A gateway may echo the access token.
    tenant.on("GET", POLICY, refusal(401, "InvalidAuthenticationToken", "persons-token has expired")).await;
    tenant.mount_defaults().await;
    let checkup = tenant.as_person(&NEEDED, "persons-token").await;
    assert!(words(&checkup, "Microsoft Graph", Severity::Problem).contains("Sign out and in again"));
}

#[tokio::test]
async fn application_permissions_beside_delegated_ones_are_an_advice() {
    let checkup = MockTenant::healthy().await.as_person(&NEEDED, "persons-token").await;
    let said = findings_on(&checkup, TOPIC)
        .iter()
        .any(|finding| finding.message.contains("also holds application permissions"));
    assert!(said, "{checkup:#?}");
}

#[tokio::test]
async fn at_the_terminal_the_remedy_is_the_settings_page() {
    let tenant = MockTenant::empty().await;
    tenant.on("POST", SIGN_IN, token(&jwt(&[]))).await;
    tenant.on("GET", POLICY, refusal(401, "InvalidAuthenticationToken", "Access token is empty.")).await;
    tenant.mount_defaults().await;
    let checkup = checkup(&tenant.settings(), GraphAccess::SignedOut).await;
    words(&checkup, "Microsoft Graph", Severity::Good);
    assert!(words(&checkup, TOPIC, Severity::Unknown).contains("Settings → Check"));
    assert!(!checkup.has_problem() && checkup.missing.0.is_empty());
}

#[tokio::test]
async fn missing_scopes_are_known_without_a_request() {
    let tenant = MockTenant::empty().await;
    let scopes = ["https://graph.microsoft.com/User.Read.All".to_owned()];
    let missing = missing_permissions(&tenant.settings(), Some(&scopes)).await;
    assert!(
        missing.0.contains_key(&Capability::ReadTokens) && !missing.0.contains_key(&Capability::ReadUsers)
    );
    assert!(tenant.server.received_requests().await.unwrap().is_empty());
}
