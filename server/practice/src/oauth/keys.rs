//! The keys that sign id tokens, and the published key set (MICROSOFT_GRAPH.md 7.3).
//!
//! Two generations are published; the newer one signs. The key files are public and protect nothing.

use std::sync::LazyLock;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};
use serde_json::{Value, json};

const FILES: [&str; 3] = [
    include_str!("keys/practice-1.pem"),
    include_str!("keys/practice-2.pem"),
    include_str!("keys/practice-3.pem"),
];

static PAIRS: LazyLock<Vec<RsaKeyPair>> = LazyLock::new(|| {
    let pairs = FILES.iter().filter_map(|pem| {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).ok()?;
        RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok()
    });
    pairs.collect()
});

/// A key by its generation. The key material repeats after three generations, the id never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdTokenKey(usize);

impl IdTokenKey {
    /// Its id.
    pub fn id(self) -> String {
        format!("practice-key-{}", self.0)
    }

    /// Signs with RS256. Empty if the key file is invalid, which a test rules out.
    pub fn sign(self, message: &[u8]) -> Vec<u8> {
        let Some(pair) = self.pair() else { return Vec::new() };
        let mut signature = vec![0; pair.public().modulus_len()];
        match pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature) {
            Ok(()) => signature,
            Err(_) => Vec::new(),
        }
    }

    fn pair(self) -> Option<&'static RsaKeyPair> {
        PAIRS.get(self.0 % FILES.len())
    }

    fn published(self, issuer: &str) -> Option<Value> {
        let PublicKeyComponents::<Vec<u8>> { n, e } = self.pair()?.public_key().into();
        Some(json!({ "kty": "RSA", "use": "sig", "kid": self.id(), "x5t": self.id(),
            "n": BASE64_URL_SAFE_NO_PAD.encode(n), "e": BASE64_URL_SAFE_NO_PAD.encode(e), "issuer": issuer }))
    }
}

/// The current generation of keys.
pub struct IdTokenKeys {
    newest: usize,
}

impl Default for IdTokenKeys {
    fn default() -> Self {
        Self { newest: 1 }
    }
}

impl IdTokenKeys {
    /// The key that signs.
    pub fn signing(&self) -> IdTokenKey {
        IdTokenKey(self.newest)
    }

    /// A key that is not published.
    pub fn unpublished(&self) -> IdTokenKey {
        IdTokenKey(self.newest + 1)
    }

    /// Signs with the next key from now on, and stops publishing the oldest.
    pub fn rotate(&mut self) {
        self.newest += 1;
    }

    /// The published set (RFC 7517).
    pub fn published(&self, issuer: &str) -> Value {
        let keys = [self.newest - 1, self.newest].map(IdTokenKey);
        json!({ "keys": keys.iter().filter_map(|key| key.published(issuer)).collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_file_holds_a_key() {
        assert_eq!(PAIRS.len(), FILES.len());
        assert!((0..9).all(|generation| IdTokenKey(generation).sign(b"text").len() == 256));
    }

    #[test]
    fn rotating_retires_the_oldest_and_signs_with_a_new_key() {
        let ids = |keys: &IdTokenKeys| {
            let published = keys.published("issuer");
            [0, 1].map(|at| published["keys"][at]["kid"].as_str().unwrap().to_owned())
        };
        let mut keys = IdTokenKeys::default();
        let before = ids(&keys);
        assert!(before.contains(&keys.signing().id()) && !before.contains(&keys.unpublished().id()));
        keys.rotate();
        let after = ids(&keys);
        assert!(!before.contains(&keys.signing().id()) && after.contains(&keys.signing().id()));
        assert!(!after.contains(&before[0]) && after.contains(&before[1]));
    }
}
