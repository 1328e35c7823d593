//! Rows of one file that name the same token.

use std::collections::HashMap;

use crate::seed_file::{Entry, Row};

/// What is known of a row whose serial occurs more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicate {
    /// The same token as on an earlier line, for the same user.
    Repeats {
        /// The earlier line.
        line: u64,
    },
    /// Another line gives the same serial another seed, interval, hash or user: nobody can tell which is right.
    Contradicts {
        /// The other line.
        line: u64,
    },
}

/// The duplicates among the good rows, by index into `entries`.
pub fn find(entries: &[Entry]) -> HashMap<usize, Duplicate> {
    let mut by_serial: HashMap<String, Vec<(usize, u64, &Row)>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if let Ok(row) = &entry.result {
            by_serial.entry(row.token.serial.key()).or_default().push((index, entry.line, row));
        }
    }
    let mut found = HashMap::new();
    for rows in by_serial.values() {
        let Some(((first_index, first_line, first), others)) = rows.split_first() else { continue };
        for (index, line, row) in others {
            if agree(first, row) {
                found.insert(*index, Duplicate::Repeats { line: *first_line });
            } else {
                found.insert(*index, Duplicate::Contradicts { line: *first_line });
                found.insert(*first_index, Duplicate::Contradicts { line: *line });
            }
        }
    }
    found
}

fn agree(a: &Row, b: &Row) -> bool {
    a.token.seed.same_as(&b.token.seed)
        && a.token.interval == b.token.interval
        && a.token.hash == b.token.hash
        && a.owner == b.owner
}
