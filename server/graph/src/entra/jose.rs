//! Signed tokens (JOSE) with `ring`: verifies RS256, signs PS256, and rejects every other algorithm.
//!
//! `jsonwebtoken` takes its cryptography from a provider that is installed once per process. This provider uses `ring`, so
//! that the server has one implementation of RSA, the one that its TLS uses.

use std::sync::LazyLock;

use jsonwebtoken::{
    Algorithm, DecodingKey, DecodingKeyKind, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    decode, decode_header, encode,
    errors::{ErrorKind, Result, new_error},
    signature::{Error as SignatureError, Signer, Verifier},
};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use serde::{Serialize, de::DeserializeOwned};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Installs the provider on first use.
static INSTALLED: LazyLock<()> = LazyLock::new(|| {
    // Fails only when a provider is installed already, and nothing else installs one.
    _ = PROVIDER.install_default();
});

/// Why a signed token is not accepted. Holds no part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unaccepted {
    /// It is not in the format of a signed token.
    Malformed,
    /// It is not signed with RS256.
    Algorithm,
    /// The signature is not the key's.
    Signature,
}

/// The key id in a token's header (RFC 7515 section 4.1); only RS256 is accepted.
pub(crate) fn key_id(token: &str) -> std::result::Result<Option<String>, Unaccepted> {
    let header = decode_header(token).map_err(|error| match error.kind() {
        // The library fails to deserialise "none" and other algorithms that it does not support.
        ErrorKind::Json(_) => Unaccepted::Algorithm,
        _ => Unaccepted::Malformed,
    })?;
    match header {
        Header { alg, .. } if alg != Algorithm::RS256 => Err(Unaccepted::Algorithm),
        // Critical extensions are not supported (RFC 7515 section 4.1.11).
        Header { crit: Some(_), .. } => Err(Unaccepted::Malformed),
        header => Ok(header.kid),
    }
}

/// The claims of a token that this key signed with RS256. The caller checks the claims.
pub(crate) fn verified<T: DeserializeOwned>(
    token: &str,
    key: &DecodingKey,
) -> std::result::Result<T, Unaccepted> {
    LazyLock::force(&INSTALLED);
    let mut signature_only = Validation::new(Algorithm::RS256);
    signature_only.required_spec_claims.clear();
    signature_only.validate_exp = false;
    signature_only.validate_aud = false;
    match decode(token, key, &signature_only) {
        Ok(token) => Ok(token.claims),
        Err(error) => Err(match error.kind() {
            ErrorKind::InvalidSignature => Unaccepted::Signature,
            ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => Unaccepted::Algorithm,
            _ => Unaccepted::Malformed,
        }),
    }
}

/// Signs the claims with PS256. `key` holds PKCS#8; `thumbprint` is that of its certificate (RFC 7515 section 4.1.8).
pub(crate) fn signed(
    claims: &impl Serialize,
    key: &EncodingKey,
    thumbprint: &str,
) -> std::result::Result<String, &'static str> {
    LazyLock::force(&INSTALLED);
    let header = Header { x5t_s256: Some(thumbprint.to_owned()), ..Header::new(Algorithm::PS256) };
    encode(&header, claims, key).map_err(|_| "the certificate's key could not sign")
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    match algorithm {
        Algorithm::PS256 => {
            let pair = RsaKeyPair::from_pkcs8(key.as_bytes());
            Ok(Box::new(Ps256(pair.map_err(|_| new_error(ErrorKind::InvalidKeyFormat))?)))
        }
        _ => Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    }
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    match (algorithm, key.kind()) {
        (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
            Ok(Box::new(Rs256(RsaPublicKeyComponents { n: n.clone(), e: e.clone() })))
        }
        _ => Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    }
}

struct Ps256(RsaKeyPair);

impl Signer<Vec<u8>> for Ps256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, SignatureError> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let done = self.0.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature);
        done.map(|()| signature).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for Ps256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::PS256
    }
}

struct Rs256(RsaPublicKeyComponents<Vec<u8>>);

impl Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), SignatureError> {
        let verified = self.0.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature);
        verified.map_err(|_| SignatureError::new())
    }
}

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_other_algorithm_has_a_signer_or_a_verifier() {
        let (secret, public) = (EncodingKey::from_secret(b"k"), DecodingKey::from_secret(b"k"));
        let rsa = DecodingKey::from_rsa_raw_components(&[1], &[3]);
        for algorithm in
            [Algorithm::HS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS384, Algorithm::ES256]
        {
            assert!(signer(&algorithm, &secret).is_err(), "{algorithm:?}");
            assert!(verifier(&algorithm, &public).is_err(), "{algorithm:?}");
            assert!(verifier(&algorithm, &rsa).is_err(), "{algorithm:?}");
        }
        assert!(signer(&Algorithm::RS256, &secret).is_err());
        assert!(verifier(&Algorithm::PS256, &rsa).is_err());
        assert!(verifier(&Algorithm::RS256, &public).is_err(), "a secret is no public key");
        assert!(verifier(&Algorithm::RS256, &rsa).is_ok());
    }
}
