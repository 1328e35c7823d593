//! Seals values with AES-256-GCM, and derives the keys of this server (HKDF-SHA-256, RFC 5869).

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use graph::Credential;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Prk, Salt},
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

const SALT: &[u8] = b"Token Inventory: server";

/// A key for AES-256-GCM.
pub struct SealKey(LessSafeKey);

impl SealKey {
    /// Derives the key for `info`; `None` when the library refuses.
    pub fn derive(secret: &Prk, info: &[&[u8]]) -> Option<Self> {
        let key = secret.expand(info, &AES_256_GCM).ok()?;
        Some(Self(LessSafeKey::new(UnboundKey::from(key))))
    }

    /// The nonce and the ciphertext of a value; `None` without random numbers.
    pub fn seal<T: Serialize>(&self, value: &T) -> Option<Vec<u8>> {
        let plain = Zeroizing::new(serde_json::to_vec(value).ok()?);
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        // Allocates the full size at once: a vector that grows would leave plaintext in freed memory.
        let mut ciphertext = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
        ciphertext.extend_from_slice(&plain);
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(unique, Aad::empty(), &mut ciphertext).ok()?;
        Some([&nonce[..], &ciphertext].concat())
    }

    /// `None`: the ciphertext was tampered with, or written by another version of the program.
    pub fn open<T: DeserializeOwned>(&self, ciphertext: Vec<u8>) -> Option<T> {
        let mut ciphertext = Zeroizing::new(ciphertext);
        let (nonce, ciphertext) = ciphertext.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.0.open_in_place(nonce, Aad::empty(), ciphertext).ok()?;
        serde_json::from_slice(plain).ok()
    }
}

/// The secret of this server, from which a key for each purpose is derived. Instances that share sessions have the
/// same one.
pub struct ServerKey(Prk);

impl ServerKey {
    /// A random one, of which nothing outlives the process.
    pub fn random() -> Self {
        Self(Salt::new(HKDF_SHA256, SALT).extract(super::digest::random_token().as_bytes()))
    }

    /// The same one for all instances with this credential of this app. A new credential ends what was sealed before.
    pub fn of_credential(credential: &Credential, owner: &str) -> Self {
        let material = Zeroizing::new([credential.key_material(), b" ", owner.as_bytes()].concat());
        Self(Salt::new(HKDF_SHA256, SALT).extract(&material))
    }

    /// A value for a cookie: sealed and in base64url.
    pub fn seal_text<T: Serialize>(&self, purpose: &str, value: &T) -> Option<String> {
        Some(BASE64_URL_SAFE_NO_PAD.encode(self.seal(purpose, value)?))
    }

    /// Opens what [`ServerKey::seal_text`] sealed for the same purpose.
    pub fn open_text<T: DeserializeOwned>(&self, purpose: &str, sealed: &str) -> Option<T> {
        self.open(purpose, BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?)
    }

    /// Seals a value.
    pub fn seal<T: Serialize>(&self, purpose: &str, value: &T) -> Option<Vec<u8>> {
        SealKey::derive(&self.0, &[b"seal", purpose.as_bytes()])?.seal(value)
    }

    /// Opens what [`ServerKey::seal`] sealed for the same purpose.
    pub fn open<T: DeserializeOwned>(&self, purpose: &str, ciphertext: Vec<u8>) -> Option<T> {
        SealKey::derive(&self.0, &[b"seal", purpose.as_bytes()])?.open(ciphertext)
    }

    /// The message authentication code of a text (HMAC-SHA-256), in base64url.
    pub fn mac(&self, purpose: &str, text: &str) -> Option<String> {
        let tag = hmac::sign(&self.mac_key(purpose)?, text.as_bytes());
        Some(BASE64_URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }

    /// Whether this is the text's message authentication code; compares in constant time.
    pub fn verifies(&self, purpose: &str, text: &str, mac: &str) -> bool {
        let Ok(mac) = BASE64_URL_SAFE_NO_PAD.decode(mac) else { return false };
        let key = self.mac_key(purpose);
        key.is_some_and(|key| hmac::verify(&key, text.as_bytes(), &mac).is_ok())
    }

    fn mac_key(&self, purpose: &str) -> Option<hmac::Key> {
        let info = [&b"mac"[..], purpose.as_bytes()];
        Some(hmac::Key::from(self.0.expand(&info, hmac::HMAC_SHA256).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use graph::Secret;

    use super::*;

    fn key(secret: &str) -> ServerKey {
        ServerKey::of_credential(&Credential::Secret(Secret::new(secret.to_owned())), "tenant client")
    }

    #[test]
    fn instances_with_one_credential_open_what_each_other_sealed() {
        let sealed = key("one").seal_text("purpose", &("value", 1)).unwrap();
        assert_eq!(key("one").open_text("purpose", &sealed), Some(("value".to_owned(), 1)));
        assert_eq!(key("one").open_text::<(String, u32)>("another purpose", &sealed), None);
        assert_eq!(key("another").open_text::<(String, u32)>("purpose", &sealed), None);
        assert_eq!(ServerKey::random().open_text::<(String, u32)>("purpose", &sealed), None);
    }

    #[test]
    fn a_mac_is_verified_for_its_text_and_purpose() {
        let mac = key("one").mac("session", "text").unwrap();
        assert!(key("one").verifies("session", "text", &mac));
        assert!(!key("one").verifies("session", "other", &mac));
        assert!(!key("one").verifies("other", "text", &mac));
        assert!(!key("two").verifies("session", "text", &mac));
        assert!(!key("one").verifies("session", "text", "no base64!"));
    }

    #[test]
    fn a_value_that_was_tampered_with_is_not_opened() {
        let mut sealed = key("one").seal("purpose", &"value").unwrap();
        sealed[20] ^= 1;
        assert_eq!(key("one").open::<String>("purpose", sealed), None);
    }
}
