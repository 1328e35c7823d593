//! The settings of the tenant and of the app registration: either all required ones are set, or none.

use std::path::{Path, PathBuf};

use clap::{
    Args,
    builder::{OsStringValueParser, TypedValueParser as _},
};
use graph::{Certificate, Credential, GraphSettings, Secret, parse_endpoint};
use token_core::plan::privileged::PrivilegedTargets;
use url::Url;

use super::{ConfigErrors, non_empty, ok_or_record, secret_file};

const DEFAULT_AUTHORITY: &str = "https://login.microsoftonline.com";
const DEFAULT_ENDPOINT: &str = "https://graph.microsoft.com";
/// Names for "any tenant" in Microsoft's URLs, which are not accepted here.
const ANY_TENANT: [&str; 3] = ["common", "organizations", "consumers"];

/// A tenant and the app registration in it.
#[derive(Debug, Clone, Args)]
pub struct TenantArgs {
    /// Directory (tenant) id or domain.
    #[arg(long, env = "ENTRA_TENANT_ID")]
    pub entra_tenant_id: Option<String>,
    /// Application (client) id.
    #[arg(long, env = "ENTRA_CLIENT_ID")]
    pub entra_client_id: Option<String>,
    /// Client secret. Prefer the variable or the file: other users of this machine can see flags.
    #[arg(long, env = "ENTRA_CLIENT_SECRET", hide_env_values = true, value_parser = read_as_secret)]
    pub entra_client_secret: Option<Secret>,
    /// File that holds the client secret.
    #[arg(long, env = "ENTRA_CLIENT_SECRET_FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub entra_client_secret_file: Option<PathBuf>,
    /// PEM file with a certificate and its private key, instead of a client secret.
    #[arg(long, env = "ENTRA_CLIENT_CERTIFICATE_FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub entra_client_certificate_file: Option<PathBuf>,
    /// Microsoft Entra's address, for national clouds and tests.
    #[arg(long, env = "ENTRA_AUTHORITY", default_value = DEFAULT_AUTHORITY)]
    pub entra_authority: String,
    /// Microsoft Graph's address, for national clouds and tests.
    #[arg(long, env = "GRAPH_ENDPOINT", default_value = DEFAULT_ENDPOINT)]
    pub graph_endpoint: String,
    /// As whom Graph is asked: "application" (the app itself) or "delegated" (each administrator, with their own Entra
    /// roles).
    #[arg(long, env = "GRAPH_ACCESS", default_value = "application")]
    pub graph_access: String,
    /// What is done with tokens of users who hold a directory role, such as Global Administrator: "confirm" (changed once
    /// the plan was confirmed by name), "refuse" (not changed) or "allow" (changed like all others).
    #[arg(long, env = "PRIVILEGED_TARGETS", default_value = "confirm")]
    pub privileged_targets: String,
}

/// With whose permissions Graph is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The app's own.
    Application,
    /// Each administrator's.
    Delegated,
}

/// The endpoints of Microsoft's services.
#[derive(Debug, Clone)]
pub struct Clouds {
    /// Microsoft Entra's sign-in.
    pub authority: Url,
    /// Microsoft Graph.
    pub endpoint: Url,
}

/// A tenant whose users sign in.
#[derive(Debug)]
pub struct Organisation {
    /// The tenant and the app registration.
    pub settings: GraphSettings,
    /// With whose permissions Graph is called.
    pub access: Access,
}

impl TenantArgs {
    /// The organisation for a command that runs without the server; `None` when none of its settings is set.
    ///
    /// # Errors
    /// All errors when the settings are incomplete or invalid.
    pub fn organisation(self) -> Result<Option<Organisation>, ConfigErrors> {
        let mut problems = Vec::new();
        let checked = self.check(&mut problems).and_then(|(_, organisation)| organisation);
        if problems.is_empty() { Ok(checked) } else { Err(ConfigErrors(problems)) }
    }

    /// What is done with tokens of users who hold a directory role; adds an error to `problems`.
    pub(crate) fn check_privileged_targets(&self, problems: &mut Vec<String>) -> Option<PrivilegedTargets> {
        let text = &self.privileged_targets;
        let wrong = || format!("PRIVILEGED_TARGETS: {text:?} is neither confirm nor refuse nor allow");
        let is_empty = text.trim().is_empty();
        let parsed =
            if is_empty { Some(PrivilegedTargets::default()) } else { PrivilegedTargets::parse(text) };
        ok_or_record(parsed.ok_or_else(wrong), problems)
    }

    /// The clouds, and the organisation if one is set; adds every error to `problems`.
    pub(crate) fn check(self, problems: &mut Vec<String>) -> Option<(Clouds, Option<Organisation>)> {
        let authority = ok_or_record(address("ENTRA_AUTHORITY", &self.entra_authority), problems);
        let endpoint = ok_or_record(address("GRAPH_ENDPOINT", &self.graph_endpoint), problems);
        let access = ok_or_record(access(&self.graph_access), problems);
        let (tenant_id, client_id) = (non_empty(self.entra_tenant_id), non_empty(self.entra_client_id));
        let secret = self.entra_client_secret.filter(|secret| !secret.expose().trim().is_empty());
        let files = [self.entra_client_secret_file, self.entra_client_certificate_file];
        let [secret_file, certificate_file] =
            files.map(|file| file.filter(|path| !path.as_os_str().is_empty()));
        let has_credential = secret.is_some() || secret_file.is_some() || certificate_file.is_some();
        let credential = credential(secret, secret_file, certificate_file, problems);
        let present = [tenant_id.is_some(), client_id.is_some(), has_credential];
        let clouds = || Some(Clouds { authority: authority.clone()?, endpoint: endpoint.clone()? });
        if present == [false; 3] {
            if access == Some(Access::Delegated) {
                problems
                    .push("GRAPH_ACCESS: delegated needs a tenant whose administrators sign in".to_owned());
            }
            return Some((clouds()?, None));
        }
        let names = ["ENTRA_TENANT_ID", "ENTRA_CLIENT_ID", CREDENTIALS];
        for (name, _) in names.iter().zip(present).filter(|(_, present)| !present) {
            problems.push(format!("{name}: missing; a tenant needs all three, the practice tenant none"));
        }
        let named =
            |name: &str, checked: Result<String, String>| checked.map_err(|why| format!("{name}: {why}"));
        let tenant_id =
            tenant_id.and_then(|id| ok_or_record(named("ENTRA_TENANT_ID", checked_tenant_id(&id)), problems));
        let client_id =
            client_id.and_then(|id| ok_or_record(named("ENTRA_CLIENT_ID", checked_client_id(&id)), problems));
        let Clouds { authority, endpoint } = clouds()?;
        let settings = GraphSettings {
            endpoint,
            authority,
            tenant_id: tenant_id?,
            client_id: client_id?,
            credential: credential?,
        };
        Some((
            Clouds { authority: settings.authority.clone(), endpoint: settings.endpoint.clone() },
            Some(Organisation { settings, access: access? }),
        ))
    }
}

const CREDENTIALS: &str = "ENTRA_CLIENT_SECRET, ENTRA_CLIENT_SECRET_FILE or ENTRA_CLIENT_CERTIFICATE_FILE";

fn address(name: &str, text: &str) -> Result<Url, String> {
    parse_endpoint(text).map_err(|why| format!("{name}: {why}"))
}

fn access(text: &str) -> Result<Access, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" | "application" => Ok(Access::Application),
        "delegated" => Ok(Access::Delegated),
        _ => Err(format!("GRAPH_ACCESS: {text:?} is neither application nor delegated")),
    }
}

/// Validates the syntax of a tenant id: a GUID or a domain.
pub fn checked_tenant_id(text: &str) -> Result<String, String> {
    if ANY_TENANT.iter().any(|any| any.eq_ignore_ascii_case(text.trim())) {
        return Err(format!("{text:?} stands for any tenant; enter your own tenant's id"));
    }
    plain(text)
}

/// Validates the syntax of a client id: a GUID.
pub fn checked_client_id(text: &str) -> Result<String, String> {
    plain(text)
}

/// An id or a domain: letters, digits, dots and dashes.
fn plain(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    if fits { Ok(text.to_owned()) } else { Err(format!("{text:?} is neither an id nor a domain")) }
}

fn credential(
    secret: Option<Secret>,
    secret_file: Option<PathBuf>,
    certificate_file: Option<PathBuf>,
    problems: &mut Vec<String>,
) -> Option<Credential> {
    match (secret, secret_file, certificate_file) {
        (Some(secret), None, None) => Some(Credential::Secret(secret)),
        (None, Some(file), None) => {
            ok_or_record(secret_file::read_line("ENTRA_CLIENT_SECRET_FILE", &file), problems)
                .map(Credential::Secret)
        }
        (None, None, Some(file)) => {
            ok_or_record(read_certificate(&file), problems).map(Credential::Certificate)
        }
        (None, None, None) => None,
        _ => {
            problems.push(format!("{CREDENTIALS}: set one of them"));
            None
        }
    }
}

pub(super) fn read_as_secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text.to_owned()))
}

fn read_certificate(path: &Path) -> Result<Certificate, String> {
    const VARIABLE: &str = "ENTRA_CLIENT_CERTIFICATE_FILE";
    let bytes = secret_file::read(VARIABLE, path)?;
    Certificate::from_pem(&bytes).map_err(|why| format!("{VARIABLE}: {} {why}", path.display()))
}
