//! The tokens of a trial: their serial numbers, and keys that nobody has.

use std::collections::BTreeSet;

use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};
use token_core::{
    error::ServiceError,
    otp::{self, Code},
    ports::NewToken,
    seed::Seed,
    token::{HashFunction, Interval, SerialNumber, Token, TokenId},
    trial::{TRIAL_MANUFACTURER, TRIAL_SERIAL_PREFIX},
    user::UserId,
};

/// Bytes of a secret key, as most tokens on sale have: as many as the hash has.
const SHA1_BYTES: usize = 20;
const SHA256_BYTES: usize = 32;
/// A right code is accepted within a day (MICROSOFT_GRAPH.md 2.9), which has 2,880 intervals.
const WINDOW_STEPS: u64 = 3_000;

/// What a trial has recorded of its tokens before it made the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MadeTokens {
    /// The user of the trial.
    pub user: UserId,
    /// The serial numbers.
    pub serials: Vec<SerialNumber>,
    /// The ids of tokens that exist.
    pub ids: Vec<TokenId>,
}

impl MadeTokens {
    /// Whether a trial made this token: it has a recorded serial number, and the manufacturer that no real token has.
    pub fn include(&self, token: &Token) -> bool {
        token.manufacturer.starts_with(TRIAL_MANUFACTURER) && self.serials.contains(&token.serial)
    }
}

/// A made-up token of the usual kind.
pub(super) fn made_up_token() -> Result<NewToken, ServiceError> {
    new_token(&random::<SHA1_BYTES>()?, Interval::S30, HashFunction::Sha1)
}

/// A made-up token with SHA-256 and 60 seconds.
pub(super) fn made_up_sha256_token() -> Result<NewToken, ServiceError> {
    new_token(&random::<SHA256_BYTES>()?, Interval::S60, HashFunction::Sha256)
}

fn new_token(seed: &[u8], interval: Interval, hash: HashFunction) -> Result<NewToken, ServiceError> {
    let digits: String = random::<8>()?.iter().map(|byte| format!("{byte:02X}")).collect();
    let unusable = || ServiceError::Internal { reference: "a made-up token".to_owned() };
    Ok(NewToken {
        serial: SerialNumber::parse(&format!("{TRIAL_SERIAL_PREFIX}{digits}")).ok_or_else(unusable)?,
        manufacturer: TRIAL_MANUFACTURER.to_owned(),
        model: "Made-up".to_owned(),
        seed: Seed::from_bytes(seed.to_vec()).map_err(|_| unusable())?,
        interval,
        hash,
    })
}

fn random<const N: usize>() -> Result<[u8; N], ServiceError> {
    let mut bytes = [0; N];
    let failed = |_| ServiceError::Internal { reference: "no random numbers".to_owned() };
    SystemRandom::new().fill(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The codes of a made-up token. None is sent twice.
#[derive(Default)]
pub(super) struct Codes {
    used: BTreeSet<u64>,
}

impl Codes {
    /// The code of now, or of the next interval whose code was not sent yet.
    pub fn fresh(&mut self, token: &NewToken, now_ms: u64) -> Code {
        let now = otp::step(token.interval, now_ms);
        let step = (now..).find(|step| !self.used.contains(step)).unwrap_or(now);
        self.used.insert(step);
        otp::hotp(&token.seed, token.hash, step)
    }

    /// The code of some intervals before.
    pub fn earlier(&mut self, token: &NewToken, now_ms: u64, intervals: u64) -> Code {
        let step = otp::step(token.interval, now_ms).saturating_sub(intervals);
        self.used.insert(step);
        otp::hotp(&token.seed, token.hash, step)
    }
}

/// A code that the token shows neither within a day before nor after.
pub(super) fn wrong_code(token: &NewToken, now_ms: u64) -> Option<Code> {
    let now = otp::step(token.interval, now_ms);
    let window = now.saturating_sub(WINDOW_STEPS)..=now + WINDOW_STEPS;
    let shown: BTreeSet<String> =
        window.map(|step| otp::hotp(&token.seed, token.hash, step).expose().to_owned()).collect();
    (100_000..1_000_000)
        .map(|number: u32| number.to_string())
        .find(|code| !shown.contains(code))
        .as_deref()
        .and_then(Code::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_768_471_200_000;

    #[test]
    fn no_code_is_sent_twice() {
        let token = made_up_token().unwrap();
        let mut codes = Codes::default();
        let sent =
            [codes.fresh(&token, NOW_MS), codes.fresh(&token, NOW_MS), codes.fresh(&token, NOW_MS + 30_000)];
        let expected =
            [0, 1, 2].map(|step| otp::totp(&token.seed, token.hash, token.interval, NOW_MS + step * 30_000));
        for (sent, expected) in sent.iter().zip(&expected) {
            assert_eq!(sent.expose(), expected.expose());
        }
    }

    #[test]
    fn a_wrong_code_is_wrong_for_the_whole_day() {
        let token = made_up_token().unwrap();
        let wrong = wrong_code(&token, NOW_MS).unwrap();
        let now = otp::step(token.interval, NOW_MS);
        assert!(
            (now - 2_880..=now + 2_880)
                .all(|step| otp::hotp(&token.seed, token.hash, step).expose() != wrong.expose())
        );
    }
}
