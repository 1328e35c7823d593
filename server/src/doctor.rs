//! The doctor: checks connection, credentials, permissions and policy of the tenant, and reports remedies.
//!
//! It only reads. `login`, `clock`, `credentials` and `connectivity` check the connection; `grants` and `permissions`
//! what is allowed; `overprivilege` unneeded permissions; `policy` whether users may use tokens. Each returns findings; no
//! check fails.

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
mod report;
mod roles;

pub use consent::CONSENT_STATE;
use graph::{
    GraphSettings, SetupError,
    probe::{ClockSample, ProbeClient, ProbeResults},
};
use http::HeaderValue;
use token_core::{
    checkup::{Checkup, MissingPermissions},
    plan::privileged::PrivilegedTargets,
};
use url::Url;

use self::{
    finding::{advice, problem, skipped},
    grants::GrantedPermissions,
    permissions::PermissionCheck,
};

/// What is checked. No `Debug`: it may hold an access token.
pub struct CheckupTarget<'a> {
    /// The tenant and the app.
    pub settings: &'a GraphSettings,
    /// The redirect URI of sign-in and consent; `None` if nobody signs in.
    pub redirect_uri: Option<Url>,
    /// How Graph is accessed.
    pub access: GraphAccess,
    /// Whether people's own tokens are changed with the app's permissions.
    pub self_service_as_app: bool,
    /// What is done with tokens of people who hold a directory role.
    pub privileged_targets: PrivilegedTargets,
}

/// How Graph is accessed. No `Debug`: it may hold an access token.
pub enum GraphAccess {
    /// With application permissions.
    AppOnly,
    /// With the delegated permissions of the signed-in administrator.
    Delegated {
        /// The granted scopes, from the response with the token.
        scopes: Vec<String>,
        /// `Bearer …`, marked as sensitive; without it no request is sent with the person's permissions.
        token: Option<HeaderValue>,
    },
    /// With delegated permissions, but nobody is signed in: at the terminal.
    SignedOut,
}

/// Checks the tenant. Never fails: every error is a finding.
pub async fn run_checkup(target: CheckupTarget<'_>) -> Checkup {
    let probe_client = match probe_client(target.settings) {
        Ok(probe_client) => probe_client,
        Err(says) => {
            let remedy = "Check ENTRA_AUTHORITY, GRAPH_ENDPOINT, SSL_CERT_FILE and HTTPS_PROXY.";
            let findings = vec![problem(login::TOPIC, says, remedy)];
            return Checkup { findings, missing: MissingPermissions::default() };
        }
    };
    let login = login::check(&probe_client, target.settings).await;
    let mut findings = vec![login.finding];
    let mut clock_samples: Vec<_> = login.clock_sample.into_iter().collect();
    let mut missing = MissingPermissions::default();
    if login.can_continue {
        let rest = check_graph(&probe_client, &target, &mut clock_samples).await;
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
    findings.extend(target.redirect_uri.as_ref().map(consent::redirect));
    if target.self_service_as_app {
        findings.push(advice(
            "Self-service",
            "The app changes users' own tokens with its own permissions, so Microsoft does not see who asked.",
            "Grant the delegated permission UserAuthMethod-HardwareOATH.ReadWrite, then remove SELF_SERVICE_ACCESS=application.",
        ));
    }
    Checkup { findings, missing }
}

/// The permissions that are known to be missing, for the app's buttons. Requests an access token, or uses a person's
/// scopes; sends no request to Graph.
pub async fn missing_permissions(
    settings: &GraphSettings,
    person_scopes: Option<&[String]>,
) -> MissingPermissions {
    let grants = match person_scopes {
        Some(scopes) => GrantedPermissions::of_scopes(scopes),
        None => match probe_client(settings) {
            Ok(probe_client) => match probe_client.app_token().await {
                Ok(bearer) => GrantedPermissions::of_token(bearer.secret()),
                Err(_) => GrantedPermissions::Unreadable,
            },
            Err(_) => GrantedPermissions::Unreadable,
        },
    };
    PermissionCheck { grants: &grants, probes: &ProbeResults::default(), access: &GraphAccess::AppOnly }
        .missing()
}

/// The client for these settings, or why it cannot be built.
fn probe_client(settings: &GraphSettings) -> Result<ProbeClient, String> {
    ProbeClient::new(settings).map_err(|error| match error {
        SetupError::Address { address, problem } => format!("The address {address} {problem}."),
        SetupError::Http(problem) => format!("The HTTP client cannot be set up: {problem}."),
    })
}

/// All checks that need access to Entra.
async fn check_graph(
    probe_client: &ProbeClient,
    target: &CheckupTarget<'_>,
    clock_samples: &mut Vec<ClockSample>,
) -> Checkup {
    let settings = target.settings;
    let signed_in = probe_client.app_token().await;
    let mut findings = vec![credentials::finding(settings, signed_in.as_ref().err())];
    let (grants, header) = match (&target.access, &signed_in) {
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
    let probes = probe_client.probe(header.as_ref()).await;
    clock_samples.extend(probes.clock_sample);
    findings.push(connectivity::finding(&probes, &target.access, settings));
    if let (GraphAccess::Delegated { .. } | GraphAccess::SignedOut, Ok(bearer)) = (&target.access, &signed_in)
    {
        findings
            .extend(overprivilege::unneeded_app_permissions(&GrantedPermissions::of_token(bearer.secret())));
    }
    if matches!(target.access, GraphAccess::SignedOut) {
        findings.push(permissions::signed_out());
        return Checkup { findings, missing: MissingPermissions::default() };
    }
    let check = PermissionCheck { grants: &grants, probes: &probes, access: &target.access };
    let missing = check.missing();
    findings.extend(check.findings());
    findings.extend(roles::finding(check.reads_basic_users_only(), target.privileged_targets));
    findings.extend(consent::finding(target, &missing));
    findings.extend(overprivilege::findings(&grants, &target.access));
    findings.extend(policy::findings(&probes, &target.access));
    Checkup { findings, missing }
}
