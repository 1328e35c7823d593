//! Checks that Microsoft Entra responds, has the tenant, and belongs to the right cloud (OpenID Connect Discovery 1.0,
//! section 4; MICROSOFT_GRAPH.md 7.3).

use graph::{
    GraphSettings,
    entra::aadsts,
    probe::{ClockSample, ProbeClient, ProbeResponse},
};
use serde_json::Value;
use token_core::checkup::Finding;
use url::Url;

use super::finding::{advice, good, problem, sentence, unknown};

/// The topic of the finding.
pub(super) const TOPIC: &str = "Sign-in service";

/// The result of the check.
pub(super) struct LoginCheck {
    /// The finding.
    pub finding: Finding,
    /// Whether the checks that need Entra can follow.
    pub can_continue: bool,
    /// The clocks.
    pub clock_sample: Option<ClockSample>,
}

/// Reads the tenant's discovery document.
pub(super) async fn check(probe_client: &ProbeClient, settings: &GraphSettings) -> LoginCheck {
    let response = match probe_client.get(document(settings), None).await {
        Ok(response) => response,
        Err(error) => {
            let says = sentence(&format!("Microsoft Entra was not reached. {}", error.reason));
            let remedy = "Mend the connection first; everything else depends on it.";
            return LoginCheck {
                finding: problem(TOPIC, says, remedy),
                can_continue: false,
                clock_sample: None,
            };
        }
    };
    let (finding, can_continue) = evaluate(&response, settings);
    LoginCheck { finding, can_continue, clock_sample: response.clock_sample }
}

fn document(settings: &GraphSettings) -> Url {
    let mut url = settings.authority.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend([&settings.tenant_id, "v2.0", ".well-known", "openid-configuration"]);
    }
    url
}

fn evaluate(response: &ProbeResponse, settings: &GraphSettings) -> (Finding, bool) {
    let host = settings.authority.host_str().unwrap_or("the authority");
    if response.status == 200 {
        return (same_cloud(&response.body, settings, host), true);
    }
    let description = response.body.get("error_description").and_then(Value::as_str).unwrap_or_default();
    let Some(number) = aadsts::number(description) else {
        let says = format!(
            "{host} answered {} where the tenant's sign-in settings should be, so the cloud could not be checked.",
            response.status
        );
        return (unknown(TOPIC, says, Some("Check ENTRA_AUTHORITY if signing in fails too.")), true);
    };
    let remedy = aadsts::remedy(number).unwrap_or("it refused. Check the tenant id");
    let says = format!(
        "Microsoft Entra does not serve the tenant {}: {remedy} (AADSTS{number}).",
        settings.tenant_id
    );
    let where_to = "ENTRA_TENANT_ID is the Directory (tenant) ID on the app's Overview page: Entra admin center → App \
                    registrations → All applications → the app.";
    (problem(TOPIC, says, where_to), false)
}

/// Issuer and Graph must belong to the same cloud as the authority, because tokens are valid in one cloud only.
fn same_cloud(document: &Value, settings: &GraphSettings, host: &str) -> Finding {
    let issuer = document.get("issuer").and_then(Value::as_str).and_then(|issuer| Url::parse(issuer).ok());
    let issuer = issuer.as_ref().and_then(Url::host_str);
    if let Some(issuer) = issuer.filter(|issuer| !issuer.eq_ignore_ascii_case(host)) {
        return advice(
            TOPIC,
            format!(
                "{host} answers, but the tenant's tokens are issued by {issuer}: it may live in another cloud."
            ),
            format!(
                "If signing in fails, set ENTRA_AUTHORITY to https://{issuer} and GRAPH_ENDPOINT to that cloud's Graph."
            ),
        );
    }
    let graph = document.get("msgraph_host").and_then(Value::as_str);
    let ours = settings.endpoint.host_str().unwrap_or_default();
    match graph.filter(|graph| !graph.eq_ignore_ascii_case(ours) && is_host(graph)) {
        Some(graph) => advice(
            TOPIC,
            format!("The tenant's cloud has its Graph at {graph}, but {ours} is set."),
            format!("If Graph refuses, set GRAPH_ENDPOINT to https://{graph}."),
        ),
        None => good(TOPIC, format!("{host} answers and knows the tenant {}.", settings.tenant_id)),
    }
}

fn is_host(text: &str) -> bool {
    text.len() <= 100 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
}
