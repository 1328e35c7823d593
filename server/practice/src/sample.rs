//! A sample seed file for users of the company, to try an import.

use std::{collections::HashSet, iter};

use rand::{RngCore, seq::SliceRandom};
use token_core::token::{Interval, MAX_TOKENS_PER_USER};

use super::{
    company::{Company, UserKey, stock},
    seeded_rng,
    test_users::TestUsers,
};

const HEADER: [&str; 7] =
    ["upn", "serial number", "secret key", "time interval", "manufacturer", "model", "hash function"];

/// Most attempts to draw a serial that is not in the file yet.
const MAX_DRAWS: usize = 100;

/// At most `rows` new tokens, each for another user who may get one. The same seed number and the same company give the same
/// file; once its tokens are in the inventory, the next file has others.
pub fn csv(company: &Company, test_users: &TestUsers, seed: u64, rows: usize) -> String {
    let mut rng = seeded_rng::stream(seed, "sample");
    let mut owners = owners(company);
    owners.shuffle(&mut rng);
    // Who holds a directory role comes last: no test user may assign tokens to them.
    owners.sort_by_key(|key| !test_users.roles(*key).is_empty());
    let mut file = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = file.write_record(HEADER);
    let mut given = HashSet::new();
    for owner in owners.into_iter().take(rows) {
        if let Some(record) = record(company, owner, &mut given, &mut rng) {
            let _ = file.write_record(record);
        }
    }
    file.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Enabled members who may get another token.
fn owners(company: &Company) -> Vec<UserKey> {
    let people = company.people.iter().enumerate().filter(|(_, person)| person.enabled && !person.guest);
    people.map(|(key, _)| key).filter(|key| company.tokens_of(*key).count() < MAX_TOKENS_PER_USER).collect()
}

/// A row of the file; `given` holds the serials of the rows before.
fn record(
    company: &Company,
    owner: UserKey,
    given: &mut HashSet<String>,
    rng: &mut impl RngCore,
) -> Option<[String; 7]> {
    let model = stock::pick(rng);
    let secret = stock::seed(model.hash, rng)?;
    let mut serials = iter::repeat_with(|| stock::free_serial(company, model, rng)).take(MAX_DRAWS);
    let serial = serials.find(|serial| given.insert(serial.clone()))?;
    Some([
        company.person(owner)?.upn.clone(),
        serial,
        secret.expose_base32().to_string(),
        Interval::seconds(model.interval).to_string(),
        model.manufacturer.to_owned(),
        model.model.to_owned(),
        model.hash.to_string(),
    ])
}
