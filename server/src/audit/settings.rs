//! Where the trail is kept and for how long.

use std::time::Duration;

use clap::Args;

use super::{LogForm, StoreAt};
use crate::{config::Problems, entra::Secret, own_folder};

/// The file's name, unless another place is set.
const FILE: &str = "token-inventory.db";
/// One day: nobody keeps a trail for less.
const DAY: Duration = Duration::from_hours(24);

/// Where the audit trail is.
#[derive(Debug, Clone, Args)]
pub struct PlaceArgs {
    /// Where the audit trail is kept: sqlite:FILE, sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE. Without it:
    /// token-inventory.db in your own data folder (~/.local/share/token-inventory, ~/Library/Application Support/token-inventory,
    /// %APPDATA%\token-inventory\data), and in memory for the practice tenant.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = read_as_secret)]
    pub database_url: Option<Secret>,
}

/// Settings of the audit trail.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// Where it is kept.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Entries older than this are removed, such as 365d. Without it they are kept for ever.
    #[arg(long, env = "AUDIT_RETENTION")]
    pub audit_retention: Option<String>,
    /// Every entry also as a line on standard output: json, text or off.
    #[arg(long, env = "AUDIT_LOG", default_value = "off")]
    pub audit_log: String,
}

/// The checked settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the trail of the start's tenant is kept.
    pub home: StoreAt,
    /// Where the trail of a tenant is kept that the local operator connects, when that is another place.
    pub connected: Option<StoreAt>,
    /// How long entries are kept, if not for ever.
    pub retention: Option<Duration>,
    /// Lines on standard output.
    pub log: LogForm,
}

impl Settings {
    /// Everything in memory: for tests.
    pub fn in_memory() -> Self {
        Self { home: StoreAt::Memory, connected: None, retention: None, log: LogForm::Off }
    }
}

impl PlaceArgs {
    fn given(&self) -> Result<Option<StoreAt>, String> {
        let url = self.database_url.as_ref().map(Secret::expose).filter(|url| !url.trim().is_empty());
        url.map(StoreAt::parse).transpose()
    }

    /// Where the trail is kept that commands look at.
    ///
    /// # Errors
    /// When the address is none.
    pub fn store(&self) -> Result<StoreAt, Problems> {
        match self.given() {
            Ok(given) => Ok(given.unwrap_or_else(usual)),
            Err(why) => Err(Problems(vec![format!("DATABASE_URL: {why}")])),
        }
    }
}

impl AuditArgs {
    /// Checks everything; every problem is named. What the practice tenant does is kept in memory, unless a place is set.
    pub(crate) fn check(&self, is_practice: bool, problems: &mut Vec<String>) -> Option<Settings> {
        let given = named("DATABASE_URL", self.place.given(), problems);
        let log = named("AUDIT_LOG", LogForm::parse(&self.audit_log), problems);
        let retention = named("AUDIT_RETENTION", self.retention(), problems);
        let (home, connected) = match given? {
            Some(place) => (place, None),
            None if is_practice => (StoreAt::Memory, Some(usual())),
            None => (usual(), None),
        };
        Some(Settings { home, connected, retention: retention?, log: log? })
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

/// The file in the person's own folder; for somebody without one, in the working folder.
fn usual() -> StoreAt {
    let file = own_folder::path().map_or_else(|| FILE.into(), |folder| folder.join(FILE));
    StoreAt::of_file(&file)
}

fn named<T>(name: &str, checked: Result<T, String>, problems: &mut Vec<String>) -> Option<T> {
    checked.map_err(|why| problems.push(format!("{name}: {why}"))).ok()
}

fn read_as_secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text.to_owned()))
}
