//! The head of the chain, optionally signed, to be kept where nobody who can write to the store can write.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};
use serde::{Deserialize, Serialize};
use token_core::audit::ChainHead;

use super::{chain::from_hex, note::VerifierKey, siem::rfc3339};

/// The head of the chain at a moment, with a signature if a key is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// The number of the newest entry.
    pub number: u64,
    /// Its hash, in hex.
    pub hash: String,
    /// When it was made, RFC 3339 in UTC.
    pub at: String,
    /// The public key (Ed25519), in Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// The signature over the first three fields, in Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// The signed bytes.
fn message(number: u64, hash: &str, at: &str) -> Vec<u8> {
    format!("token-inventory audit head 1\n{number}\n{hash}\n{at}\n").into_bytes()
}

impl SignedHead {
    /// This head at this moment, signed if there is a key.
    pub fn new(head: ChainHead, at_ms: u64, key: Option<&HeadSigningKey>) -> Self {
        let at = rfc3339(i64::try_from(at_ms).unwrap_or_default());
        let ChainHead { number, hash } = head;
        let signature = key.map(|key| STANDARD.encode(key.0.sign(&message(number, &hash, &at))));
        let public_key = key.map(HeadSigningKey::public);
        Self { number, hash, at, public_key, signature }
    }

    /// Parses a head and checks its signature by a key that is known beforehand: a key in the head itself proves nothing.
    ///
    /// # Errors
    /// When it is no head, its signature does not fit, it was signed by another key, or it is signed and no key is known. With a key, also
    /// when it is not signed.
    pub fn read(text: &str, key: Option<&VerifierKey>) -> Result<ChainHead, String> {
        let signed_head: Self =
            serde_json::from_str(text).map_err(|error| format!("it is no head: {error}"))?;
        from_hex(&signed_head.hash).ok_or("its hash is none")?;
        let expected = key.map(|key| STANDARD.encode(key.public()));
        match (&signed_head.public_key, &signed_head.signature) {
            (Some(public), Some(signature)) => {
                let bytes =
                    |text: &String| STANDARD.decode(text).map_err(|_| "its signature is damaged".to_owned());
                match &expected {
                    Some(expected) if expected == public => {}
                    Some(_) => return Err("it was signed by another key".to_owned()),
                    None => {
                        return Err("it is signed, and no key is set to check that by (AUDIT_VERIFIER_KEY)"
                            .to_owned());
                    }
                }
                UnparsedPublicKey::new(&ED25519, bytes(public)?)
                    .verify(
                        &message(signed_head.number, &signed_head.hash, &signed_head.at),
                        &bytes(signature)?,
                    )
                    .map_err(|_| "its signature does not fit: it was altered".to_owned())?;
            }
            (None, None) if expected.is_none() => {}
            _ => return Err("it is not signed".to_owned()),
        }
        Ok(ChainHead { number: signed_head.number, hash: signed_head.hash })
    }
}

/// The private key. It has no `Debug`, so that it cannot be logged.
pub struct HeadSigningKey(Ed25519KeyPair);

impl HeadSigningKey {
    /// Reads a key (PKCS#8, PEM), as `openssl genpkey -algorithm ed25519` makes it.
    ///
    /// # Errors
    /// When it is no such key.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let no_key = || "is no Ed25519 private key (PKCS#8, PEM)".to_owned();
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem).map_err(|_| no_key())?;
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).map(Self).map_err(|_| no_key())
    }

    /// The public key, as the key of the log of this name.
    pub fn verifier_key(&self, origin: &str) -> VerifierKey {
        VerifierKey::of_log(origin, self.public_bytes())
    }

    /// The 32 bytes of the public key.
    pub(super) fn public_bytes(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }

    fn public(&self) -> String {
        STANDARD.encode(self.0.public_key().as_ref())
    }
}
