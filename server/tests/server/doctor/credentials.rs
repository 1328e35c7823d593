//! Whether the app's credentials are valid.

use graph::{Credential, Secret};
use server::doctor::GraphAccess;
use token_core::checkup::Severity;
use wiremock::ResponseTemplate;

use crate::support::mock_tenant::{MockTenant, SIGN_IN, aadsts, checkup, only_finding, words};

const TOPIC: &str = "App credentials";

#[tokio::test]
async fn good_credentials_mention_their_expiry() {
    let checkup = MockTenant::healthy().await.checkup().await;
    assert!(words(&checkup, TOPIC, Severity::Good).contains("Expires"));
}

#[tokio::test]
async fn each_refusal_has_a_remedy_and_skips_dependent_checks() {
    for (status, error, number, word) in [
        (401, "invalid_client", 7_000_215, "Value, not its Secret ID"),
        (401, "invalid_client", 7_000_222, "expired"),
        (400, "unauthorized_client", 700_016, "client id"),
        (400, "unauthorized_client", 7_000_229, "enterprise application"),
        (400, "invalid_resource", 500_011, "same cloud"),
        (400, "unauthorized_client", 53_003, "Conditional Access"),
    ] {
        let checkup =
            MockTenant::with_response("POST", SIGN_IN, aadsts(status, error, number)).await.checkup().await;
        let words = words(&checkup, TOPIC, Severity::Problem);
        assert!(words.contains(word) && words.contains(&format!("AADSTS{number}")), "{words}");
        for topic in ["Microsoft Graph", "Permissions", "Hardware OATH method"] {
            assert_eq!(only_finding(&checkup, topic).level, Severity::Unknown);
        }
        assert!(checkup.missing.0.is_empty(), "nothing is known");
    }
}

#[tokio::test]
async fn a_secret_id_is_recognised_by_its_form() {
    let tenant = MockTenant::with_response("POST", SIGN_IN, aadsts(401, "invalid_client", 7_000_215)).await;
    let mut settings = tenant.settings();
    settings.credential = Credential::Secret(Secret::new("00000000-0000-4000-8000-00000000cafe".to_owned()));
    let words = words(&checkup(&settings, GraphAccess::AppOnly).await, TOPIC, Severity::Problem);
    assert!(words.contains("has the form of a Secret ID") && !words.contains("cafe"), "{words}");
}

#[tokio::test]
async fn a_busy_entra_is_not_a_wrong_secret() {
    let busy = ResponseTemplate::new(429).insert_header("Retry-After", "60");
    let checkup = MockTenant::with_response("POST", SIGN_IN, busy).await.checkup().await;
    assert!(words(&checkup, TOPIC, Severity::Unknown).contains("Check again"));
}
