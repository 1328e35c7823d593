//! Rows and users by number: all different, with mixed intervals and hashes.

use token_core::{
    issue::Issue,
    ports::NewToken,
    seed::Seed,
    seed_file::{Owner, ParsedRow, RawRow, SeedRow},
    token::{HashFunction, Interval, SerialNumber},
    user::{User, UserId},
};

pub fn user(n: usize) -> User {
    User {
        id: UserId::parse(&format!("00000000-0000-4000-8000-{n:012x}")).unwrap(),
        name: format!("User {n}"),
        upn: format!("user{n}@contoso.example"),
        mail: None,
        enabled: Some(true),
        guest: Some(false),
    }
}

pub fn serial(n: usize) -> SerialNumber {
    SerialNumber::parse(&format!("S{n:05}")).unwrap()
}

pub fn new_token(n: usize) -> NewToken {
    let hash = if n.is_multiple_of(3) { HashFunction::Sha256 } else { HashFunction::Sha1 };
    let len = if hash == HashFunction::Sha256 { 32 } else { 20 };
    NewToken {
        serial: serial(n),
        manufacturer: "Contoso".to_owned(),
        model: "T1".to_owned(),
        seed: Seed::from_bytes((0..len).map(|i| u8::try_from((n * 31 + i * 7) % 251).unwrap()).collect())
            .unwrap(),
        interval: if n.is_multiple_of(2) { Interval::S30 } else { Interval::S60 },
        hash,
    }
}

/// Row `n`, for user `n`.
pub fn entry(n: usize) -> ParsedRow {
    owned_by(n, Some(Owner::Upn(user(n).upn)))
}

pub fn entries(count: usize) -> Vec<ParsedRow> {
    (0..count).map(entry).collect()
}

pub fn owned_by(n: usize, owner: Option<Owner>) -> ParsedRow {
    good(n, SeedRow::new(new_token(n), owner))
}

pub fn good(n: usize, row: SeedRow) -> ParsedRow {
    let serial = row.token.serial.as_str().to_owned();
    ParsedRow { line: u64::try_from(n).unwrap() + 2, serial, result: Ok(row), raw: raw() }
}

pub fn bad(n: usize, messages: &[&str]) -> ParsedRow {
    let problem = |message: &&str| Issue {
        column: Some("secret key".to_owned()),
        message: (*message).to_owned(),
        remedy: "Correct the row.".to_owned(),
    };
    ParsedRow {
        line: u64::try_from(n).unwrap() + 2,
        serial: serial(n).to_string(),
        result: Err(messages.iter().map(problem).collect()),
        raw: raw(),
    }
}

/// Row `n` with its good part changed.
pub fn changed(n: usize, change: impl FnOnce(&mut SeedRow)) -> ParsedRow {
    let mut entry = entry(n);
    let row = entry.result.as_mut().unwrap();
    change(row);
    entry.serial = row.token.serial.to_string();
    entry
}

fn raw() -> RawRow {
    RawRow::default()
}
