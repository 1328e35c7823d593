//! The connection to a tenant: as it is shown, and as the local operator enters it.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

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

/// A tenant and the app registration in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Directory (tenant) id: a GUID or a domain.
    pub tenant_id: String,
    /// Application (client) id: a GUID.
    pub client_id: String,
    /// The secret's value.
    pub client_secret: ClientSecret,
}

/// A client secret, sent only from the browser to the server. Wiped on drop.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct ClientSecret(pub String);

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(•••)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_secret() {
        assert!(!format!("{:?}", ClientSecret("hunter2".to_owned())).contains("hunter2"));
    }
}
