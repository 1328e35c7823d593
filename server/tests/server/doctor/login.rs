//! Whether Entra responds and knows the tenant.

use token_core::checkup::Severity;
use wiremock::ResponseTemplate;

use crate::support::mock_tenant::{DISCOVERY, MockTenant, aadsts, discovery, json, only_finding, words};

const TOPIC: &str = "Sign-in service";

#[tokio::test]
async fn a_tenant_that_is_known_is_good() {
    let checkup = MockTenant::healthy().await.checkup().await;
    assert!(words(&checkup, TOPIC, Severity::Good).contains("contoso.example"));
}

#[tokio::test]
async fn an_unknown_tenant_skips_the_other_checks() {
    for (number, word) in [(90_002, "does not exist"), (900_023, "neither a GUID nor a domain")] {
        let tenant = MockTenant::with_response("GET", DISCOVERY, aadsts(400, "invalid_tenant", number)).await;
        let checkup = tenant.checkup().await;
        let words = words(&checkup, TOPIC, Severity::Problem);
        assert!(words.contains(word) && words.contains("ENTRA_TENANT_ID"), "{words}");
        for topic in ["App credentials", "Microsoft Graph", "Permissions", "Hardware OATH method"] {
            assert_eq!(only_finding(&checkup, topic).level, Severity::Unknown);
        }
        assert_eq!(tenant.server.received_requests().await.unwrap().len(), 1, "no other request was sent");
        assert!(checkup.missing.0.is_empty());
        assert!(
            only_finding(&checkup, "Redirect address")
                .message
                .ends_with(": https://tokens.example/signed-in")
        );
    }
}

#[tokio::test]
async fn another_cloud_is_an_advice() {
    let other = json(discovery("https://login.microsoftonline.us"));
    let words = words(
        &MockTenant::with_response("GET", DISCOVERY, other).await.checkup().await,
        TOPIC,
        Severity::Advice,
    );
    assert!(words.contains("https://login.microsoftonline.us"), "{words}");

    let tenant = MockTenant::empty().await;
    let mut document = discovery(&tenant.server.uri());
    document["msgraph_host"] = "graph.microsoft.us".into();
    tenant.on("GET", DISCOVERY, json(document)).await;
    tenant.mount_defaults().await;
    let words = crate::support::mock_tenant::words(&tenant.checkup().await, TOPIC, Severity::Advice);
    assert!(words.contains("GRAPH_ENDPOINT to https://graph.microsoft.us"), "{words}");
}

#[tokio::test]
async fn checks_continue_without_a_discovery_document() {
    let checkup =
        MockTenant::with_response("GET", DISCOVERY, ResponseTemplate::new(404)).await.checkup().await;
    assert!(words(&checkup, TOPIC, Severity::Unknown).contains("404"));
    words(&checkup, "App credentials", Severity::Good);
}
