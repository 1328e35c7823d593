//! A key from a password: PBKDF2 (RFC 8018), in steps so that a browser stays responsive.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::{Zeroize, Zeroizing};

use super::{PskcError, value, xml::Element};

/// Most rounds that a file may ask for.
const MAX_ROUNDS: u32 = 10_000_000;
/// Longest key that a file may ask for, in bytes.
const MAX_KEY_BYTES: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// The parameters of PBKDF2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    function: Function,
    salt: Vec<u8>,
    rounds: u32,
    /// Without one it is that of the cipher.
    key_bytes: Option<usize>,
}

impl Derivation {
    /// Parses the element `KeyDerivationMethod`.
    pub(super) fn of(method: &Element) -> Result<Self, PskcError> {
        let name = method.attribute(&["Algorithm"]).unwrap_or_default();
        if !name.to_ascii_lowercase().ends_with("pbkdf2") {
            return Err(PskcError::Unsupported(name.to_owned()));
        }
        let text = |name: &str| method.descendant(name).and_then(Element::text);
        let salt = text("Specified").or_else(|| text("Salt")).and_then(value::base64);
        let salt = salt.ok_or(PskcError::Incomplete("the salt is missing or damaged"))?.to_vec();
        let rounds = text("IterationCount").and_then(|count| count.parse().ok());
        let rounds = rounds.filter(|rounds| (1..=MAX_ROUNDS).contains(rounds));
        let rounds = rounds.ok_or(PskcError::Incomplete("the number of rounds is missing or too large"))?;
        let key_bytes = match text("KeyLength") {
            Some(length) => {
                // Some producers count bits, which no key length in bytes resembles.
                let bytes = length.parse().ok().map(|length| match length {
                    128 | 192 | 256 => length / 8,
                    bytes => bytes,
                });
                let length = bytes.filter(|bytes| (1..=MAX_KEY_BYTES).contains(bytes));
                Some(length.ok_or(PskcError::Incomplete("the key length is damaged or too large"))?)
            }
            None => None,
        };
        let prf = method.descendant("PRF").and_then(|prf| prf.attribute(&["Algorithm"]));
        let function = match prf.unwrap_or("hmac-sha1").to_ascii_lowercase().rsplit(['#', ':', '/']).next() {
            Some("hmac-sha1" | "hmacsha1" | "") => Function::Sha1,
            Some("hmac-sha224" | "hmacsha224") => Function::Sha224,
            Some("hmac-sha256" | "hmacsha256") => Function::Sha256,
            Some("hmac-sha384" | "hmacsha384") => Function::Sha384,
            Some("hmac-sha512" | "hmacsha512") => Function::Sha512,
            _ => return Err(PskcError::Unsupported(prf.unwrap_or_default().to_owned())),
        };
        Ok(Self { function, salt, rounds, key_bytes })
    }

    /// The number of rounds, which tells how long it takes.
    pub fn rounds(&self) -> u32 {
        self.rounds
    }

    /// Begins the derivation of a key; `cipher_bytes` is its length where the file names none.
    pub fn begin(&self, password: &str, cipher_bytes: usize) -> DerivedKey {
        let password = password.as_bytes();
        let bytes = self.key_bytes.unwrap_or(cipher_bytes);
        let state: Box<dyn Blocks> = match self.function {
            Function::Sha1 => blocks::<Hmac<Sha1>>(password, &self.salt, bytes, 20),
            Function::Sha224 => blocks::<Hmac<Sha224>>(password, &self.salt, bytes, 28),
            Function::Sha256 => blocks::<Hmac<Sha256>>(password, &self.salt, bytes, 32),
            Function::Sha384 => blocks::<Hmac<Sha384>>(password, &self.salt, bytes, 48),
            Function::Sha512 => blocks::<Hmac<Sha512>>(password, &self.salt, bytes, 64),
        };
        DerivedKey { state, left: self.rounds.saturating_sub(1), rounds: self.rounds }
    }
}

/// A key that is being derived.
pub struct DerivedKey {
    state: Box<dyn Blocks>,
    left: u32,
    rounds: u32,
}

impl DerivedKey {
    /// Does at most so many rounds more; the key once all are done.
    pub fn step(&mut self, rounds: u32) -> Option<Zeroizing<Vec<u8>>> {
        let now = rounds.min(self.left);
        self.state.advance(now);
        self.left -= now;
        (self.left == 0).then(|| self.state.key())
    }

    /// The part that is done, from 0 to 1.
    pub fn progress(&self) -> f32 {
        1.0 - self.left as f32 / self.rounds.max(1) as f32
    }
}

trait Blocks: Send {
    fn advance(&mut self, rounds: u32);
    fn key(&self) -> Zeroizing<Vec<u8>>;
}

/// The blocks of a key (RFC 8018 section 5.2): `last` is U of the round before, `sum` the exclusive or of all.
struct State<M> {
    keyed: M,
    blocks: Vec<Block>,
    bytes: usize,
}

struct Block {
    last: Zeroizing<Vec<u8>>,
    sum: Zeroizing<Vec<u8>>,
}

fn blocks<M: Mac + KeyInit + Clone + Send + 'static>(
    password: &[u8],
    salt: &[u8],
    bytes: usize,
    mac_bytes: usize,
) -> Box<dyn Blocks> {
    // HMAC takes a key of any length, so the empty key is never used.
    let keyed =
        <M as KeyInit>::new_from_slice(password).unwrap_or_else(|_| <M as KeyInit>::new(&Default::default()));
    let block = |index: u32| {
        let first =
            keyed.clone().chain_update(salt).chain_update(index.to_be_bytes()).finalize().into_bytes();
        Block { last: Zeroizing::new(first.to_vec()), sum: Zeroizing::new(first.to_vec()) }
    };
    let count = u32::try_from(bytes.div_ceil(mac_bytes)).unwrap_or(u32::MAX);
    let blocks = (1..=count).map(block).collect();
    Box::new(State { keyed, blocks, bytes })
}

impl<M: Mac + Clone + Send> Blocks for State<M> {
    fn advance(&mut self, rounds: u32) {
        for block in &mut self.blocks {
            for _ in 0..rounds {
                let mut next = self.keyed.clone().chain_update(&*block.last).finalize().into_bytes();
                block.last.copy_from_slice(&next);
                block.sum.iter_mut().zip(&next).for_each(|(sum, byte)| *sum ^= byte);
                next.as_mut_slice().zeroize();
            }
        }
    }

    fn key(&self) -> Zeroizing<Vec<u8>> {
        let mut key = Zeroizing::new(Vec::with_capacity(self.bytes));
        self.blocks.iter().for_each(|block| key.extend_from_slice(&block.sum));
        key.truncate(self.bytes);
        key
    }
}
