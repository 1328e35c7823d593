//! Verifies that the audit log is complete and unaltered: recomputes every hash, from the oldest entry to the newest.

use std::{collections::BTreeSet, fmt};

use token_core::audit::{AuditAction, ChainHead};

use super::{
    chain::{self, GENESIS_HASH, Hash, hex},
    database::DatabaseError,
    row::Row,
    siem::rfc3339,
    store::Store,
};

/// Rows read at once.
const CHUNK: i64 = 2_000;

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Number of entries checked.
    pub entries: u64,
    /// Number of the oldest of them.
    pub oldest: u64,
    /// The head of the chain, as far as it was followed.
    pub head: ChainHead,
    /// The first thing that does not fit; `None` when everything does.
    pub chain_break: Option<ChainBreak>,
}

/// The first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainBreak {
    /// The number of the entry at which it shows.
    pub number: u64,
    /// What is wrong.
    pub what: String,
    /// The entry and its neighbours, one line each, as far as they exist.
    pub around: Vec<String>,
}

impl fmt::Display for ChainBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Entry {} does not fit: {}", self.number, self.what)?;
        self.around.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

/// The state of a walk along the chain.
struct ChainWalk {
    previous: Hash,
    number: i64,
    /// Number and hash of the last purged entry.
    purged: Option<(i64, Hash)>,
    oldest: i64,
    entries: u64,
    /// Intents without an outcome so far.
    open: BTreeSet<i64>,
}

impl Store {
    /// Verifies the whole audit log, and that it continues `kept`, a head that was kept elsewhere.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn verify(&self, kept: Option<&ChainHead>) -> Result<VerifyReport, DatabaseError> {
        let mut walk = self.start_walk().await?;
        let mut kept_hash = None;
        let mut chain_break = walk.check_start();
        let mut from = walk.oldest;
        'all: while chain_break.is_none() {
            let rows = self.scan(from, CHUNK).await?;
            for row in &rows {
                chain_break = walk.check_next(row).map(|what| (row.number, what));
                if chain_break.is_some() {
                    break 'all;
                }
                if kept.is_some_and(|head| i64::try_from(head.number) == Ok(row.number)) {
                    kept_hash = Some(hex(&row.hash));
                }
            }
            let Some(last) = rows.last() else { break };
            from = last.number + 1;
        }
        if chain_break.is_none() {
            chain_break = kept.and_then(|kept| walk.check_kept_head(kept, kept_hash.as_deref()));
        }
        if chain_break.is_none() {
            chain_break = self.check_derived_tables(&walk).await?.map(|what| (walk.number, what));
        }
        let chain_break = match chain_break {
            Some((number, what)) => Some(self.chain_break(number, what).await?),
            None => None,
        };
        let head = ChainHead { number: unsigned(walk.number), hash: hex(&walk.previous) };
        Ok(VerifyReport { entries: walk.entries, oldest: unsigned(walk.oldest), head, chain_break })
    }

    async fn start_walk(&self) -> Result<ChainWalk, DatabaseError> {
        let oldest = self.oldest().await?;
        let checkpoints = self.newest_of(AuditAction::Retention).await?;
        let purged = checkpoints.iter().filter_map(purged_up_to).max_by_key(|(number, _)| *number);
        let previous = purged.map_or(GENESIS_HASH, |(_, hash)| hash);
        Ok(ChainWalk { previous, number: oldest - 1, purged, oldest, entries: 0, open: BTreeSet::new() })
    }

    /// Checks that the tables derived from the entries agree with them: open intents, runs, full text.
    async fn check_derived_tables(&self, walk: &ChainWalk) -> Result<Option<String>, DatabaseError> {
        let open: BTreeSet<i64> = self.open_intents().await?.iter().map(|row| row.number).collect();
        if i64::try_from(open.len()).ok() != Some(self.open_count().await?) || open != walk.open {
            return Ok(Some(
                "the list of operations without an outcome does not agree with the entries. The entries themselves fit."
                    .to_owned(),
            ));
        }
        self.check_indexes().await
    }

    async fn chain_break(&self, number: i64, what: String) -> Result<ChainBreak, DatabaseError> {
        let around = self.scan(number - 1, 3).await?;
        let around = around.iter().filter(|row| row.number <= number + 1).map(describe).collect();
        Ok(ChainBreak { number: unsigned(number), what, around })
    }
}

impl ChainWalk {
    /// Checks that the chain begins at its first entry or where a retention ended; returns what is wrong.
    fn check_start(&self) -> Option<(i64, String)> {
        match self.purged {
            _ if self.oldest <= 1 => None,
            Some((last, _)) if last >= self.oldest - 1 => None,
            _ => Some((
                self.oldest,
                format!(
                    "the entries before it are missing, and no retention says that it removed them up to {}.",
                    self.oldest - 1
                ),
            )),
        }
    }

    /// Checks the next row; returns what is wrong with it.
    fn check_next(&mut self, row: &Row) -> Option<String> {
        if row.number != self.number + 1 {
            return Some(match row.number - self.number {
                2 => format!("entry {} is missing before it.", self.number + 1),
                _ => format!("entries {} to {} are missing before it.", self.number + 1, row.number - 1),
            });
        }
        let is_first = self.entries == 0;
        // An interrupted purge leaves entries of which the first cannot be checked, since its predecessor is gone.
        let is_left_over = is_first && self.purged.is_some_and(|(last, _)| last >= row.number);
        let hash = chain::hash(&self.previous, row);
        if !is_left_over && hash.as_slice() != row.hash {
            return Some(
                "its content or the entry before it was altered: its hash does not follow.".to_owned(),
            );
        }
        let Ok(stored) = Hash::try_from(row.hash.as_slice()) else {
            return Some("its hash is damaged.".to_owned());
        };
        if self.purged.is_some_and(|(last, hash)| last == row.number && hash != stored) {
            return Some("it is not the entry that the retention removed up to.".to_owned());
        }
        (self.previous, self.number) = (stored, row.number);
        self.entries += 1;
        if row.is_intent() {
            self.open.insert(row.number);
        } else if row.intent >= self.oldest && !self.open.remove(&row.intent) {
            return Some(format!(
                "it is the outcome of entry {}, which is none that waits for one.",
                row.intent
            ));
        }
        None
    }

    /// Checks that the chain continues a kept head; `found` is the hash of that entry here. Returns what is wrong.
    fn check_kept_head(&self, kept: &ChainHead, found: Option<&str>) -> Option<(i64, String)> {
        let number = i64::try_from(kept.number).unwrap_or(i64::MAX);
        match found {
            Some(hash) if hash.eq_ignore_ascii_case(&kept.hash) => None,
            Some(_) => Some((
                number,
                "it is another than the head that was kept elsewhere: the trail was rewritten.".to_owned(),
            )),
            None if number > self.number => Some((
                self.number,
                format!(
                    "it is the last, although the head that was kept elsewhere is entry {number}: the end of the trail is missing."
                ),
            )),
            // Purged: the checkpoint of the retention is part of the chain.
            None => None,
        }
    }
}

/// Number and hash of the last purged entry, from a retention's checkpoint entry.
fn purged_up_to(checkpoint: &Row) -> Option<(i64, Hash)> {
    let number = checkpoint.before_state.rsplit(' ').next()?.parse().ok()?;
    let hash = chain::from_hex(checkpoint.after_state.rsplit(' ').next()?)?;
    Some((number, hash))
}

fn describe(row: &Row) -> String {
    let actor = [&row.actor_upn, &row.actor_name].into_iter().find(|name| !name.is_empty());
    let actor = actor.map_or("somebody", String::as_str);
    format!(
        "{}  {}  {}  {}  {}  {}",
        row.number,
        rfc3339(row.at_ms),
        actor,
        row.action,
        row.token_serial,
        row.result
    )
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
