//! Where the audit log is kept and for how long.

use std::time::Duration;

use super::{database::DatabaseLocation, publish::PublishSettings, siem::LogFormat};

/// The checked settings.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// The database for the tenant configured at the start.
    pub default_store: DatabaseLocation,
    /// The database for tenants that the local operator connects, when it is another one.
    pub connected_store: Option<DatabaseLocation>,
    /// Other names of the tenant configured at the start under which entries were recorded.
    pub tenant_aliases: Vec<String>,
    /// How long entries are kept, if not for ever.
    pub retention: Option<Duration>,
    /// Where checkpoints are published, if anywhere.
    pub publish: Option<PublishSettings>,
    /// Lines on standard output.
    pub log: LogFormat,
}

impl AuditSettings {
    /// Everything in memory: for tests.
    pub fn in_memory() -> Self {
        Self {
            default_store: DatabaseLocation::Memory,
            connected_store: None,
            tenant_aliases: Vec::new(),
            retention: None,
            publish: None,
            log: LogFormat::Off,
        }
    }
}
