//! How the app proves to Microsoft Entra that it is the app.

use super::{Certificate, Secret};

/// The app's proof. `Debug` shows no secret and no key.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A client secret.
    Secret(Secret),
    /// A certificate with its private key.
    Certificate(Certificate),
}

impl Credential {
    /// What it is, for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Secret(_) => "client secret",
            Self::Certificate(_) => "certificate",
        }
    }
}
