//! Whether the app can sign in as itself (client credentials, FACTS section 7.2).

use std::time::Duration;

use token_core::checkup::Finding;
use uuid::Uuid;

use super::{
    finding::{good, problem, sentence, unknown},
    portal::{self, APP_REGISTRATION_PATH, PortalPage},
};
use crate::{
    entra::{AccessTokenError, Bearer, Credential, aadsts, app_token::AppToken},
    graph::{GraphSettings, RetryPolicy, http::HttpClient},
};

/// What the finding is called.
pub(super) const TOPIC: &str = "App credentials";
/// Somebody waits for the answer, and what does not come at the second attempt is worth a finding.
const RETRY_POLICY: RetryPolicy =
    RetryPolicy { max_retries: 1, base_delay: Duration::from_secs(1), max_delay: Duration::from_secs(5) };
/// "Invalid client secret provided".
const WRONG_SECRET: u32 = 7_000_215;

/// Asks for the app's own access token.
pub(super) async fn sign_in(http: &HttpClient, settings: &GraphSettings) -> Result<Bearer, AccessTokenError> {
    AppToken::new(settings, RETRY_POLICY).get(http).await
}

/// Says what came of it.
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
        Some(AccessTokenError::Refused(words)) => refused(settings, words),
        Some(AccessTokenError::Transport(error)) => problem(
            TOPIC,
            sentence(&format!("Microsoft Entra did not answer. {}", error.reason)),
            "Mend the connection, then check again.",
        ),
        // The last two are about people, and the app is none.
        Some(
            passing @ (AccessTokenError::Unavailable { .. }
            | AccessTokenError::Throttled { .. }
            | AccessTokenError::Ended
            | AccessTokenError::StepUp),
        ) => unknown(
            TOPIC,
            sentence(&format!("Microsoft Entra is busy: {passing}")),
            Some("Check again in a minute."),
        ),
    };
    finding.link = portal::link(settings, PortalPage::Secrets);
    finding
}

fn refused(settings: &GraphSettings, words: &str) -> Finding {
    let remedy = if aadsts::number(words) == Some(WRONG_SECRET) && is_secret_id(settings) {
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
        sentence(&format!("Microsoft Entra does not accept the app's credentials: {words}")),
        remedy,
    )
}

/// A secret's value never is a GUID; its id always is.
fn is_secret_id(settings: &GraphSettings) -> bool {
    matches!(&settings.credential, Credential::Secret(secret) if Uuid::parse_str(secret.expose().trim()).is_ok())
}
