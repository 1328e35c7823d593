//! The settings of the audit log: where it is kept and for how long.

use std::{path::PathBuf, time::Duration};

use audit::{AuditSettings, LogFormat, data_dir, database::DatabaseLocation};
use clap::{
    Args,
    builder::{OsStringValueParser, TypedValueParser as _},
};
use graph::Secret;

use super::{ConfigErrors, ok_or_record, secret_file};

/// The default file's name.
const FILE: &str = "token-inventory.db";
/// The shortest retention.
const DAY: Duration = Duration::from_hours(24);

/// Where the audit trail is.
#[derive(Debug, Clone, Args)]
pub struct StoreArgs {
    /// Where the audit trail is kept: sqlite:FILE, sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE. Without it:
    /// token-inventory.db in your own data folder (~/.local/share/token-inventory, ~/Library/Application Support/token-inventory,
    /// %APPDATA%\token-inventory\data). The practice tenant's is in memory, always.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = read_as_secret)]
    pub database_url: Option<Secret>,
    /// File that holds that address, with the password in it.
    #[arg(long, env = "DATABASE_URL_FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub database_url_file: Option<PathBuf>,
}

/// Settings of the audit trail.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// Where it is kept.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Other names of the tenant in earlier entries, such as a domain that ENTRA_TENANT_ID once was, with commas between them: users
    /// see the entries of their own tenant only.
    #[arg(long, env = "AUDIT_TENANT_ALIASES", value_delimiter = ',')]
    pub audit_tenant_aliases: Vec<String>,
    /// Entries older than this are removed, such as 365d. Without it they are kept for ever.
    #[arg(long, env = "AUDIT_RETENTION")]
    pub audit_retention: Option<String>,
    /// Every entry also as a line on standard output: json, text or off.
    #[arg(long, env = "AUDIT_LOG", default_value = "off")]
    pub audit_log: String,
}

impl StoreArgs {
    /// The address that is set; an error begins with the name of its variable.
    fn explicit_location(&self) -> Result<Option<DatabaseLocation>, String> {
        let url = self.database_url.clone().filter(|url| !url.expose().trim().is_empty());
        let file = self.database_url_file.as_ref().filter(|file| !file.as_os_str().is_empty());
        let (name, url) = match (url, file) {
            (Some(_), Some(_)) => return Err("DATABASE_URL, DATABASE_URL_FILE: set one of them".to_owned()),
            (Some(url), None) => ("DATABASE_URL", url),
            (None, Some(file)) => ("DATABASE_URL_FILE", secret_file::read_line("DATABASE_URL_FILE", file)?),
            (None, None) => return Ok(None),
        };
        DatabaseLocation::parse(url.expose()).map(Some).map_err(|why| format!("{name}: {why}"))
    }

    /// The store that commands read.
    ///
    /// # Errors
    /// When the address is invalid.
    pub fn location(&self) -> Result<DatabaseLocation, ConfigErrors> {
        match self.explicit_location() {
            Ok(given) => Ok(given.unwrap_or_else(default_location)),
            Err(why) => Err(ConfigErrors(vec![why])),
        }
    }
}

impl AuditArgs {
    /// Checks all settings and collects all problems. The practice tenant's store is always in memory, since everybody is its
    /// administrator: a server that has lost the settings of its tenant must not show that tenant's entries.
    pub(crate) fn check(&self, is_practice: bool, problems: &mut Vec<String>) -> Option<AuditSettings> {
        let given = ok_or_record(self.store.explicit_location(), problems);
        let log = checked("AUDIT_LOG", LogFormat::parse(&self.audit_log), problems);
        let retention = checked("AUDIT_RETENTION", self.retention(), problems);
        let (default_store, connected_store) = match given? {
            given if is_practice => (DatabaseLocation::Memory, Some(given.unwrap_or_else(default_location))),
            given => (given.unwrap_or_else(default_location), None),
        };
        let aliases =
            self.audit_tenant_aliases.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
        let tenant_aliases = aliases.map(ToOwned::to_owned).collect();
        Some(AuditSettings {
            default_store,
            connected_store,
            tenant_aliases,
            retention: retention?,
            publish: None,
            log: log?,
        })
    }

    fn retention(&self) -> Result<Option<Duration>, String> {
        let Some(text) = self.audit_retention.as_deref().map(str::trim).filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        let wrong = || format!("{text:?} is no time of at least one day, such as 365d");
        let days = text.strip_suffix('d').and_then(|days| days.trim().parse::<u32>().ok());
        let span = days.map(|days| DAY * days).filter(|span| *span >= DAY);
        span.map(Some).ok_or_else(wrong)
    }
}

/// The file in the user's data directory; without one, in the working directory.
fn default_location() -> DatabaseLocation {
    let file = data_dir::path().map_or_else(|| FILE.into(), |folder| folder.join(FILE));
    DatabaseLocation::of_file(&file)
}

fn checked<T>(name: &str, outcome: Result<T, String>, problems: &mut Vec<String>) -> Option<T> {
    outcome.map_err(|why| problems.push(format!("{name}: {why}"))).ok()
}

fn read_as_secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text.to_owned()))
}
