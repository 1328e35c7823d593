//! Notices about the whole file: assumed values, and keys that are shorter than those of other rows.

use std::{collections::BTreeMap, fmt};

use super::hash_rule::HashOrigin;
use crate::{seed::KeyNotation, token::HashFunction};

/// Bytes of a usual SHA-1 seed.
const SHA1_SEED_BYTES: usize = 20;

/// How many bytes shorter than others a key with lost characters may be. Of a 32 character key, one lost character
/// leaves 19 of 20 bytes, three leave 18; keys of different types (16, 20, 32 bytes) differ by more.
const LOST_BYTES: usize = 3;
/// How many serials a notice lists.
const NAMED_ROWS: usize = 3;

/// A value assumed because the row lacks it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Assumption {
    IntervalAssumed,
    HashInferred,
    HashDefault,
    HashChosen(HashFunction),
    HashOfModel(HashFunction),
    KeyReads(KeyNotation),
}

impl Assumption {
    /// What is said of a row's hash: nothing where it is stated, or where a short key leaves no doubt.
    pub fn of_hash(origin: HashOrigin, hash: HashFunction, key_bytes: usize) -> Option<Self> {
        match (origin, hash) {
            (HashOrigin::File, _) => None,
            (HashOrigin::Model, _) => Some(Self::HashOfModel(hash)),
            (HashOrigin::Choice, _) => Some(Self::HashChosen(hash)),
            (HashOrigin::KeyLength, HashFunction::Sha256) => Some(Self::HashInferred),
            (HashOrigin::KeyLength, HashFunction::Sha1) => {
                (key_bytes > SHA1_SEED_BYTES).then_some(Self::HashDefault)
            }
        }
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IntervalAssumed => f.write_str("time interval empty: 30 s assumed"),
            Self::HashInferred => f.write_str("hash inferred: SHA-256, because the key has 32 bytes"),
            Self::HashDefault => f.write_str("no hash named: SHA-1, as in Microsoft's own files"),
            Self::HashChosen(hash) => write!(f, "no hash named: {hash}, as chosen for the file"),
            Self::HashOfModel(hash) => write!(f, "hash {hash}, because the model's name says so"),
            Self::KeyReads(notation) => write!(f, "the secret key fits Base32 and hex: read as {notation}"),
        }
    }
}

/// The number of rows per assumption, and of rows per key length.
#[derive(Clone, Default)]
pub(super) struct FileNotices {
    interval_assumed: usize,
    hash_inferred: usize,
    hash_default: usize,
    /// Serials that the file stores as numbers.
    number_serials: usize,
    /// Rows that name no hash.
    silent_rows: usize,
    /// Rows that have a code from the token's display.
    codes: usize,
    /// Rows by key length in bytes.
    lengths: BTreeMap<usize, KeyLengthRows>,
}

/// The rows with keys of one length.
#[derive(Clone, Default)]
struct KeyLengthRows {
    count: usize,
    /// The serials of the first ones.
    serials: Vec<String>,
}

impl FileNotices {
    pub fn record(&mut self, assumption: Assumption) {
        match assumption {
            Assumption::IntervalAssumed => self.interval_assumed += 1,
            Assumption::HashInferred => self.hash_inferred += 1,
            Assumption::HashDefault => self.hash_default += 1,
            Assumption::KeyReads(_) | Assumption::HashChosen(_) | Assumption::HashOfModel(_) => {}
        }
    }

    /// Records whether the file stores a row's serial as a number.
    pub fn record_number(&mut self, is_number: bool) {
        self.number_serials += usize::from(is_number);
    }

    /// Records that a row has a code from the token's display.
    pub fn record_code(&mut self) {
        self.codes += 1;
    }

    /// How many valid rows name no hash.
    pub fn silent_rows(&self) -> usize {
        self.silent_rows
    }

    /// Records the length of a row's key, and whether it names a hash.
    pub fn record_row(&mut self, serial: &str, key_bytes: usize, hash: HashOrigin) {
        self.silent_rows += usize::from(hash.is_silent());
        let rows = self.lengths.entry(key_bytes).or_default();
        rows.count += 1;
        if rows.serials.len() < NAMED_ROWS {
            rows.serials.push(serial.to_owned());
        }
    }

    pub fn notices(&self, has_hash_column: bool) -> Vec<String> {
        let mut notices = Vec::new();
        if self.hash_inferred > 0 {
            let why = if has_hash_column { "Hash left empty" } else { "No hash column" };
            let seeds = times(self.hash_inferred, "secret key", "secret keys");
            notices.push(format!("{why}: SHA-256 was inferred for {seeds} of 32 bytes."));
        }
        if self.hash_default > 0 {
            let seeds = times(self.hash_default, "secret key", "secret keys");
            notices.push(format!("No hash named: SHA-1 was taken for {seeds} longer than 20 bytes."));
        }
        if self.interval_assumed > 0 {
            let rows = times(self.interval_assumed, "row", "rows");
            notices.push(format!("Time interval empty: 30 seconds were assumed for {rows}."));
        }
        if self.number_serials > 0 {
            let (one, many) = ("serial number is stored as a number", "serial numbers are stored as numbers");
            let serials = times(self.number_serials, one, many);
            notices.push(format!(
                "{serials}: zeros at the beginning, if there were any, are lost. Compare one with the back of its token."
            ));
        }
        if self.codes > 0 {
            let rows = times(self.codes, "row has a code", "rows have a code");
            notices.push(format!(
                "{rows} from the token's display, which tells its clock. It counts as read when the file was opened: an older code makes the clock look slow by its age."
            ));
        }
        notices.extend(self.lengths.iter().filter_map(|(bytes, rows)| self.shortened(*bytes, rows)));
        notices
    }

    /// The notice about keys that may have lost characters: such a key is valid, but shorter than most others.
    fn shortened(&self, bytes: usize, rows: &KeyLengthRows) -> Option<String> {
        let longer = self.lengths.range(bytes + 1..=bytes + LOST_BYTES);
        let usual =
            longer.filter(|(_, others)| others.count > rows.count).map(|(bytes, _)| bytes).next_back()?;
        let named = rows.serials.join(", ");
        let more = match rows.count - rows.serials.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let keys = times(rows.count, "secret key is", "secret keys are");
        Some(format!(
            "{keys} shorter than others ({bytes} bytes, not {usual}): see {named}{more}. Characters may be missing: compare with the vendor's file."
        ))
    }
}

fn times(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}
