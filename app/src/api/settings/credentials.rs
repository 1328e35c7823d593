//! What the local operator enters to connect a tenant.

use std::fmt;

use serde::{Deserialize, Serialize};

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

/// A client secret, sent only from the browser to the server.
#[derive(Clone, Serialize, Deserialize)]
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
