//! The app's credential for Microsoft Entra.

use super::certificate::Certificate;
use crate::secret::Secret;

/// How the app authenticates. `Debug` shows no secret and no key.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A client secret.
    Secret(Secret),
    /// A certificate with its private key.
    Certificate(Certificate),
}

impl Credential {
    /// A secret that only holders of this credential know, to derive keys of the server from.
    pub fn key_material(&self) -> &[u8] {
        match self {
            Self::Secret(secret) => secret.expose().as_bytes(),
            Self::Certificate(certificate) => certificate.material(),
        }
    }

    /// Its name for users.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Secret(_) => "client secret",
            Self::Certificate(_) => "certificate",
        }
    }
}
