//! Settings from flags and the environment, checked once at start: every problem is named, with its variable.

use std::{fmt, net::SocketAddr, path::PathBuf};

use clap::{
    Args,
    builder::{OsStringValueParser, TypedValueParser as _},
};
use url::Url;

use crate::{
    graph::{GraphSettings, checked_endpoint, is_loopback},
    identity::Secret,
    practice,
};

const DEFAULT_AUTHORITY: &str = "https://login.microsoftonline.com";
const DEFAULT_ENDPOINT: &str = "https://graph.microsoft.com";

/// What `token-inventory serve` takes. With no tenant at all it serves the practice tenant.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Address to listen on; only this machine's own (loopback) is accepted.
    #[arg(long, env = "LISTEN_ADDR", default_value = "127.0.0.1:3000")]
    pub listen_addr: String,
    /// Address that people type, when it differs from the one listened on.
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Folder of the built app (style sheet, WebAssembly, icons).
    #[arg(long, env = "SITE_ROOT", default_value = "target/site")]
    pub site_root: PathBuf,
    /// The tenant to manage.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// The practice tenant, when no other is set.
    #[command(flatten)]
    pub practice: practice::Settings,
}

/// Which tenant of Microsoft Entra, and as which app: what every command that talks to one takes.
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
    /// Microsoft Entra's address, for national clouds and tests.
    #[arg(long, env = "ENTRA_AUTHORITY", default_value = DEFAULT_AUTHORITY)]
    pub entra_authority: String,
    /// Microsoft Graph's address, for national clouds and tests.
    #[arg(long, env = "GRAPH_ENDPOINT", default_value = DEFAULT_ENDPOINT)]
    pub graph_endpoint: String,
}

impl TenantArgs {
    /// The checked settings; `None` when no part of them is given.
    ///
    /// # Errors
    /// When they are incomplete or wrong, with every problem.
    pub fn settings(self) -> Result<Option<GraphSettings>, Problems> {
        let mut problems = Vec::new();
        let settings = entra(self, &mut problems);
        if problems.is_empty() { Ok(settings) } else { Err(Problems(problems)) }
    }
}

/// The checked configuration.
#[derive(Debug)]
pub struct Config {
    /// Where to listen.
    pub listen_addr: SocketAddr,
    /// Where people reach the app, if that was set.
    pub public_url: Option<Url>,
    /// The built app.
    pub site_root: PathBuf,
    /// Which tenant to manage.
    pub tenant: Tenant,
}

/// Which tenant to manage.
#[derive(Debug)]
pub enum Tenant {
    /// The made-up company.
    Practice(practice::Settings),
    /// A tenant of Microsoft Entra.
    Entra(GraphSettings),
}

/// Everything that is wrong with the configuration.
#[derive(Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Token Inventory cannot start with this configuration:")?;
        self.0.iter().try_for_each(|problem| writeln!(f, "  - {problem}"))
    }
}

impl Config {
    /// Checks everything and names every problem at once.
    pub fn check(args: ServeArgs) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let listen_addr = keep(listen_addr(&args.listen_addr), &mut problems);
        let public_url = given(args.public_url.clone()).and_then(|url| keep(public_url(&url), &mut problems));
        let site_root = args.site_root.clone();
        let tenant = tenant(args, &mut problems);
        problems.extend(public_url.as_ref().and_then(|url| exposed(url, tenant.as_ref())));
        match (listen_addr, tenant) {
            (Some(listen_addr), Some(tenant)) if problems.is_empty() => {
                Ok(Self { listen_addr, public_url, site_root, tenant })
            }
            _ => Err(Problems(problems)),
        }
    }
}

fn keep<T>(checked: Result<T, String>, problems: &mut Vec<String>) -> Option<T> {
    checked.map_err(|problem| problems.push(problem)).ok()
}

/// Until people sign in, whoever reaches the server is its administrator: so nobody else's machine may.
fn listen_addr(text: &str) -> Result<SocketAddr, String> {
    let addr: SocketAddr = text
        .replace("localhost:", "127.0.0.1:")
        .parse()
        .map_err(|_| format!("LISTEN_ADDR: {text:?} is no address and port, such as 127.0.0.1:3000"))?;
    if addr.ip().is_loopback() {
        Ok(addr)
    } else {
        Err(format!(
            "LISTEN_ADDR: {addr} can be reached from other machines, and nobody signs in yet: use 127.0.0.1"
        ))
    }
}

fn public_url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(url),
        _ => Err(format!("PUBLIC_URL: {text:?} is no http or https address")),
    }
}

/// An address that others can reach, through a proxy before this server, makes each of them an administrator until
/// people sign in. Of the made-up company everybody may be one.
fn exposed(public_url: &Url, tenant: Option<&Tenant>) -> Option<String> {
    let is_safe = is_loopback(public_url) || matches!(tenant, Some(Tenant::Practice(_)));
    (!is_safe).then(|| {
        format!(
            "PUBLIC_URL: {public_url} can be reached from other machines, and nobody signs in yet: with a tenant of \
             your own use http://localhost and the port, or leave it out"
        )
    })
}

/// A variable that is set to nothing is not set.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn tenant(args: ServeArgs, problems: &mut Vec<String>) -> Option<Tenant> {
    let before = problems.len();
    match entra(args.tenant, problems) {
        Some(settings) => Some(Tenant::Entra(settings)),
        None if problems.len() == before => Some(Tenant::Practice(args.practice)),
        None => None,
    }
}

/// The tenant of Microsoft Entra; none where nothing names one, or with what is wrong among the problems.
fn entra(args: TenantArgs, problems: &mut Vec<String>) -> Option<GraphSettings> {
    let (tenant_id, client_id) = (given(args.entra_tenant_id), given(args.entra_client_id));
    let client_secret = args.entra_client_secret.filter(|secret| !secret.expose().trim().is_empty());
    let file = args.entra_client_secret_file.filter(|file| !file.as_os_str().is_empty());
    let has_secret = client_secret.is_some() || file.is_some();
    let secret = secret(client_secret, file, problems);
    let parts = [tenant_id.is_some(), client_id.is_some(), has_secret];
    if parts == [false; 3] {
        return None;
    }
    let names = ["ENTRA_TENANT_ID", "ENTRA_CLIENT_ID", "ENTRA_CLIENT_SECRET or ENTRA_CLIENT_SECRET_FILE"];
    for (name, _) in names.iter().zip(parts).filter(|(_, present)| !present) {
        problems.push(format!("{name}: missing; a tenant needs all three, the practice tenant none"));
    }
    let authority = keep(
        checked_endpoint(&args.entra_authority).map_err(|why| format!("ENTRA_AUTHORITY: {why}")),
        problems,
    );
    let endpoint = keep(
        checked_endpoint(&args.graph_endpoint).map_err(|why| format!("GRAPH_ENDPOINT: {why}")),
        problems,
    );
    let tenant_id = tenant_id.and_then(|id| keep(plain("ENTRA_TENANT_ID", id), problems));
    let client_id = client_id.and_then(|id| keep(plain("ENTRA_CLIENT_ID", id), problems));
    Some(GraphSettings {
        endpoint: endpoint?,
        authority: authority?,
        tenant_id: tenant_id?,
        client_id: client_id?,
        client_secret: secret?,
    })
}

/// An id or a domain: letters, digits, dots and dashes.
fn plain(name: &str, text: String) -> Result<String, String> {
    let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    if fits { Ok(text) } else { Err(format!("{name}: {text:?} is neither an id nor a domain")) }
}

fn secret(given: Option<Secret>, file: Option<PathBuf>, problems: &mut Vec<String>) -> Option<Secret> {
    match (given, file) {
        (Some(_), Some(_)) => {
            problems.push("ENTRA_CLIENT_SECRET and ENTRA_CLIENT_SECRET_FILE: set one of them".to_owned());
            None
        }
        (Some(secret), None) => Some(secret),
        (None, Some(file)) => keep(read_secret(&file), problems),
        (None, None) => None,
    }
}

fn read_as_secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text.to_owned()))
}

fn read_secret(path: &std::path::Path) -> Result<Secret, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("ENTRA_CLIENT_SECRET_FILE: {} cannot be read: {error}", path.display()))?;
    match text.trim() {
        "" => Err(format!("ENTRA_CLIENT_SECRET_FILE: {} is empty", path.display())),
        secret => Ok(Secret::new(secret.to_owned())),
    }
}

#[cfg(test)]
mod tests;
