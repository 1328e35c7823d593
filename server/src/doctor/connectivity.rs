//! Checks that Microsoft Graph responds, accepts the access token and has the API for hardware tokens.

use graph::{
    GraphSettings,
    probe::{ProbeResult, ProbeResults},
};
use token_core::checkup::Finding;

use super::{
    GraphAccess,
    finding::{good, problem, sentence, unknown},
};

/// The topic of the finding.
pub(super) const TOPIC: &str = "Microsoft Graph";

/// Evaluates the probes of the policy and of the tokens.
pub(super) fn finding(probes: &ProbeResults, access: &GraphAccess, settings: &GraphSettings) -> Finding {
    let host = settings.endpoint.host_str().unwrap_or("the endpoint");
    match (&probes.policy, &probes.tokens) {
        (ProbeResult::NoResponse(reason), _) | (_, ProbeResult::NoResponse(reason)) => problem(
            TOPIC,
            sentence(&format!("Microsoft Graph was not reached. {reason}")),
            "Mend the connection, then check again.",
        ),
        (ProbeResult::BadToken(_), _) if !has_token(access) => good(TOPIC, format!("{host} answers.")),
        (ProbeResult::BadToken(message), _) | (_, ProbeResult::BadToken(message)) => {
            bad_token(message, access)
        }
        (_, ProbeResult::NoSuchApi) => problem(
            TOPIC,
            format!(
                "{host} answers, but has no API for hardware OATH tokens. Microsoft documents it for the global cloud only."
            ),
            "Check GRAPH_ENDPOINT. In a national cloud, upload the tokens as CSV in the Entra admin center instead.",
        ),
        (_, ProbeResult::Inconclusive(why)) => unknown(
            TOPIC,
            sentence(&format!("{host} answers, but not as expected: {why}")),
            Some("Check again in a minute."),
        ),
        _ => good(TOPIC, format!("{host} answers and has the API for hardware OATH tokens.")),
    }
}

fn has_token(access: &GraphAccess) -> bool {
    match access {
        GraphAccess::AppOnly => true,
        GraphAccess::Delegated { token, .. } => token.is_some(),
        GraphAccess::SignedOut => false,
    }
}

fn bad_token(message: &str, access: &GraphAccess) -> Finding {
    let message = if message.is_empty() { "no reason given" } else { message };
    let (whose, remedy) = match access {
        GraphAccess::AppOnly => (
            "the app's",
            "Check that GRAPH_ENDPOINT and ENTRA_AUTHORITY belong to the same cloud, and the clock of this machine.",
        ),
        _ => ("your", "Sign out and in again; Microsoft may want you to confirm who you are."),
    };
    problem(
        TOPIC,
        sentence(&format!("Microsoft Graph does not take {whose} access token: {message}")),
        remedy,
    )
}
