//! Rows of one file that name the same token.

use std::collections::HashMap;

use crate::seed_file::{Owner, ParsedRow, SeedRow};

/// How a row duplicates another one with the same serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duplicate {
    /// The same token as on an earlier line, for the same user.
    Repeats {
        /// The earlier line.
        line: u64,
    },
    /// Another line gives the same serial another seed, interval, hash or user: which one is right is unknown.
    Contradicts {
        /// The other line.
        line: u64,
    },
}

/// The duplicates among the good rows, by index into `entries`.
pub(super) fn find(entries: &[ParsedRow]) -> HashMap<usize, Duplicate> {
    let mut by_serial: HashMap<String, Vec<(usize, u64, &SeedRow)>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if let Ok(row) = &entry.result {
            by_serial.entry(row.token.serial.key()).or_default().push((index, entry.line, row));
        }
    }
    by_serial.values().flat_map(|rows| duplicates_of_serial(rows)).collect()
}

/// The duplicates among the rows of one serial: when any two disagree, all of them are contradictions.
fn duplicates_of_serial(rows: &[(usize, u64, &SeedRow)]) -> Vec<(usize, Duplicate)> {
    let Some(((first_index, first_line, first), others)) = rows.split_first() else { return Vec::new() };
    let Some((_, other_line, _)) = others.iter().find(|(_, _, row)| !agree(first, row)) else {
        return others.iter().map(|(index, ..)| (*index, Duplicate::Repeats { line: *first_line })).collect();
    };
    let others = others.iter().map(|(index, _, row)| {
        let line = if agree(first, row) { *other_line } else { *first_line };
        (*index, Duplicate::Contradicts { line })
    });
    others.chain([(*first_index, Duplicate::Contradicts { line: *other_line })]).collect()
}

fn agree(a: &SeedRow, b: &SeedRow) -> bool {
    a.token.seed.same_as(&b.token.seed)
        && a.token.interval == b.token.interval
        && a.token.hash == b.token.hash
        && same_owner(a.owner.as_ref(), b.owner.as_ref())
}

fn same_owner(a: Option<&Owner>, b: Option<&Owner>) -> bool {
    match (a, b) {
        (Some(Owner::Upn(a)), Some(Owner::Upn(b))) => a.to_lowercase() == b.to_lowercase(),
        (a, b) => a == b,
    }
}
