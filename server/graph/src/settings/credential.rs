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
    /// Its name for users.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Secret(_) => "client secret",
            Self::Certificate(_) => "certificate",
        }
    }
}
