//! The doctor: looks at everything between this server and the tenant, and says what is wrong and where to mend it.
//!
//! It reads only. `login`, `clock`, `credentials` and `reach` are the way there; `grants` and `permissions` what may be
//! done; `excess` what is more than needed; `policy` whether the tenant lets people use the tokens. Each turns into
//! findings, and none of them ever fails.

mod ask;
mod clock;
pub mod command;
mod consent;
mod credentials;
mod excess;
mod finding;
mod grants;
mod jobs;
mod login;
mod permissions;
mod policy;
mod portal;
mod probes;
mod reach;
mod report;

pub use consent::CONSENT_STATE;
use http::HeaderValue;
use token_core::checkup::{Checkup, MissingPermissions};
use url::Url;

use self::{
    ask::Asker,
    finding::{problem, skipped},
    grants::Grants,
    permissions::Rights,
    probes::Probes,
};
use crate::graph::{GraphSettings, checked_endpoint, is_loopback};

/// What is examined. No `Debug`: it may hold an access token.
pub struct Subject<'a> {
    /// The tenant and the app.
    pub settings: &'a GraphSettings,
    /// Where Microsoft sends people back to after sign-in and consent; `None` where nobody signs in.
    pub redirect_uri: Option<Url>,
    /// In whose name Graph is asked.
    pub who: Who,
}

/// In whose name Graph is asked. No `Debug`: it may hold an access token.
pub enum Who {
    /// The app itself (application permissions).
    App,
    /// The administrator who signed in (delegated permissions).
    Person {
        /// The scopes that were granted, from the answer that brought the token.
        scopes: Vec<String>,
        /// `Bearer …`, marked as sensitive; without it nothing is asked in the person's name.
        token: Option<HeaderValue>,
    },
    /// Delegated permissions, but nobody is signed in: at the terminal.
    Nobody,
}

/// Examines the tenant. Never fails: what goes wrong is a finding.
pub async fn examine(subject: Subject<'_>) -> Checkup {
    let asker = match asker(subject.settings) {
        Ok(asker) => asker,
        Err(says) => {
            let remedy = "Check ENTRA_AUTHORITY, GRAPH_ENDPOINT, SSL_CERT_FILE and HTTPS_PROXY.";
            let findings = vec![problem(login::TOPIC, says, remedy)];
            return Checkup { findings, missing: MissingPermissions::default() };
        }
    };
    let login = login::look(&asker, subject.settings).await;
    let mut findings = vec![login.finding];
    let mut readings: Vec<_> = login.reading.into_iter().collect();
    let mut missing = MissingPermissions::default();
    if login.goes_on {
        let rest = beyond_login(&asker, &subject, &mut readings).await;
        findings.push(clock::finding(&readings));
        findings.extend(rest.findings);
        missing = rest.missing;
    } else {
        findings.push(clock::finding(&readings));
        let why = "the tenant's sign-in service comes first";
        findings.extend(
            [credentials::TOPIC, reach::TOPIC, permissions::TOPIC, policy::TOPIC]
                .map(|topic| skipped(topic, why)),
        );
    }
    findings.extend(subject.redirect_uri.as_ref().map(consent::redirect));
    Checkup { findings, missing }
}

/// What is known to be missing, for the app's buttons: one access token, and Graph is not asked at all. Of a person's
/// scopes not even that.
pub async fn missing(settings: &GraphSettings, person_scopes: Option<&[String]>) -> MissingPermissions {
    let grants = match person_scopes {
        Some(scopes) => Grants::of_scopes(scopes),
        None => match asker(settings) {
            Ok(asker) => match credentials::sign_in(asker.http(), settings).await {
                Ok(bearer) => Grants::of_token(bearer.secret()),
                Err(_) => Grants::Unreadable,
            },
            Err(_) => Grants::Unreadable,
        },
    };
    Rights { grants: &grants, probes: &Probes::default(), who: &Who::App }.missing()
}

/// The client for these settings, or why there is none.
fn asker(settings: &GraphSettings) -> Result<Asker, String> {
    for address in [&settings.endpoint, &settings.authority] {
        checked_endpoint(address.as_str()).map_err(|what| format!("The address {address} {what}."))?;
    }
    Asker::new(is_loopback(&settings.endpoint) && is_loopback(&settings.authority))
        .map_err(|what| format!("The HTTP client cannot be set up: {what}."))
}

/// Everything that needs Entra to answer.
async fn beyond_login(asker: &Asker, subject: &Subject<'_>, readings: &mut Vec<clock::Reading>) -> Checkup {
    let settings = subject.settings;
    let signed_in = credentials::sign_in(asker.http(), settings).await;
    let mut findings = vec![credentials::finding(settings, signed_in.as_ref().err())];
    let (grants, header) = match (&subject.who, &signed_in) {
        (Who::App, Ok(bearer)) => (Grants::of_token(bearer.secret()), Some(bearer.header())),
        (Who::App, Err(_)) => {
            let why = "the app cannot sign in";
            findings
                .extend([reach::TOPIC, permissions::TOPIC, policy::TOPIC].map(|topic| skipped(topic, why)));
            return Checkup { findings, missing: MissingPermissions::default() };
        }
        (Who::Person { scopes, token }, _) => (Grants::of_scopes(scopes), token.clone()),
        (Who::Nobody, _) => (Grants::Unreadable, None),
    };
    let probes = probes::run(asker, settings, header.as_ref()).await;
    readings.extend(probes.reading);
    findings.push(reach::finding(&probes, &subject.who, settings));
    if let (Who::Person { .. } | Who::Nobody, Ok(bearer)) = (&subject.who, &signed_in) {
        findings.extend(excess::of_the_app(&Grants::of_token(bearer.secret())));
    }
    if matches!(subject.who, Who::Nobody) {
        findings.push(permissions::nobody());
        return Checkup { findings, missing: MissingPermissions::default() };
    }
    let rights = Rights { grants: &grants, probes: &probes, who: &subject.who };
    let missing = rights.missing();
    findings.extend(rights.findings());
    findings.extend(consent::finding(subject, &missing));
    findings.extend(excess::findings(&grants, &subject.who));
    findings.extend(policy::findings(&probes, &subject.who));
    Checkup { findings, missing }
}
