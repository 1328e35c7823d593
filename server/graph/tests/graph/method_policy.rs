//! `Directory::method_policy`: whether hardware OATH tokens are enabled in the tenant.

use serde_json::json;
use token_core::ports::{Directory, MethodPolicy};
use wiremock::ResponseTemplate;

use crate::mock_graph::{MockGraph, refusal};

const POLICY: &str =
    "/beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath";

async fn policy(response: ResponseTemplate) -> MethodPolicy {
    let mock = MockGraph::start().await;
    mock.on("GET", POLICY, response).await;
    mock.directory().method_policy().await.unwrap()
}

fn state(word: &str) -> ResponseTemplate {
    let body = json!({ "@odata.type": "#microsoft.graph.hardwareOathAuthenticationMethodConfiguration", "state": word });
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test]
async fn reads_the_state() {
    assert_eq!(policy(state("enabled")).await, MethodPolicy::Enabled);
    assert_eq!(policy(state("disabled")).await, MethodPolicy::Disabled);
    assert_eq!(policy(state("paused")).await, MethodPolicy::Unknown);
}

#[tokio::test]
async fn an_unreadable_policy_is_unknown() {
    assert_eq!(policy(refusal(403, "accessDenied", "no")).await, MethodPolicy::Unknown);
    assert_eq!(policy(refusal(404, "ResourceNotFound", "no")).await, MethodPolicy::Unknown);
}
