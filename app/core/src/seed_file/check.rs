//! One row, all its cells together: either a token to create, or everything that is wrong with it.

use super::{
    Owner, Problem, Row,
    cell::Cell,
    tally::{Note, Tally},
};
use crate::{
    ports::NewToken,
    seed::Seed,
    token::{HashFunction, Interval, MAX_TEXT_LEN},
};

/// Bytes of a SHA-1 seed; longer ones are for SHA-256.
const SHA1_SEED_BYTES: usize = 20;
/// Characters from which a key in the wrong place is taken for one: 16 bytes in Base32. No serial is as long.
const SURELY_A_SEED_LEN: usize = 26;

/// What a format says about the cells that leave something open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// The hash follows the seed's length; keys are Base32 or hex.
    Csv,
    /// Graph's own: the hash is SHA-1 unless named, keys are Base32.
    Graph,
}

/// A row's cells.
pub(super) struct Cells<'a> {
    pub serial: Cell<'a>,
    pub key: Cell<'a>,
    pub interval: Cell<'a>,
    pub manufacturer: Cell<'a>,
    pub model: Cell<'a>,
    pub hash: Cell<'a>,
}

/// Judges a row; `owner` has been judged by the reader, since formats name owners differently.
pub(super) fn check(
    cells: &Cells<'_>,
    owner: Result<Option<Owner>, Problem>,
    rules: Rules,
    tally: &mut Tally,
) -> Result<Row, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut notes = Vec::new();
    let seed = match rules {
        Rules::Csv => cells.key.seed(),
        Rules::Graph => cells.key.base32_seed(),
    };
    let serial = if hides_a_seed(cells) { Err(slipped(&cells.serial)) } else { cells.serial.serial() };
    let owner = keep(owner, &mut problems);
    let serial = keep(serial, &mut problems);
    let seed = keep(seed, &mut problems);
    let interval = keep(cells.interval.interval(), &mut problems);
    let manufacturer = keep(cells.manufacturer.name("manufacturer"), &mut problems);
    let model = keep(cells.model.name("model"), &mut problems);
    let hash = keep(cells.hash.hash(), &mut problems);
    let (Some(owner), Some(serial), Some(seed), Some(interval), Some(manufacturer), Some(model), Some(hash)) =
        (owner, serial, seed, interval, manufacturer, model, hash)
    else {
        return Err(problems);
    };
    if rules == Rules::Csv {
        notes.extend(Seed::reads_either_way(cells.key.text).map(Note::KeyReads));
    }
    let hash = hash.unwrap_or_else(|| silent_hash(&seed, rules, &mut notes));
    let interval = interval.unwrap_or_else(|| {
        notes.push(Note::IntervalAssumed);
        Interval::S30
    });
    notes.iter().for_each(|note| tally.count(*note));
    tally.measure(serial.as_str(), seed.len());
    let token = NewToken { serial, manufacturer, model, seed, interval, hash };
    Ok(Row { token, owner, notes: notes.iter().map(Note::to_string).collect() })
}

/// The serial to name a row by: nothing when a seed seems to stand in its place.
pub(super) fn shown_serial(cells: &Cells<'_>) -> String {
    if hides_a_seed(cells) { String::new() } else { cells.serial.text.chars().take(MAX_TEXT_LEN).collect() }
}

fn keep<T>(judged: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    judged.map_err(|problem| problems.push(problem)).ok()
}

/// A long key under the serial's name, and none under its own: the columns have slipped or changed places.
fn hides_a_seed(cells: &Cells<'_>) -> bool {
    let is_long_key = |text: &str| text.len() >= SURELY_A_SEED_LEN && Seed::parse(text).is_ok();
    is_long_key(cells.serial.text) && !is_long_key(cells.key.text)
}

fn slipped(serial: &Cell<'_>) -> Problem {
    serial.problem(
        "This looks like a secret key, not like a serial number.",
        "Check that the columns have not slipped or changed places.",
    )
}

fn silent_hash(seed: &Seed, rules: Rules, notes: &mut Vec<Note>) -> HashFunction {
    match (seed.len() > SHA1_SEED_BYTES, rules) {
        (true, Rules::Csv) => {
            notes.push(Note::HashInferred);
            HashFunction::Sha256
        }
        (true, Rules::Graph) => {
            notes.push(Note::HashDefault);
            HashFunction::Sha1
        }
        (false, _) => HashFunction::Sha1,
    }
}
