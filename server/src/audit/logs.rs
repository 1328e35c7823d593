//! Which audit log a tenant's changes go to.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{AuditLog, AuditSettings, Siem, store::StoreError};

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
    /// Opens the audit log of the tenant configured at the start.
    ///
    /// # Errors
    /// When its store cannot be opened.
    pub async fn open(settings: AuditSettings, siem: Siem, now_ms: fn() -> u64) -> Result<Self, String> {
        let default_log = AuditLog::open(&settings.default_store, siem.clone(), settings.retention, now_ms).await.map_err(|error| {
            format!(
                "The audit trail cannot be opened (DATABASE_URL), so Token Inventory does not start: {error}"
            )
        })?;
        Ok(Self { default_log, connected_log: OnceCell::new(), settings, siem, now_ms })
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
    pub async fn open_connected(&self) -> Result<Arc<AuditLog>, StoreError> {
        let Some(location) = &self.settings.connected_store else { return Ok(Arc::clone(&self.default_log)) };
        let open = || AuditLog::open(location, self.siem.clone(), self.settings.retention, self.now_ms);
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
