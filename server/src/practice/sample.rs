//! A seed file that fits the company, so that a newcomer can try the main job at once.

use std::{collections::HashSet, iter};

use rand::{RngCore, seq::SliceRandom};
use token_core::token::Interval;

use super::{
    company::{Company, UserKey, stock},
    entra::people::{TestUser, TestUsers},
    seeded_rng,
    token_lifecycle::MOST_TOKENS,
};

const HEADER: [&str; 7] =
    ["upn", "serial number", "secret key", "time interval", "manufacturer", "model", "hash function"];

/// Draws for a serial that the file has not given yet.
const MOST_DRAWS: usize = 100;

/// At most `rows` new tokens, each for another person who may get one. The same seed number and the same company
/// give the same file; once its tokens are in the inventory, the next file names others.
pub fn csv(company: &Company, test_users: &TestUsers, seed: u64, rows: usize) -> String {
    let mut rng = seeded_rng::stream(seed, "sample");
    let mut owners = owners(company);
    owners.shuffle(&mut rng);
    // Administrators come last: nobody who signs in may give them a token.
    owners.sort_by_key(|key| test_users.find(*key).is_some_and(TestUser::is_administrator));
    let mut file = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory does not fail; if it did, the file would be short, and the reader would say so.
    let _ = file.write_record(HEADER);
    let mut given = HashSet::new();
    for owner in owners.into_iter().take(rows) {
        if let Some(record) = record(company, owner, &mut given, &mut rng) {
            let _ = file.write_record(record);
        }
    }
    file.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Enabled members who can take another token.
fn owners(company: &Company) -> Vec<UserKey> {
    let people = company.people.iter().enumerate().filter(|(_, person)| person.enabled && !person.guest);
    people.map(|(key, _)| key).filter(|key| company.tokens_of(*key).count() < MOST_TOKENS).collect()
}

/// `given` holds the serials of the file so far, which the inventory does not know.
fn record(
    company: &Company,
    owner: UserKey,
    given: &mut HashSet<String>,
    rng: &mut impl RngCore,
) -> Option<[String; 7]> {
    let model = stock::pick(rng);
    let secret = stock::seed(model.hash, rng)?;
    let mut serials = iter::repeat_with(|| stock::free_serial(company, model, rng)).take(MOST_DRAWS);
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
