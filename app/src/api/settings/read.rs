//! How the program is connected.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::api::AppError;

/// How the program is connected to its tenant, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionView {
    /// The tenant: a GUID or a domain.
    pub tenant_id: String,
    /// The app registration.
    pub client_id: String,
    /// The kind of credential: "client secret" or "certificate".
    pub credential: String,
    /// Whether access is delegated: administrators act with their own Entra roles.
    pub delegated: bool,
    /// Microsoft Entra's address.
    pub authority: String,
    /// Microsoft Graph's address.
    pub endpoint: String,
    /// The redirect URI, which must be registered exactly so.
    pub redirect_uri: String,
}

/// How the program is connected.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "settings/read")]
pub async fn read_settings() -> Result<ConnectionView, AppError> {
    Ok(crate::api::services::services()?.settings.connection())
}
