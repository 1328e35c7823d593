//! Chance that comes out the same every time: random numbers from the seed number and a name.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// A stream of random numbers that belongs to this seed number and this name, whatever else was drawn before.
pub fn stream(seed: u64, name: &str) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed ^ fnv(name))
}

/// A GUID of the fourth kind.
pub fn guid(rng: &mut impl RngCore) -> String {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().as_hyphenated().to_string()
}

/// A GUID that belongs to this seed number and this name.
pub fn named_guid(seed: u64, name: &str) -> String {
    guid(&mut stream(seed, name))
}

/// A GUID that nobody can foresee.
pub fn random_token() -> String {
    Uuid::new_v4().simple().to_string()
}

/// FNV-1a: stable over releases of the standard library, unlike its hasher.
pub fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
