//! Findings for application permissions.

use std::collections::HashMap;

use server::doctor::{CONSENT_STATE, missing_permissions};
use token_core::checkup::{Capability, Checkup, Severity};
use url::Url;

use crate::support::mock_tenant::{
    DEVICES, MockTenant, NEEDED, SIGN_IN, USERS, denied, findings_on, jwt, only_finding, token,
    tokens_of_users,
};

const TOPIC: &str = "Permission";
const PERSON: &str = "00000000-0000-4000-8000-000000900001";

/// A tenant whose app has these permissions, and that refuses these paths.
async fn with(granted: &[&str], refused: &[&str]) -> MockTenant {
    let tenant = MockTenant::empty().await;
    tenant.on("POST", SIGN_IN, token(&jwt(granted))).await;
    for path in refused {
        tenant.on("GET", path, denied()).await;
    }
    tenant.mount_defaults().await;
    tenant
}

fn levels(checkup: &Checkup) -> Vec<Severity> {
    findings_on(checkup, TOPIC).iter().map(|finding| finding.level).collect()
}

#[tokio::test]
async fn the_least_privileged_set_is_good_and_needs_no_consent() {
    let checkup = MockTenant::healthy().await.checkup().await;
    assert_eq!(levels(&checkup), [Severity::Good; 5], "{checkup:#?}");
    assert!(!checkup.has_problem() && checkup.missing.0.is_empty());
    assert!(checkup.findings.iter().all(|finding| finding.topic != "Consent"));
}

#[tokio::test]
async fn a_missing_permission_is_named_with_the_affected_buttons() {
    let tenant = with(&["Policy.Read.All", "User.Read.All"], &[&tokens_of_users(PERSON)]).await;
    let checkup = tenant.checkup().await;
    let works: Vec<Capability> = checkup.missing.0.keys().copied().collect();
    assert_eq!(works, [Capability::WriteTokens, Capability::ReadUserTokens, Capability::WriteUserTokens]);
    let says: String = findings_on(&checkup, TOPIC).iter().map(|finding| finding.message.as_str()).collect();
    assert!(says.contains("\"Import, assign and activate\""), "{says}");
    assert_eq!(
        missing_permissions(&tenant.settings(), None).await,
        checkup.missing,
        "without probes the result is the same"
    );
}

#[tokio::test]
async fn the_consent_link_requests_the_registered_permissions() {
    let tenant = with(&["User.Read.All"], &[DEVICES, &tokens_of_users(PERSON)]).await;
    let checkup = tenant.checkup().await;
    let consent = only_finding(&checkup, "Consent");
    let added = "tick Policy.ReadWrite.AuthenticationMethod, UserAuthMethod-HardwareOATH.ReadWrite.All,";
    assert!(consent.remedy.as_ref().unwrap().contains(added), "{consent:#?}");
    let url = Url::parse(&consent.link.as_ref().unwrap().url).unwrap();
    assert_eq!(url.path(), "/contoso.example/v2.0/adminconsent");
    let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
    let expected = [
        ("client_id", "client-1".to_owned()),
        ("scope", format!("{}/.default", tenant.server.uri())),
        ("redirect_uri", "https://tokens.example/signed-in".to_owned()),
        ("state", CONSENT_STATE.to_owned()),
    ];
    assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value)).into());
}

#[tokio::test]
async fn an_opaque_token_is_no_problem() {
    let tenant = MockTenant::with_response("POST", SIGN_IN, token("EwBoA8l6BAAU-opaque")).await;
    let checkup = tenant.checkup().await;
    assert_eq!(
        levels(&checkup),
        [Severity::Good, Severity::Unknown, Severity::Good, Severity::Unknown, Severity::Good]
    );
    assert!(checkup.missing.0.is_empty() && !checkup.has_problem());
    assert!(missing_permissions(&tenant.settings(), None).await.0.is_empty());
}

#[tokio::test]
async fn probes_show_missing_permissions_of_an_opaque_token() {
    let tenant = MockTenant::empty().await;
    tenant.on("POST", SIGN_IN, token("opaque")).await;
    tenant.on("GET", DEVICES, denied()).await;
    tenant.mount_defaults().await;
    let checkup = tenant.checkup().await;
    let works: Vec<Capability> = checkup.missing.0.keys().copied().collect();
    assert_eq!(works, [Capability::ReadTokens, Capability::WriteTokens]);
}

#[tokio::test]
async fn unneeded_permissions_are_an_advice() {
    let wide = [&NEEDED[..], &["Directory.Read.All", "Policy.Read.All", "Mail.Read"]].concat();
    let checkup = with(&wide, &[]).await.checkup().await;
    let advice: Vec<_> =
        findings_on(&checkup, TOPIC).into_iter().filter(|one| one.level == Severity::Advice).collect();
    assert_eq!(advice.len(), 3, "{advice:#?}");
    assert!(advice.iter().all(|one| one.remedy.as_ref().unwrap().contains("Remove permission")));
    assert!(!checkup.has_problem());
}

#[tokio::test]
async fn a_granted_permission_that_graph_refuses_is_a_problem() {
    let checkup = with(&NEEDED, &[DEVICES]).await.checkup().await;
    assert!(checkup.missing.0.is_empty() && checkup.has_problem());
    assert!(findings_on(&checkup, TOPIC)[0].message.contains("yet Microsoft Graph refuses"));
}

#[tokio::test]
async fn only_reads_are_sent() {
    let tenant = with(&NEEDED, &[USERS]).await;
    tenant.checkup().await;
    for request in tenant.server.received_requests().await.unwrap() {
        assert!(
            request.method == "GET" || request.url.path() == SIGN_IN,
            "{} {}",
            request.method,
            request.url
        );
    }
}
