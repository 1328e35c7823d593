//! Reproducible random numbers, derived from the seed number and a name.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// A random number generator for this seed number and name, independent of all others.
pub fn stream(seed: u64, name: &str) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed ^ fnv(name))
}

/// A random GUID (version 4).
pub fn guid(rng: &mut impl RngCore) -> String {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().as_hyphenated().to_string()
}

/// The GUID of this seed number and name.
pub fn named_guid(seed: u64, name: &str) -> String {
    guid(&mut stream(seed, name))
}

/// An unpredictable token, from the system's random numbers.
pub fn random_token() -> String {
    Uuid::new_v4().simple().to_string()
}

/// FNV-1a: stable across Rust releases, unlike the hasher of the standard library.
pub fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
