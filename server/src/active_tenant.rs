//! The tenant that the program manages now.

use std::sync::{Arc, PoisonError, RwLock};

use app::api::boot_info::DeploymentMode;
use graph::{GraphDirectory, GraphSettings, entra::sign_in::EntraClient};
use token_core::error::ServiceError;

/// The connection to one tenant.
pub struct Connection {
    /// The deployment mode in which it was configured.
    pub mode: DeploymentMode,
    /// The tenant, the app registration and its credential.
    pub settings: GraphSettings,
    /// Whether administrators act with their own Entra roles (`GRAPH_ACCESS=delegated`).
    pub delegated: bool,
    /// The tenant's tokens and users, with the app's rights.
    pub directory: Arc<GraphDirectory>,
    /// The same for people's own tokens, with requests in flight of its own.
    pub self_service: Arc<GraphDirectory>,
    /// The client for signing users in.
    pub entra: Arc<EntraClient>,
}

impl Connection {
    /// Builds the clients without sending a request.
    pub fn new(mode: DeploymentMode, settings: GraphSettings, delegated: bool) -> Result<Self, String> {
        let directory = GraphDirectory::new(settings.clone())
            .map_err(|error| format!("The Graph client could not start: {error}"))?;
        let entra = directory.entra();
        let self_service = Arc::new(directory.for_self_service());
        Ok(Self { mode, settings, delegated, directory: Arc::new(directory), self_service, entra })
    }
}

/// The default tenant, or the one that the local operator has connected since the start.
pub struct ActiveTenant {
    default_tenant: Arc<Connection>,
    current: RwLock<Arc<Connection>>,
}

impl ActiveTenant {
    /// Starts with the default tenant.
    pub fn new(default_tenant: Connection) -> Self {
        let default_tenant = Arc::new(default_tenant);
        Self { current: RwLock::new(Arc::clone(&default_tenant)), default_tenant }
    }

    /// The active tenant.
    pub fn current(&self) -> Arc<Connection> {
        // A poisoned lock still holds a complete value, because it is replaced in one step.
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Activates another tenant, after its credentials were checked.
    pub async fn connect(&self, settings: GraphSettings) -> Result<(), ServiceError> {
        let connection = Connection::new(DeploymentMode::Local, settings, false)
            .map_err(|problem| ServiceError::Invalid { message: problem })?;
        connection.directory.check_credentials().await?;
        self.set(Arc::new(connection));
        Ok(())
    }

    /// Returns to the default tenant.
    pub fn disconnect(&self) {
        self.set(Arc::clone(&self.default_tenant));
    }

    fn set(&self, connection: Arc<Connection>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = connection;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use graph::{Credential, Secret};
    use url::Url;

    use super::*;

    /// A connection to a tenant to which no test sends a request.
    pub(crate) fn connection() -> Arc<Connection> {
        let nowhere = Url::parse("http://localhost").unwrap();
        let settings = GraphSettings {
            endpoint: nowhere.clone(),
            authority: nowhere,
            tenant_id: "contoso.example".to_owned(),
            client_id: "client".to_owned(),
            credential: Credential::Secret(Secret::new("secret".to_owned())),
        };
        Arc::new(Connection::new(DeploymentMode::Organisation, settings, false).unwrap())
    }
}
