//! Validates a row: the result is a token to create, or all errors of the row.

use super::{
    Owner, SeedRow,
    cell::Cell,
    file_notices::{Assumption, FileNotices},
};
use crate::{
    issue::Issue,
    ports::NewToken,
    seed::Seed,
    token::{HashFunction, Interval, MAX_TEXT_LEN},
};

/// Bytes of a SHA-1 seed; longer seeds are for SHA-256.
const SHA1_SEED_BYTES: usize = 20;
/// Fewest characters of a serial that is treated as a misplaced seed: 16 bytes in Base32. No serial is as long.
const MIN_SEED_TEXT_LEN: usize = 26;

/// How a format treats missing and ambiguous values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FormatRules {
    /// The default hash depends on the seed's length; keys are Base32 or hex.
    Csv,
    /// Microsoft Graph's rules: the default hash is SHA-1, keys are Base32.
    Graph,
}

/// The cells of a row.
pub(super) struct RowCells<'a> {
    pub serial: Cell<'a>,
    pub key: Cell<'a>,
    pub interval: Cell<'a>,
    pub manufacturer: Cell<'a>,
    pub model: Cell<'a>,
    pub hash: Cell<'a>,
}

/// Validates a row; the reader has validated `owner`, because the formats name users differently.
pub(super) fn check(
    cells: &RowCells<'_>,
    owner: Result<Option<Owner>, Issue>,
    rules: FormatRules,
    file_notices: &mut FileNotices,
) -> Result<SeedRow, Vec<Issue>> {
    let mut issues = Vec::new();
    let mut notes = Vec::new();
    let seed = match rules {
        FormatRules::Csv => cells.key.seed(),
        FormatRules::Graph => cells.key.base32_seed(),
    };
    let serial =
        if serial_holds_seed(cells) { Err(shifted_columns(&cells.serial)) } else { cells.serial.serial() };
    let owner = collect_issue(owner, &mut issues);
    let serial = collect_issue(serial, &mut issues);
    let seed = collect_issue(seed, &mut issues);
    let interval = collect_issue(cells.interval.interval(), &mut issues);
    let manufacturer = collect_issue(cells.manufacturer.name("manufacturer"), &mut issues);
    let model = collect_issue(cells.model.name("model"), &mut issues);
    let hash = collect_issue(cells.hash.hash(), &mut issues);
    let (Some(owner), Some(serial), Some(seed), Some(interval), Some(manufacturer), Some(model), Some(hash)) =
        (owner, serial, seed, interval, manufacturer, model, hash)
    else {
        return Err(issues);
    };
    if rules == FormatRules::Csv {
        notes.extend(Seed::ambiguous_notation(cells.key.text).map(Assumption::KeyReads));
    }
    let hash = hash.unwrap_or_else(|| default_hash(&seed, rules, &mut notes));
    let interval = interval.unwrap_or_else(|| {
        notes.push(Assumption::IntervalAssumed);
        Interval::S30
    });
    notes.iter().for_each(|assumption| file_notices.record(*assumption));
    file_notices.record_key_length(serial.as_str(), seed.len());
    let token = NewToken { serial, manufacturer, model, seed, interval, hash };
    Ok(SeedRow { token, owner, notes: notes.iter().map(Assumption::to_string).collect() })
}

/// The serial that identifies a row in messages: empty when it seems to be a seed.
pub(super) fn display_serial(cells: &RowCells<'_>) -> String {
    if serial_holds_seed(cells) {
        String::new()
    } else {
        cells.serial.text.chars().take(MAX_TEXT_LEN).collect()
    }
}

fn collect_issue<T>(checked: Result<T, Issue>, issues: &mut Vec<Issue>) -> Option<T> {
    checked.map_err(|issue| issues.push(issue)).ok()
}

/// Whether the serial is a long key and the key is not: the columns are shifted or swapped.
fn serial_holds_seed(cells: &RowCells<'_>) -> bool {
    let is_long_key = |text: &str| text.len() >= MIN_SEED_TEXT_LEN && Seed::parse(text).is_ok();
    is_long_key(cells.serial.text) && !is_long_key(cells.key.text)
}

fn shifted_columns(serial: &Cell<'_>) -> Issue {
    serial.issue(
        "This looks like a secret key, not like a serial number.",
        "Check that the columns have not slipped or changed places.",
    )
}

fn default_hash(seed: &Seed, rules: FormatRules, notes: &mut Vec<Assumption>) -> HashFunction {
    match (seed.len() > SHA1_SEED_BYTES, rules) {
        (true, FormatRules::Csv) => {
            notes.push(Assumption::HashInferred);
            HashFunction::Sha256
        }
        (true, FormatRules::Graph) => {
            notes.push(Assumption::HashDefault);
            HashFunction::Sha1
        }
        (false, _) => HashFunction::Sha1,
    }
}
