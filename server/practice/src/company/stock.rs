//! Generates the tokens: real manufacturers and models, serials, statuses and assignments.

use rand::{Rng, RngCore, seq::IndexedRandom};
use token_core::{
    seed::Seed,
    token::{HashFunction, Interval, MAX_TOKENS_PER_USER},
};

use super::{Company, HardwareToken, Status, UserKey};
use crate::{clock, seeded_rng};

/// A token model.
pub struct Model {
    pub manufacturer: &'static str,
    pub model: &'static str,
    pub hash: HashFunction,
    pub interval: Interval,
    /// The prefix of each serial.
    pub prefix: &'static str,
    /// Digits after the prefix.
    pub digits: usize,
}

use HashFunction::{Sha1, Sha256};
use Interval::{S30, S60};

/// The models in stock: every combination of hash and interval, serials with and without leading zeros.
#[rustfmt::skip]
pub const MODELS: [Model; 9] = [
    Model { manufacturer: "Token2", model: "C202", hash: Sha1, interval: S30, prefix: "8659", digits: 9 },
    Model { manufacturer: "Token2", model: "miniOTP-2", hash: Sha1, interval: S30, prefix: "865", digits: 7 },
    Model { manufacturer: "Token2", model: "C301-i", hash: Sha1, interval: S60, prefix: "6002", digits: 8 },
    Model { manufacturer: "Token2", model: "OTPC-P2-i", hash: Sha256, interval: S30, prefix: "70", digits: 9 },
    Model { manufacturer: "Feitian", model: "OTP c200", hash: Sha1, interval: S60, prefix: "260", digits: 10 },
    Model { manufacturer: "Feitian", model: "OTP c200-H27", hash: Sha256, interval: S60, prefix: "261", digits: 10 },
    Model { manufacturer: "Deepnet Security", model: "SafeID/Classic", hash: Sha1, interval: S60, prefix: "00", digits: 8 },
    Model { manufacturer: "Deepnet Security", model: "SafeID/Diamond", hash: Sha256, interval: S60, prefix: "01", digits: 8 },
    Model { manufacturer: "Protectimus", model: "SLIM NFC", hash: Sha256, interval: S30, prefix: "PSN", digits: 7 },
];

/// At most this percentage of the tokens is assigned.
const ASSIGNED_PERCENT: usize = 70;
/// Name of the user who has as many tokens as Entra allows.
const USER_WITH_MOST_TOKENS: &str = "Petra Fivetokens";
const LEGACY: usize = 3;
const DAY_MS: u64 = 86_400_000;

/// Fills an empty tenant with `count` tokens, and a few legacy ones that are not part of the inventory.
pub fn fill(company: &mut Company, count: usize, now_ms: u64, rng: &mut impl RngCore) {
    let mut assignees = assignees(company, count * ASSIGNED_PERCENT / 100, rng);
    let by_csv = assignees.split_off(assignees.len().saturating_sub(LEGACY));
    for left in (1..=count).rev() {
        // Mixes assigned and available tokens, as in a tenant that has grown.
        let assigned_to = if rng.random_range(0..left) < assignees.len() { assignees.pop() } else { None };
        if let Some(token) = device(company, assigned_to, now_ms, rng) {
            company.put_in(token);
        }
    }
    for person in by_csv {
        if let Some(token) = device(company, Some(person), now_ms, rng) {
            company.put_in(HardwareToken {
                legacy: true,
                status: Status::Activated,
                activated_ms: Some(0),
                ..token
            });
        }
    }
}

/// The users who get tokens, once for each token.
fn assignees(company: &Company, most: usize, rng: &mut impl RngCore) -> Vec<UserKey> {
    let mut people: Vec<_> = company.people.iter().enumerate().filter(|(_, person)| !person.guest).collect();
    people.sort_by_key(|(_, person)| person.name != USER_WITH_MOST_TOKENS);
    let mut assignees = Vec::new();
    for (key, person) in people {
        let count = if person.name == USER_WITH_MOST_TOKENS { MAX_TOKENS_PER_USER } else { token_count(rng) };
        if assignees.len() + count > most {
            break;
        }
        assignees.extend(std::iter::repeat_n(key, count));
    }
    assignees
}

/// The number of tokens of a user; mostly one or none.
fn token_count(rng: &mut impl RngCore) -> usize {
    [0, 0, 1, 1, 1, 1, 1, 2, 2, 3].choose(rng).copied().unwrap_or_default()
}

/// A token of a random model. Never `None`, because the secret of every model is short enough.
fn device(
    company: &Company,
    assigned_to: Option<UserKey>,
    now_ms: u64,
    rng: &mut impl RngCore,
) -> Option<HardwareToken> {
    let model = pick(rng);
    let status = if assigned_to.is_some() { assigned_status(rng) } else { Status::Available };
    let days_ago = |days: u64| clock::utc(now_ms.saturating_sub(days * DAY_MS));
    let (age, used) = (rng.random_range(30..900), rng.random_range(0..30));
    // A few lie in a drawer since soon after they were handed over.
    let used = if used == 29 { age - 1 } else { used };
    Some(HardwareToken {
        id: seeded_rng::guid(rng),
        serial: free_serial(company, model, rng),
        manufacturer: model.manufacturer.to_owned(),
        model: model.model.to_owned(),
        interval: model.interval,
        hash: model.hash,
        seed: seed(model.hash, rng)?,
        name: None,
        status,
        assigned_to,
        activated_ms: (status == Status::Activated).then_some(0),
        clock_s: 0,
        learnt_steps: 0,
        last_used: (status == Status::Activated).then(|| days_ago(used)),
        assigned_at: assigned_to.map(|_| days_ago(age)),
        visible_from: 0,
        legacy: false,
    })
}

fn assigned_status(rng: &mut impl RngCore) -> Status {
    match rng.random_range(0..100) {
        0..72 => Status::Activated,
        72..92 => Status::Assigned,
        _ => Status::FailedActivation,
    }
}

/// A random model.
pub fn pick(rng: &mut impl RngCore) -> &'static Model {
    let [first, ..] = &MODELS;
    MODELS.choose(rng).unwrap_or(first)
}

/// A serial of this model that is not in the inventory.
pub fn free_serial(company: &Company, model: &Model, rng: &mut impl RngCore) -> String {
    loop {
        let number = rng.random_range(0..10_u64.pow(model.digits as u32));
        let serial = format!("{}{number:0width$}", model.prefix, width = model.digits);
        if company.key_by_serial(&serial).is_none() {
            return serial;
        }
    }
}

/// A secret as long as the hash's output, as vendors make them.
pub fn seed(hash: HashFunction, rng: &mut impl RngCore) -> Option<Seed> {
    let mut bytes = vec![0; if hash == Sha1 { 20 } else { 32 }];
    rng.fill_bytes(&mut bytes);
    Seed::from_bytes(bytes).ok()
}
