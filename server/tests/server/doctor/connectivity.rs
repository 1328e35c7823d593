//! Whether Graph responds, accepts the access token and has the API.

use token_core::checkup::Severity;
use wiremock::ResponseTemplate;

use crate::support::mock_tenant::{DEVICES, MockTenant, POLICY, refusal, words};

const TOPIC: &str = "Microsoft Graph";

#[tokio::test]
async fn a_graph_with_the_api_is_good() {
    words(&MockTenant::healthy().await.checkup().await, TOPIC, Severity::Good);
}

#[tokio::test]
async fn a_refused_access_token_is_a_problem() {
    let refused =
        refusal(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.");
    let words = words(
        &MockTenant::with_response("GET", POLICY, refused).await.checkup().await,
        TOPIC,
        Severity::Problem,
    );
    assert!(words.contains("token is expired") && words.contains("same cloud"), "{words}");
}

#[tokio::test]
async fn a_cloud_without_the_api_is_a_problem() {
    for missing in [
        refusal(400, "BadRequest", "Resource not found for the segment 'hardwareOathDevices'."),
        refusal(404, "UnknownError", ""),
        ResponseTemplate::new(501),
    ] {
        let words = words(
            &MockTenant::with_response("GET", DEVICES, missing).await.checkup().await,
            TOPIC,
            Severity::Problem,
        );
        assert!(
            words.contains("no API for hardware OATH tokens") && words.contains("GRAPH_ENDPOINT"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn a_busy_graph_and_a_gateway_leave_permissions_unknown() {
    for (answer, word) in [(503, "busy"), (429, "busy"), (403, "proxy or gateway")] {
        let checkup =
            MockTenant::with_response("GET", DEVICES, ResponseTemplate::new(answer)).await.checkup().await;
        let words = words(&checkup, TOPIC, Severity::Unknown);
        assert!(words.contains(word), "{words}");
        assert!(checkup.missing.0.is_empty());
    }
}
