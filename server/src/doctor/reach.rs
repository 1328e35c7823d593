//! Whether Microsoft Graph answers, takes the token and has the API for hardware tokens.

use token_core::checkup::Finding;

use super::{
    Who,
    finding::{good, problem, sentence, unknown},
    probes::{Probe, Probes},
};
use crate::graph::GraphSettings;

/// What the finding is called.
pub(super) const TOPIC: &str = "Microsoft Graph";

/// Judges by the first two questions.
pub(super) fn finding(probes: &Probes, who: &Who, settings: &GraphSettings) -> Finding {
    let host = settings.endpoint.host_str().unwrap_or("the endpoint");
    match (&probes.policy, &probes.tokens) {
        (Probe::Silent(reason), _) | (_, Probe::Silent(reason)) => problem(
            TOPIC,
            sentence(&format!("Microsoft Graph was not reached. {reason}")),
            "Mend the connection, then check again.",
        ),
        (Probe::BadToken(_), _) if !has_token(who) => good(TOPIC, format!("{host} answers.")),
        (Probe::BadToken(message), _) | (_, Probe::BadToken(message)) => bad_token(message, who),
        (_, Probe::NoSuchApi) => problem(
            TOPIC,
            format!(
                "{host} answers, but has no API for hardware OATH tokens. Microsoft documents it for the global cloud only."
            ),
            "Check GRAPH_ENDPOINT. In a national cloud, upload the tokens as CSV in the Entra admin center instead.",
        ),
        (_, Probe::Unclear(why)) => unknown(
            TOPIC,
            sentence(&format!("{host} answers, but not as expected: {why}")),
            Some("Check again in a minute."),
        ),
        _ => good(TOPIC, format!("{host} answers and has the API for hardware OATH tokens.")),
    }
}

fn has_token(who: &Who) -> bool {
    match who {
        Who::App => true,
        Who::Person { token, .. } => token.is_some(),
        Who::Nobody => false,
    }
}

fn bad_token(message: &str, who: &Who) -> Finding {
    let message = if message.is_empty() { "no reason given" } else { message };
    let (whose, remedy) = match who {
        Who::App => (
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
