//! The certificate with which the app may authenticate.

use std::{fmt, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use webpki::{
    EndEntityCert,
    ring::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256_LEGACY_KEY},
};

/// A registered certificate with an RSA key.
#[derive(Clone)]
pub struct RegisteredCertificate(Arc<CertificateDer<'static>>);

impl RegisteredCertificate {
    /// Reads the first certificate of a PEM file.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no certificate of X.509 version 3; the message is for the user.
    pub fn read(path: &str) -> Result<Self, String> {
        let der = CertificateDer::from_pem_file(path).map_err(|error| format!("{path}: {error}"))?;
        let certificate = Self(Arc::new(der));
        certificate.end_entity().map(|_| ()).ok_or_else(|| format!("{path} is no X.509 certificate"))?;
        Ok(certificate)
    }

    /// Whether a JWT header's thumbprint (`x5t#S256`, or the older `x5t`) is this certificate's.
    pub fn has_thumbprint(&self, sha256: Option<&str>, sha1: Option<&str>) -> bool {
        let print = |algorithm| BASE64_URL_SAFE_NO_PAD.encode(digest(algorithm, &self.0));
        match (sha256, sha1) {
            (Some(sent), _) => sent.trim_end_matches('=') == print(&SHA256),
            (None, Some(sent)) => sent.trim_end_matches('=') == print(&SHA1_FOR_LEGACY_USE_ONLY),
            (None, None) => false,
        }
    }

    /// Whether this is a valid signature of the certificate's key, by `PS256` or `RS256`.
    pub fn signed(&self, algorithm: &str, text: &str, signature: &[u8]) -> bool {
        let algorithm = match algorithm {
            "PS256" => RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
            "RS256" => RSA_PKCS1_2048_8192_SHA256,
            _ => return false,
        };
        let certificate = self.end_entity();
        certificate.is_some_and(|cert| cert.verify_signature(algorithm, text.as_bytes(), signature).is_ok())
    }

    fn end_entity(&self) -> Option<EndEntityCert<'_>> {
        EndEntityCert::try_from(&*self.0).ok()
    }
}

impl fmt::Debug for RegisteredCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(…)")
    }
}
