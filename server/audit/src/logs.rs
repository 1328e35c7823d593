//! Which audit log a tenant's changes go to.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{
    database::{Database, DatabaseError},
    log::AuditLog,
    publish::Publisher,
    settings::AuditSettings,
    siem::Siem,
};

/// The audit log of the tenant configured at the start, and the one of tenants that the local operator connects: that of
/// the practice tenant may be in memory, that of a real tenant is persistent.
pub struct AuditLogs {
    default_log: Arc<AuditLog>,
    connected_log: OnceCell<Arc<AuditLog>>,
    settings: AuditSettings,
    siem: Siem,
    now_ms: fn() -> u64,
}

impl AuditLogs {
    /// Starts the audit log of the tenant configured at the start, in the open database of these settings.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn on(
        default_database: Database,
        settings: AuditSettings,
        siem: Siem,
        now_ms: fn() -> u64,
    ) -> Result<Self, DatabaseError> {
        let default_log = AuditLog::on(default_database, siem.clone(), settings.retention, now_ms).await?;
        let logs = Self { default_log, connected_log: OnceCell::new(), settings, siem, now_ms };
        logs.start_publishing(&logs.default_log);
        Ok(logs)
    }

    /// Publishes the checkpoints of a log that outlives the program.
    fn start_publishing(&self, audit_log: &AuditLog) {
        let settings = self.settings.publish.clone().filter(|_| audit_log.store().database().is_persistent());
        if let Some(settings) = settings {
            tokio::spawn(Publisher::new(Arc::clone(audit_log.store()), settings).run());
        }
    }

    /// The audit log of the tenant configured at the start.
    pub fn default_log(&self) -> Arc<AuditLog> {
        Arc::clone(&self.default_log)
    }

    /// The audit log of tenants that the local operator connects: the default one, unless another one is open.
    pub fn connected_log(&self) -> Arc<AuditLog> {
        Arc::clone(self.connected_log.get().unwrap_or(&self.default_log))
    }

    /// The audit log of tenants that the local operator connects, opened with the first of them.
    ///
    /// # Errors
    /// When its store cannot be opened: then no tenant may be connected.
    pub async fn open_connected(&self) -> Result<Arc<AuditLog>, DatabaseError> {
        let Some(location) = &self.settings.connected_store else { return Ok(Arc::clone(&self.default_log)) };
        let open = async || {
            let audit_log =
                AuditLog::open(location, self.siem.clone(), self.settings.retention, self.now_ms).await?;
            self.start_publishing(&audit_log);
            Ok(audit_log)
        };
        self.connected_log.get_or_try_init(open).await.map(Arc::clone)
    }

    /// Stores the entries that are queued so far.
    pub async fn flush(&self) {
        self.default_log.flush().await;
        if let Some(connected) = self.connected_log.get() {
            connected.flush().await;
        }
    }

    /// Waits for operations in progress, stores queued entries, and closes the stores.
    pub async fn close(&self) {
        self.default_log.close().await;
        if let Some(connected) = self.connected_log.get() {
            connected.close().await;
        }
    }
}
