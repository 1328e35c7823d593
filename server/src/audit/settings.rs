//! Where the audit log is kept and for how long.

use std::time::Duration;

use super::{LogFormat, StoreLocation};

/// The checked settings.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// The store for the tenant configured at the start.
    pub default_store: StoreLocation,
    /// The store for tenants that the local operator connects, when it is another one.
    pub connected_store: Option<StoreLocation>,
    /// How long entries are kept, if not for ever.
    pub retention: Option<Duration>,
    /// Lines on standard output.
    pub log: LogFormat,
}

impl AuditSettings {
    /// Everything in memory: for tests.
    pub fn in_memory() -> Self {
        Self {
            default_store: StoreLocation::Memory,
            connected_store: None,
            retention: None,
            log: LogFormat::Off,
        }
    }
}
