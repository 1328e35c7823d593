//! The keys of the audit log: the one that signs its heads and checkpoints, and those that they are verified by.

use std::path::PathBuf;

use audit::{DEFAULT_ORIGIN, HeadSigningKey, VerifierKey, checked_name};
use clap::{
    Args,
    builder::{OsStringValueParser, TypedValueParser as _},
};

use super::{non_empty, secret_file};

/// The keys of the audit trail.
#[derive(Debug, Clone, Args)]
pub struct AuditKeyArgs {
    /// File with an Ed25519 private key (PKCS#8, PEM) that signs heads and checkpoints of the audit trail.
    #[arg(long, env = "AUDIT_SIGNING_KEY_FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub audit_signing_key_file: Option<PathBuf>,
    /// Name of the audit trail in its checkpoints, best an address without https:// that nobody else uses, such as
    /// tokens.example/audit.
    #[arg(long, env = "AUDIT_ORIGIN", default_value = DEFAULT_ORIGIN)]
    pub audit_origin: String,
    /// Public key that heads and checkpoints are verified by, as `audit key` prints it: name+id+key. Without it, the public part of
    /// the signing key.
    #[arg(long, env = "AUDIT_VERIFIER_KEY")]
    pub audit_verifier_key: Option<String>,
    /// Public key of the witness that cosigns checkpoints: name+id+key.
    #[arg(long, env = "AUDIT_WITNESS_KEY")]
    pub audit_witness_key: Option<String>,
}

impl AuditKeyArgs {
    /// The key that signs; `None` when none is set.
    ///
    /// # Errors
    /// When it cannot be read; the error begins with the name of the variable.
    pub fn signing_key(&self) -> Result<Option<HeadSigningKey>, String> {
        const VARIABLE: &str = "AUDIT_SIGNING_KEY_FILE";
        let Some(file) = self.audit_signing_key_file.as_ref().filter(|file| !file.as_os_str().is_empty())
        else {
            return Ok(None);
        };
        let pem = zeroize::Zeroizing::new(secret_file::read(VARIABLE, file)?);
        HeadSigningKey::from_pem(&pem)
            .map(Some)
            .map_err(|why| format!("{VARIABLE}: {} {why}", file.display()))
    }

    /// The name of the log.
    ///
    /// # Errors
    /// When it is none.
    pub fn origin(&self) -> Result<&str, String> {
        checked_name(self.audit_origin.trim()).map_err(|why| format!("AUDIT_ORIGIN: {why}"))
    }

    /// The key that heads and checkpoints are verified by: the configured public key, or that of the signing key.
    ///
    /// # Errors
    /// When a key cannot be read.
    pub fn verifier_key(&self) -> Result<Option<VerifierKey>, String> {
        match non_empty(self.audit_verifier_key.clone()) {
            Some(key) => {
                VerifierKey::parse(&key).map(Some).map_err(|why| format!("AUDIT_VERIFIER_KEY: {why}"))
            }
            None => {
                let origin = self.origin()?;
                Ok(self.signing_key()?.map(|key| key.verifier_key(origin)))
            }
        }
    }

    /// The key of the witness.
    ///
    /// # Errors
    /// When it is no key of a witness.
    pub fn witness_key(&self) -> Result<Option<VerifierKey>, String> {
        let Some(key) = non_empty(self.audit_witness_key.clone()) else { return Ok(None) };
        let key = VerifierKey::parse(&key).map_err(|why| format!("AUDIT_WITNESS_KEY: {why}"))?;
        if key.is_witness() {
            Ok(Some(key))
        } else {
            Err("AUDIT_WITNESS_KEY: is the key of a log".to_owned())
        }
    }
}
