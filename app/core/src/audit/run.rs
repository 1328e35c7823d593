//! A run: the rows of one import, or of one action on many tokens, as one line of the audit log.

use serde::{Deserialize, Serialize};

use super::{Actor, AuditAction, EntryStatus};
use crate::guid::is_guid;

/// Highest row number.
const MAX_ROW: u32 = 10_000_000;

/// The id of a run: a random GUID that the client generates when the run begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// Accepts a GUID and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        is_guid(text).then(|| Self(text.to_ascii_lowercase()))
    }

    /// From 128 random bits.
    pub fn from_random(bits: u128) -> Self {
        let hex = format!("{bits:032x}");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        // Version 4, variant 1: a random GUID (RFC 9562).
        Self(format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32)))
    }

    /// The GUID, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a run's id must be a GUID"))
    }
}

/// The run that the items of a call belong to, with the row of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRows {
    /// The run.
    pub id: RunId,
    /// The row of each item, in the order of the items; 0 where it is not known.
    pub rows: Vec<u32>,
    /// How many rows the whole run has. Long runs are sent to Graph with low priority.
    pub size: u32,
}

impl RunRows {
    /// Why it is invalid for a call of so many items, if it is. The server checks it, because it does not trust the
    /// browser.
    pub fn validate(&self, items: usize) -> Option<String> {
        if self.rows.len() != items {
            return Some(format!("{} rows are named for {items} items", self.rows.len()));
        }
        let too_high = self.rows.iter().any(|row| *row > MAX_ROW);
        too_high.then(|| format!("a row is higher than {MAX_ROW}"))
    }
}

/// A run as one line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The run.
    pub id: RunId,
    /// Its first entry.
    pub first: u64,
    /// Its last entry so far, which the list is ordered by.
    pub last: u64,
    /// When its first entry was stored (milliseconds since 1970).
    pub began_ms: u64,
    /// When its last entry so far was stored.
    pub ended_ms: u64,
    /// Who started it.
    pub actor: Actor,
    /// Number of entries by action and result.
    pub counts: Vec<RunCount>,
}

/// The number of entries with the same action and result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCount {
    /// The action.
    pub action: AuditAction,
    /// The result.
    pub result: EntryStatus,
    /// The number of entries.
    pub count: u64,
}

impl RunSummary {
    /// How many writes of the run have this result. The entry of its proof is no write.
    pub fn of(&self, result: EntryStatus) -> u64 {
        self.writes().filter(|count| count.result == result).map(|count| count.count).sum()
    }

    /// How many writes the run has.
    pub fn operations(&self) -> u64 {
        self.writes().map(|count| count.count).sum()
    }

    fn writes(&self) -> impl Iterator<Item = &RunCount> {
        self.counts.iter().filter(|count| count.action.is_write())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_from_random_bits_is_a_guid() {
        for bits in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = RunId::from_random(bits);
            assert_eq!(RunId::parse(id.as_str()), Some(id.clone()), "{id:?}");
        }
    }

    #[test]
    fn each_item_has_a_row() {
        let rows = RunRows { id: RunId::from_random(7), rows: vec![1, 2], size: 4 };
        assert_eq!(rows.validate(2), None);
        assert!(rows.validate(3).is_some());
        assert!(RunRows { rows: vec![u32::MAX], ..rows }.validate(1).is_some());
    }
}
