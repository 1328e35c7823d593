//! The app's certificate and its private key, read from a PEM file.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use ring::{
    digest::{SHA256, digest},
    signature::RsaKeyPair,
};
use rustls::{Error, InconsistentKeys, crypto::ring::default_provider, sign::CertifiedKey};
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer,
    pem::{self, PemObject as _},
};
use zeroize::Zeroizing;

/// How to convert a key to a supported format.
const CONVERT: &str = "Convert it with: openssl pkcs8 -topk8 -nocrypt -in key.pem -out new-key.pem";

/// A certificate that is registered for the app, with its key. `Debug` shows the thumbprint only; the key is zeroed on
/// drop.
#[derive(Clone)]
pub struct Certificate {
    key: EncodingKey,
    thumbprint: String,
    material: Zeroizing<[u8; 32]>,
}

impl Certificate {
    /// Reads a PEM file: a certificate and its unencrypted RSA key in PKCS#8, in any order.
    ///
    /// The error says what is wrong and what to do, without the file's name and content.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let certificate = match CertificateDer::from_pem_slice(pem) {
            Ok(certificate) => certificate,
            Err(pem::Error::NoItemsFound) => {
                return Err("holds no certificate (-----BEGIN CERTIFICATE-----)".to_owned());
            }
            Err(_) => return Err("is no PEM file, or a damaged one".to_owned()),
        };
        let key = key(pem)?;
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate));
        let signing = EncodingKey::from_rsa_der(key.secret_pkcs8_der());
        RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).map_err(|why| {
            format!("holds a private key that cannot be used ({why}). Use an RSA key of 2048 to 4096 bits")
        })?;
        let mut material = Zeroizing::new([0; 32]);
        material.copy_from_slice(digest(&SHA256, key.secret_pkcs8_der()).as_ref());
        check_key_matches(certificate, key)?;
        Ok(Self { key: signing, thumbprint, material })
    }

    /// The certificate's SHA-256 thumbprint in base64url, by which Entra identifies it.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// A secret that only holders of the private key know.
    pub(crate) fn material(&self) -> &[u8] {
        &*self.material
    }

    /// The private key.
    pub(crate) fn key(&self) -> &EncodingKey {
        &self.key
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.thumbprint)
    }
}

fn key(pem: &[u8]) -> Result<PrivatePkcs8KeyDer<'static>, String> {
    if let Ok(key) = PrivatePkcs8KeyDer::from_pem_slice(pem) {
        return Ok(key);
    }
    let contains = |text: &[u8]| pem.windows(text.len()).any(|window| window == text);
    Err(if contains(b"ENCRYPTED") {
        format!("holds an encrypted private key, which needs a password. {CONVERT}")
    } else if contains(b"PRIVATE KEY-----") {
        format!("holds a private key that is not in PKCS#8 (-----BEGIN PRIVATE KEY-----). {CONVERT}")
    } else {
        "holds no private key (-----BEGIN PRIVATE KEY-----). Append the key to the certificate".to_owned()
    })
}

/// Fails if the key does not belong to the certificate.
fn check_key_matches(
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
) -> Result<(), String> {
    match CertifiedKey::from_der(vec![certificate], PrivateKeyDer::Pkcs8(key), &default_provider()) {
        Ok(_) => Ok(()),
        Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Err(
            "holds a private key that does not belong to its certificate. Put the two that were made together into it"
                .to_owned(),
        ),
        Err(_) => Err("holds a certificate that cannot be read. Use an X.509 certificate of version 3".to_owned()),
    }
}
