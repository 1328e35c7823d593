//! The configuration from flags and the environment, validated once at start: every error is reported with its variable.

mod audit_keys;
mod audit_log;
mod audit_publish;
mod practice_proxy;
pub(crate) mod secret_file;
mod self_service;
mod sessions;
mod step_up;
mod tenant;
mod trusted_proxies;

use std::{fmt, net::SocketAddr, path::PathBuf};

use audit::AuditSettings;
use clap::Args;
use graph::{Secret, is_loopback};
use practice::PracticeSettings;
use token_core::plan::privileged::PrivilegedTargets;
use url::Url;

pub use self::{
    audit_keys::AuditKeyArgs,
    audit_log::{AuditArgs, StoreArgs},
    audit_publish::AuditPublishArgs,
    practice_proxy::PracticeProxyArgs,
    self_service::{Offer, SelfService, SelfServiceAccessArgs, SelfServiceArgs},
    sessions::Lifetimes,
    step_up::StepUpContext,
    tenant::{Access, Clouds, Organisation, TenantArgs, checked_client_id, checked_tenant_id},
    trusted_proxies::TrustedProxies,
};
use crate::{base_path, static_files::StaticFiles};

/// What `token-inventory serve` takes. With no tenant at all it serves the practice tenant.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Address to listen on; only this machine's own (loopback) is accepted until users sign in to a tenant. Without it:
    /// 127.0.0.1:3000, and another port of 127.0.0.1 if that is taken and nobody signs in.
    #[arg(long, env = "LISTEN_ADDR")]
    pub listen_addr: Option<String>,
    /// Address that users type, when it differs from the one listened on. With a path after the host, such as
    /// /tokens, everything lies below that path, and a proxy must pass it on as it is.
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Reverse proxies that say truly, in X-Forwarded-For, where a request comes from: addresses and networks, such as
    /// 10.0.0.5,172.16.0.0/12. Nobody else's word is taken.
    #[arg(long, env = "TRUSTED_PROXIES", default_value = "")]
    pub trusted_proxies: String,
    /// Token with which /metrics may be read from other machines, as "Authorization: Bearer …". Without it: from this
    /// machine only.
    #[arg(long, env = "METRICS_TOKEN", hide_env_values = true, value_parser = tenant::read_as_secret)]
    pub metrics_token: Option<Secret>,
    /// Open the app in the browser.
    #[arg(long)]
    pub open: bool,
    /// Folder of a built app (style sheet, WebAssembly, icons), instead of the one inside the program.
    #[arg(long, env = "SITE_ROOT")]
    pub site_root: Option<PathBuf>,
    /// Which tenant.
    #[command(flatten)]
    pub tenant: TenantArgs,
    /// Value of the app role that makes an administrator.
    #[arg(long, env = "ADMIN_ROLE", default_value = DEFAULT_ADMIN_ROLE)]
    pub admin_role: String,
    /// Value of the app role that makes an auditor, who sees the audit trail and nothing else.
    #[arg(long, env = "AUDITOR_ROLE", default_value = DEFAULT_AUDITOR_ROLE)]
    pub auditor_role: String,
    /// The audit trail.
    #[command(flatten)]
    pub audit: AuditArgs,
    /// Its checkpoints.
    #[command(flatten)]
    pub audit_publish: AuditPublishArgs,
    /// A session ends after so long without a request, such as 30m or 1h.
    #[arg(long, env = "SESSION_IDLE", default_value = "1h")]
    pub session_idle: String,
    /// A session ends after so long in any case.
    #[arg(long, env = "SESSION_LONGEST", default_value = "12h")]
    pub session_longest: String,
    /// Authentication context of Conditional Access, such as c1, that users' changes of their own tokens and
    /// administrators' deletions require. Without it: a sign-in within the last ten minutes.
    #[arg(long, env = "STEP_UP_CONTEXT")]
    pub step_up_context: Option<String>,
    /// What users may do with their own tokens.
    #[command(flatten)]
    pub self_service: SelfServiceArgs,
    /// Serve the practice tenant under a public name: its made-up data are shown to everybody, since nobody signs in.
    #[arg(long)]
    pub practice: bool,
    /// The practice tenant, when no other is set.
    #[command(flatten)]
    pub practice_settings: PracticeSettings,
    /// The proxy in front of it.
    #[command(flatten)]
    pub practice_proxy: PracticeProxyArgs,
}

/// The default listen address.
pub const USUAL_ADDRESS: &str = "127.0.0.1:3000";
/// The default app role of administrators.
pub const DEFAULT_ADMIN_ROLE: &str = "TokenInventory.Admin";
/// The default app role of auditors.
pub const DEFAULT_AUDITOR_ROLE: &str = "TokenInventory.Auditor";

/// The validated configuration.
#[derive(Debug)]
pub struct Config {
    /// Where to listen.
    pub listen_addr: SocketAddr,
    /// Whether another port may be used when that one is taken.
    pub any_port: bool,
    /// The address that users type, if it is set; its path ends with a slash.
    pub public_url: Option<Url>,
    /// The proxies whose X-Forwarded-For is trusted.
    pub proxies: TrustedProxies,
    /// The token of the metrics, if one is set.
    pub metrics_token: Option<Secret>,
    /// Whether to open the app in the browser.
    pub open: bool,
    /// The built app, unless the one inside the program is used.
    pub files: Option<StaticFiles>,
    /// Which tenant to manage.
    pub tenant: TenantConfig,
    /// Value of the app role that makes an administrator.
    pub admin_role: String,
    /// Value of the app role that makes an auditor.
    pub auditor_role: String,
    /// Where the audit trail is stored.
    pub audit: AuditSettings,
    /// How long a session lasts.
    pub lifetimes: Lifetimes,
    /// The authentication context that sensitive actions require.
    pub step_up_context: StepUpContext,
    /// What is done with tokens of users who hold a directory role.
    pub privileged_targets: PrivilegedTargets,
    /// What users may do with their own tokens.
    pub self_service: SelfService,
    /// The port of the proxy in front of the practice tenant's server, if one is wanted; 0 for any.
    pub practice_proxy: Option<u16>,
}

/// Which tenant to manage.
#[derive(Debug)]
pub enum TenantConfig {
    /// The practice tenant, and the clouds of a tenant that the local operator connects.
    Practice(Box<PracticeSettings>, Clouds),
    /// A tenant of Microsoft Entra whose users sign in.
    Organisation(Organisation),
}

/// All errors of the configuration.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Token Inventory cannot start with this configuration:")?;
        self.0.iter().try_for_each(|problem| writeln!(f, "  - {problem}"))
    }
}

impl Config {
    /// Validates all settings and reports every error at once.
    pub fn check(args: ServeArgs) -> Result<Self, ConfigErrors> {
        let mut problems = Vec::new();
        let chosen_addr = non_empty(args.listen_addr);
        let listen_addr =
            ok_or_record(listen_addr(chosen_addr.as_deref().unwrap_or(USUAL_ADDRESS)), &mut problems);
        let public_url =
            non_empty(args.public_url).and_then(|url| ok_or_record(public_url(&url), &mut problems));
        let proxies =
            TrustedProxies::parse(&args.trusted_proxies).map_err(|why| format!("TRUSTED_PROXIES: {why}"));
        let proxies = ok_or_record(proxies, &mut problems).unwrap_or_default();
        let admin_role = ok_or_record(role("ADMIN_ROLE", &args.admin_role), &mut problems);
        let auditor_role = ok_or_record(role("AUDITOR_ROLE", &args.auditor_role), &mut problems);
        let lifetimes = Lifetimes::check(&args.session_idle, &args.session_longest, &mut problems);
        let step_up_context =
            ok_or_record(StepUpContext::parse(args.step_up_context.as_deref()), &mut problems);
        let self_service = args.self_service.check(&mut problems);
        let privileged_targets = args.tenant.check_privileged_targets(&mut problems);
        let tenant = match args.tenant.check(&mut problems) {
            Some((clouds, None)) => Some(TenantConfig::Practice(Box::new(args.practice_settings), clouds)),
            Some((_, Some(organisation))) => Some(TenantConfig::Organisation(organisation)),
            None => None,
        };
        let is_practice = matches!(tenant, Some(TenantConfig::Practice(..)));
        let practice_proxy = args.practice_proxy.check(is_practice, &mut problems);
        let publish = args.audit_publish.check(&mut problems);
        let audit = args.audit.check(is_practice, &mut problems);
        let audit = audit.map(|audit| AuditSettings { publish, ..audit });
        if let (Some(addr), Some(tenant)) = (&listen_addr, &tenant) {
            problems.extend(exposure_error(addr, public_url.as_ref(), tenant, args.practice));
        }
        // With a tenant the redirect URI must match the one registered in Entra; a configured address is kept as it is.
        let any_port = chosen_addr.is_none() && public_url.is_none() && is_practice;
        let metrics_token = args.metrics_token.filter(|token| !token.expose().trim().is_empty());
        let (open, files) = (args.open, args.site_root.map(StaticFiles::Folder));
        let roles = admin_role.zip(auditor_role);
        let sensitive = self_service.zip(step_up_context).zip(privileged_targets);
        match (listen_addr, tenant, roles, lifetimes, sensitive.zip(audit)) {
            (
                Some(listen_addr),
                Some(tenant),
                Some((admin_role, auditor_role)),
                Some(lifetimes),
                Some((((self_service, step_up_context), privileged_targets), audit)),
            ) if problems.is_empty() => Ok(Self {
                listen_addr,
                any_port,
                public_url,
                proxies,
                metrics_token,
                open,
                files,
                tenant,
                admin_role,
                auditor_role,
                audit,
                lifetimes,
                step_up_context,
                privileged_targets,
                self_service,
                practice_proxy,
            }),
            _ => Err(ConfigErrors(problems)),
        }
    }
}

fn ok_or_record<T>(checked: Result<T, String>, problems: &mut Vec<String>) -> Option<T> {
    checked.map_err(|problem| problems.push(problem)).ok()
}

/// Parses an address to listen on.
pub(crate) fn listen_addr(text: &str) -> Result<SocketAddr, String> {
    text.replace("localhost:", "127.0.0.1:")
        .parse()
        .map_err(|_| format!("LISTEN_ADDR: {text:?} is no address and port, such as 127.0.0.1:3000"))
}

fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).ok().filter(|url| url.host().is_some());
    let wrong = |why: &str| Err(format!("PUBLIC_URL: {text:?} {why}"));
    match url {
        Some(url) if url.query().is_some() || url.fragment().is_some() => {
            wrong("must end after the host and port, or after a path")
        }
        Some(url) if !base_path::is_valid(url.path()) => wrong(
            "has a path that holds more than letters, digits and - . _ ~ between its slashes, or an empty part",
        ),
        Some(url) if !url.username().is_empty() || url.password().is_some() => {
            wrong("must not hold a user name or password")
        }
        Some(mut url) if matches!(url.scheme(), "http" | "https") => {
            // With a trailing slash relative URLs resolve below the path, not beside its last segment.
            let path = format!("{}/", base_path::of(&url));
            url.set_path(&path);
            Ok(url)
        }
        _ => wrong("is no http or https address"),
    }
}

/// Rejects a server that is reachable too widely. The practice tenant has no sign-in and must listen on loopback, and under a public name
/// it needs the flag: without it, a server that has lost the settings of its tenant would serve made-up data there. For a tenant, Entra
/// accepts redirect URIs with https or on localhost only.
fn exposure_error(
    addr: &SocketAddr,
    public_url: Option<&Url>,
    tenant: &TenantConfig,
    wants_practice: bool,
) -> Option<String> {
    let is_open = !addr.ip().is_loopback();
    match (tenant, public_url) {
        (TenantConfig::Practice(..), _) if is_open => Some(format!(
            "LISTEN_ADDR: {addr} can be reached from other machines, and without a tenant nobody signs in: use \
             127.0.0.1, or set ENTRA_TENANT_ID, ENTRA_CLIENT_ID and a secret or certificate"
        )),
        (TenantConfig::Practice(..), Some(url)) if !is_loopback(url) && !wants_practice => Some(format!(
            "PUBLIC_URL: {url} is a public name, and no tenant is set: set ENTRA_TENANT_ID, ENTRA_CLIENT_ID and a secret or \
             certificate. To show the practice tenant there, where everybody is its administrator, start with --practice"
        )),
        (TenantConfig::Organisation(_), _) if wants_practice => {
            Some("--practice: a tenant is set; leave the flag or the tenant out".to_owned())
        }
        (TenantConfig::Organisation(_), None) if is_open => Some(
            "PUBLIC_URL: missing; when other machines reach the server, Entra must know where to send users back to"
                .to_owned(),
        ),
        (TenantConfig::Organisation(_), Some(url)) if url.scheme() != "https" && !is_loopback(url) => Some(format!(
            "PUBLIC_URL: {url} must begin with https:// (http:// is accepted for localhost only): users sign in there"
        )),
        _ => None,
    }
}

fn role(name: &str, text: &str) -> Result<String, String> {
    let role = text.trim();
    if role.is_empty() || role.contains(char::is_whitespace) {
        return Err(format!("{name}: {text:?} is not the value of an app role, which has no blanks"));
    }
    Ok(role.to_owned())
}

/// Treats an empty variable as not set.
fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests;
