//! A hardware token: its seed, the codes that it displays, and codes that it does not.

use std::collections::HashSet;

use token_core::{
    otp::{hotp, step, totp},
    ports::NewToken,
    seed::Seed,
    token::{HashFunction, Interval, SerialNumber},
};

/// The seed of each token in these tests.
pub const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// The token as it is imported.
pub fn new_token(serial: &str) -> NewToken {
    NewToken {
        serial: SerialNumber::parse(serial).unwrap(),
        manufacturer: "Contoso".to_owned(),
        model: "One".to_owned(),
        seed: Seed::parse(SEED).unwrap(),
        interval: Interval::S30,
        hash: HashFunction::Sha1,
    }
}

/// The code that it displays now.
pub fn right_code() -> String {
    totp(&Seed::parse(SEED).unwrap(), HashFunction::Sha1, Interval::S30, now_ms()).expose().to_owned()
}

/// A code that it displays at no time of a day before or after: six random digits are right with 0.6 % (MICROSOFT_GRAPH.md 2.9).
pub fn wrong_code() -> String {
    wrong_code_from(0)
}

/// The first such code from this number on.
pub fn wrong_code_from(first: u32) -> String {
    let (seed, now) = (Seed::parse(SEED).unwrap(), step(Interval::S30, now_ms()));
    let shown = |step| hotp(&seed, HashFunction::Sha1, step).expose().to_owned();
    let taken: HashSet<String> = (now - 3_000..now + 3_000).map(shown).collect();
    (first..).map(|number| format!("{number:06}")).find(|code| !taken.contains(code)).unwrap()
}

fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap()
}
