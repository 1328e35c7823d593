//! Verifies that the audit log is complete and unaltered: recomputes every hash, from the oldest entry to the newest, and compares the
//! result with what was kept outside the store.

use std::{collections::BTreeSet, fmt};

use token_core::audit::{AuditAction, ChainHead};

use super::{
    chain::{self, GENESIS_HASH, Hash, hex},
    checkpoint::Checkpoint,
    database::DatabaseError,
    merkle::{TreeBuilder, leaf_hash},
    row::Row,
    siem::rfc3339,
    store::Store,
};

/// Rows read at once.
const CHUNK: i64 = 2_000;

/// What was kept outside the store, and is compared with it. Signatures have been checked.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// A head of the chain.
    pub head: Option<ChainHead>,
    /// A checkpoint of the tree.
    pub checkpoint: Option<Checkpoint>,
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Number of entries checked.
    pub entries: u64,
    /// Number of the oldest of them.
    pub oldest: u64,
    /// The head of the chain, as far as it was followed.
    pub head: ChainHead,
    /// The entries that retentions removed, if any.
    pub removal: Option<Removal>,
    /// The first thing that does not fit; `None` when everything does.
    pub chain_break: Option<ChainBreak>,
}

/// The entries that retentions removed from the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The number of the last of them.
    pub up_to: u64,
    /// Whether a checkpoint outside the store contains them and the entry that records their removal. Otherwise only the store says so.
    pub is_vouched_for: bool,
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
    /// Number of the newest entry that a retention removed, and of the entry that records it, for each retention.
    removals: Vec<(i64, i64)>,
    oldest: i64,
    entries: u64,
    /// Intents without an outcome so far.
    open: BTreeSet<i64>,
    tree: TreeWalk,
}

/// The Merkle tree along the walk, including the leaves of purged entries.
struct TreeWalk {
    tree: TreeBuilder,
    leaves: Vec<Hash>,
    /// Size and root of the checkpoint, and the root that the walk had at that size.
    checkpoint: Option<(u64, Hash, Option<Hash>)>,
}

impl TreeWalk {
    fn new(checkpoint: Option<&Checkpoint>) -> Self {
        let tree = TreeBuilder::default();
        let checkpoint = checkpoint.map(|kept| (kept.size, kept.root, (kept.size == 0).then(|| tree.root())));
        Self { tree, leaves: Vec::new(), checkpoint }
    }

    fn push(&mut self, leaf: Hash) {
        self.leaves.push(leaf);
        self.tree.push(leaf);
        if let Some((size, _, found)) = &mut self.checkpoint
            && *size == self.tree.size()
        {
            *found = Some(self.tree.root());
        }
    }

    /// The hash of the leaf of this entry.
    fn leaf(&self, number: u64) -> Option<Hash> {
        self.leaves.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
    }

    /// Whether the checkpoint fits and contains the entries up to this number.
    fn contains(&self, number: i64) -> bool {
        let size = self.checkpoint.and_then(|(size, root, found)| (found == Some(root)).then_some(size));
        size.is_some_and(|size| i64::try_from(size).is_ok_and(|size| number <= size))
    }
}

impl Store {
    /// Verifies the whole audit log, and that it continues what was kept elsewhere.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn verify(&self, evidence: &Evidence) -> Result<VerifyReport, DatabaseError> {
        let kept = evidence.head.as_ref();
        let mut walk = self.start_walk(evidence.checkpoint.as_ref()).await?;
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
            chain_break = walk.check_checkpoint();
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
        let (entries, oldest, removal) = (walk.entries, unsigned(walk.oldest), walk.removal());
        Ok(VerifyReport { entries, oldest, head, removal, chain_break })
    }

    async fn start_walk(&self, checkpoint: Option<&Checkpoint>) -> Result<ChainWalk, DatabaseError> {
        let oldest = self.oldest().await?;
        let retentions = self.newest_of(AuditAction::Retention).await?;
        let purged = retentions.iter().filter_map(purged_up_to).max_by_key(|(number, _)| *number);
        let removals = retentions.iter().filter_map(|row| Some((purged_up_to(row)?.0, row.number))).collect();
        let previous = purged.map_or(GENESIS_HASH, |(_, hash)| hash);
        let mut tree = TreeWalk::new(checkpoint);
        self.each_leaf(unsigned(oldest - 1), |leaf| tree.push(leaf)).await?;
        let (number, entries, open) = (oldest - 1, 0, BTreeSet::new());
        Ok(ChainWalk { previous, number, purged, removals, oldest, entries, open, tree })
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
        if let Some((level, index)) = self.wrong_tile(&walk.tree.leaves).await? {
            return Ok(Some(format!(
                "tile {index} of level {level} of the tree does not agree with the entries. The entries themselves fit."
            )));
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
        self.tree.push(leaf_hash(&stored));
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
            None => self.check_removed_head(kept).map(|what| (number, what)),
        }
    }

    /// Checks that a kept head was removed by a retention, on the word of a checkpoint and not of the store alone. Returns what is
    /// wrong.
    fn check_removed_head(&self, kept: &ChainHead) -> Option<String> {
        let number = i64::try_from(kept.number).unwrap_or(i64::MAX);
        if !self.is_vouched_for(number) {
            return Some(
                "it is the head that was kept elsewhere, and it is gone. Only the store itself says that a retention removed \
                 it, which whoever removes entries can write. Verify with a signed checkpoint that was made after the removal \
                 (--checkpoint)."
                    .to_owned(),
            );
        }
        let leaf = chain::from_hex(&kept.hash).map(|hash| leaf_hash(&hash));
        let is_same = leaf.is_some() && leaf == self.tree.leaf(kept.number);
        (!is_same).then(|| {
            "it was removed, and the checkpoint contains another entry than the head that was kept elsewhere: the trail was \
             rewritten."
                .to_owned()
        })
    }

    /// Whether the checkpoint contains this entry, and an entry that records its removal.
    fn is_vouched_for(&self, number: i64) -> bool {
        let records = |(last, record): &(i64, i64)| *last >= number && self.tree.contains(*record);
        self.tree.contains(number) && self.removals.iter().any(records)
    }

    /// Checks that the tree has had the root of the checkpoint. Returns what is wrong.
    fn check_checkpoint(&self) -> Option<(i64, String)> {
        let (size, root, found) = self.tree.checkpoint?;
        let last = i64::try_from(size).unwrap_or(i64::MAX);
        match found {
            Some(found) if found == root => None,
            Some(_) => Some((
                last,
                format!(
                    "the entries up to it are others than the checkpoint of {size} entries contains: the trail was rewritten."
                ),
            )),
            None => Some((
                self.number,
                format!(
                    "it is the last, although the checkpoint contains {size} entries: the end of the trail is missing."
                ),
            )),
        }
    }

    fn removal(&self) -> Option<Removal> {
        let up_to = self.oldest - 1;
        (up_to > 0).then(|| Removal { up_to: unsigned(up_to), is_vouched_for: self.is_vouched_for(up_to) })
    }
}

/// Number and hash of the last purged entry, from a retention's checkpoint entry.
pub(super) fn purged_up_to(checkpoint: &Row) -> Option<(i64, Hash)> {
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
