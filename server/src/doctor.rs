//! The doctor: looks at everything between this server and the tenant, and says what is wrong and where to mend it.
//!
//! It reads only. `login`, `clock`, `credentials` and `connectivity` are the way there; `grants` and `permissions` what may be
//! done; `overprivilege` what is more than needed; `policy` whether the tenant lets people use the tokens. Each turns into
//! findings, and none of them ever fails.

mod capabilities;
mod clock;
pub mod command;
mod connectivity;
mod consent;
mod credentials;
mod finding;
mod grants;
mod login;
mod overprivilege;
mod permissions;
mod policy;
mod portal;
mod probe_client;
mod probes;
mod report;

pub use consent::CONSENT_STATE;
use http::HeaderValue;
use token_core::checkup::{Checkup, MissingPermissions};
use url::Url;

use self::{
    finding::{problem, skipped},
    grants::GrantedPermissions,
    permissions::PermissionCheck,
    probe_client::ProbeClient,
    probes::ProbeResults,
};
use crate::graph::{GraphSettings, is_loopback, parse_endpoint};

/// What is examined. No `Debug`: it may hold an access token.
pub struct CheckupTarget<'a> {
    /// The tenant and the app.
    pub settings: &'a GraphSettings,
    /// Where Microsoft sends people back to after sign-in and consent; `None` where nobody signs in.
    pub redirect_uri: Option<Url>,
    /// In whose name Graph is asked.
    pub access: GraphAccess,
}

/// In whose name Graph is asked. No `Debug`: it may hold an access token.
pub enum GraphAccess {
    /// The app itself (application permissions).
    AppOnly,
    /// The administrator who signed in (delegated permissions).
    Delegated {
        /// The scopes that were granted, from the answer that brought the token.
        scopes: Vec<String>,
        /// `Bearer …`, marked as sensitive; without it nothing is asked in the person's name.
        token: Option<HeaderValue>,
    },
    /// Delegated permissions, but nobody is signed in: at the terminal.
    SignedOut,
}

/// Examines the tenant. Never fails: what goes wrong is a finding.
pub async fn run_checkup(subject: CheckupTarget<'_>) -> Checkup {
    let probe_client = match probe_client(subject.settings) {
        Ok(probe_client) => probe_client,
        Err(says) => {
            let remedy = "Check ENTRA_AUTHORITY, GRAPH_ENDPOINT, SSL_CERT_FILE and HTTPS_PROXY.";
            let findings = vec![problem(login::TOPIC, says, remedy)];
            return Checkup { findings, missing: MissingPermissions::default() };
        }
    };
    let login = login::check(&probe_client, subject.settings).await;
    let mut findings = vec![login.finding];
    let mut clock_samples: Vec<_> = login.clock_sample.into_iter().collect();
    let mut missing = MissingPermissions::default();
    if login.can_continue {
        let rest = check_graph(&probe_client, &subject, &mut clock_samples).await;
        findings.push(clock::finding(&clock_samples));
        findings.extend(rest.findings);
        missing = rest.missing;
    } else {
        findings.push(clock::finding(&clock_samples));
        let why = "the tenant's sign-in service comes first";
        findings.extend(
            [credentials::TOPIC, connectivity::TOPIC, permissions::TOPIC, policy::TOPIC]
                .map(|topic| skipped(topic, why)),
        );
    }
    findings.extend(subject.redirect_uri.as_ref().map(consent::redirect));
    Checkup { findings, missing }
}

/// What is known to be missing, for the app's buttons: one access token, and Graph is not asked at all. Of a person's
/// scopes not even that.
pub async fn missing_permissions(
    settings: &GraphSettings,
    person_scopes: Option<&[String]>,
) -> MissingPermissions {
    let grants = match person_scopes {
        Some(scopes) => GrantedPermissions::of_scopes(scopes),
        None => match probe_client(settings) {
            Ok(probe_client) => match credentials::sign_in(probe_client.http(), settings).await {
                Ok(bearer) => GrantedPermissions::of_token(bearer.secret()),
                Err(_) => GrantedPermissions::Unreadable,
            },
            Err(_) => GrantedPermissions::Unreadable,
        },
    };
    PermissionCheck { grants: &grants, probes: &ProbeResults::default(), access: &GraphAccess::AppOnly }
        .missing()
}

/// The client for these settings, or why there is none.
fn probe_client(settings: &GraphSettings) -> Result<ProbeClient, String> {
    for address in [&settings.endpoint, &settings.authority] {
        parse_endpoint(address.as_str()).map_err(|what| format!("The address {address} {what}."))?;
    }
    ProbeClient::new(is_loopback(&settings.endpoint) && is_loopback(&settings.authority))
        .map_err(|what| format!("The HTTP client cannot be set up: {what}."))
}

/// Everything that needs Entra to answer.
async fn check_graph(
    probe_client: &ProbeClient,
    subject: &CheckupTarget<'_>,
    clock_samples: &mut Vec<clock::ClockSample>,
) -> Checkup {
    let settings = subject.settings;
    let signed_in = credentials::sign_in(probe_client.http(), settings).await;
    let mut findings = vec![credentials::finding(settings, signed_in.as_ref().err())];
    let (grants, header) = match (&subject.access, &signed_in) {
        (GraphAccess::AppOnly, Ok(bearer)) => {
            (GrantedPermissions::of_token(bearer.secret()), Some(bearer.header()))
        }
        (GraphAccess::AppOnly, Err(_)) => {
            let why = "the app cannot sign in";
            findings.extend(
                [connectivity::TOPIC, permissions::TOPIC, policy::TOPIC].map(|topic| skipped(topic, why)),
            );
            return Checkup { findings, missing: MissingPermissions::default() };
        }
        (GraphAccess::Delegated { scopes, token }, _) => {
            (GrantedPermissions::of_scopes(scopes), token.clone())
        }
        (GraphAccess::SignedOut, _) => (GrantedPermissions::Unreadable, None),
    };
    let probes = probes::run(probe_client, settings, header.as_ref()).await;
    clock_samples.extend(probes.clock_sample);
    findings.push(connectivity::finding(&probes, &subject.access, settings));
    if let (GraphAccess::Delegated { .. } | GraphAccess::SignedOut, Ok(bearer)) =
        (&subject.access, &signed_in)
    {
        findings
            .extend(overprivilege::unneeded_app_permissions(&GrantedPermissions::of_token(bearer.secret())));
    }
    if matches!(subject.access, GraphAccess::SignedOut) {
        findings.push(permissions::signed_out());
        return Checkup { findings, missing: MissingPermissions::default() };
    }
    let check = PermissionCheck { grants: &grants, probes: &probes, access: &subject.access };
    let missing = check.missing();
    findings.extend(check.findings());
    findings.extend(consent::finding(subject, &missing));
    findings.extend(overprivilege::findings(&grants, &subject.access));
    findings.extend(policy::findings(&probes, &subject.access));
    Checkup { findings, missing }
}
