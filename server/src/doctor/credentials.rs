//! Checks the app's credentials (client credentials grant, MICROSOFT_GRAPH.md 7.2).

use graph::{
    Credential, GraphSettings,
    entra::{AccessTokenError, aadsts},
};
use token_core::checkup::Finding;
use uuid::Uuid;

use super::{
    finding::{good, problem, sentence, unknown},
    portal::{self, APP_REGISTRATION_PATH, PortalPage},
};

/// The topic of the finding.
pub(super) const TOPIC: &str = "App credentials";
/// "Invalid client secret provided".
const WRONG_SECRET: u32 = 7_000_215;

/// The finding for the result of [`ProbeClient::app_token`](graph::probe::ProbeClient::app_token).
pub(super) fn finding(settings: &GraphSettings, failed: Option<&AccessTokenError>) -> Finding {
    let mut finding = match failed {
        None => good(
            TOPIC,
            format!(
                "Microsoft Entra accepts the app's {word}. It does not tell when a {word} ends: look under \
                 Certificates & secrets, column Expires.",
                word = settings.credential.label()
            ),
        ),
        Some(AccessTokenError::Refused(message)) => refused(settings, message),
        Some(AccessTokenError::Transport(error)) => problem(
            TOPIC,
            sentence(&format!("Microsoft Entra did not answer. {}", error.reason)),
            "Mend the connection, then check again.",
        ),
        // The last two occur for persons only.
        Some(
            transient @ (AccessTokenError::Unavailable { .. }
            | AccessTokenError::Throttled { .. }
            | AccessTokenError::Ended
            | AccessTokenError::StepUp),
        ) => unknown(
            TOPIC,
            sentence(&format!("Microsoft Entra is busy: {transient}")),
            Some("Check again in a minute."),
        ),
    };
    finding.link = portal::link(settings, PortalPage::Secrets);
    finding
}

fn refused(settings: &GraphSettings, message: &str) -> Finding {
    let remedy = if aadsts::number(message) == Some(WRONG_SECRET) && is_secret_id(settings) {
        format!(
            "ENTRA_CLIENT_SECRET has the form of a Secret ID. Entra shows the Value beside it, only once and right \
             after the secret is made: {APP_REGISTRATION_PATH} → Certificates & secrets → New client secret, copy its Value."
        )
    } else {
        format!(
            "{APP_REGISTRATION_PATH} → Overview shows the ids, Certificates & secrets the secrets and when they end."
        )
    };
    problem(
        TOPIC,
        sentence(&format!("Microsoft Entra does not accept the app's credentials: {message}")),
        remedy,
    )
}

/// The value of a secret is never a GUID; its id always is.
fn is_secret_id(settings: &GraphSettings) -> bool {
    matches!(&settings.credential, Credential::Secret(secret) if Uuid::parse_str(secret.expose().trim()).is_ok())
}
