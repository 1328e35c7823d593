//! Which trail a tenant's changes go to.

use std::sync::Arc;

use app::api::tenant::about::Way;
use tokio::sync::OnceCell;

use super::{Settings, Siem, Trail, store::StoreError};

/// The trail of the start's tenant, and the one of tenants that the local operator connects: what is done to a made-up
/// company is forgotten with it, what is done to a real one is not.
pub struct Trails {
    home: Arc<Trail>,
    connected: OnceCell<Arc<Trail>>,
    settings: Settings,
    siem: Siem,
}

impl Trails {
    /// Opens the trail of the start's tenant.
    ///
    /// # Errors
    /// When its store cannot be opened.
    pub async fn open(settings: Settings, siem: Siem) -> Result<Self, String> {
        let home = Trail::open(&settings.home, siem.clone(), settings.retention).await.map_err(|error| {
            format!(
                "The audit trail cannot be opened (DATABASE_URL), so Token Inventory does not start: {error}"
            )
        })?;
        Ok(Self { home, connected: OnceCell::new(), settings, siem })
    }

    /// The trail of a tenant that came to be managed in this way.
    pub fn of(&self, way: Way) -> Arc<Trail> {
        let connected = self.connected.get().filter(|_| way == Way::Local);
        Arc::clone(connected.unwrap_or(&self.home))
    }

    /// The trail of tenants that the local operator connects, opened when the first is.
    ///
    /// # Errors
    /// When its store cannot be opened: then no tenant may be connected.
    pub async fn connected(&self) -> Result<Arc<Trail>, StoreError> {
        let Some(place) = &self.settings.connected else { return Ok(Arc::clone(&self.home)) };
        let open = || Trail::open(place, self.siem.clone(), self.settings.retention);
        self.connected.get_or_try_init(open).await.map(Arc::clone)
    }

    /// Stores what waits, as far as it has come.
    pub async fn settle(&self) {
        self.home.settle().await;
        if let Some(connected) = self.connected.get() {
            connected.settle().await;
        }
    }

    /// Waits for what is under way, stores what waits, and lets go of the stores.
    pub async fn close(&self) {
        self.home.close().await;
        if let Some(connected) = self.connected.get() {
            connected.close().await;
        }
    }
}
