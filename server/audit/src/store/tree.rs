//! The tiles of the Merkle tree: read from the table `tiles` where they are full, and from the entries where they are not yet.

use std::collections::BTreeSet;

use super::{BindValue, Store, with_readers};
use crate::{
    chain::{GENESIS_HASH, Hash},
    database::{Database, DatabaseError},
    merkle::{TILE_WIDTH, TileId, Tiles, leaf_hash, subtree_root, tile_width},
    row::from_row,
};

/// Hashes of entries read at once.
const CHUNK: u64 = 64 * TILE_WIDTH;
/// Full tiles that [`Store::grow_tree`] adds at once, unless all are asked for.
const SOME_TILES: u64 = 64;
/// What stands for an entry that was removed before the tree was kept: a leaf whose data are zeros.
const UNKNOWN: Hash = GENESIS_HASH;

struct StoredTile {
    tile_index: i64,
    hashes: Vec<u8>,
    root: Vec<u8>,
}

from_row!(StoredTile { tile_index, hashes, root });

struct EntryHash {
    number: i64,
    hash: Vec<u8>,
}

from_row!(EntryHash { number, hash });

impl StoredTile {
    fn index(&self) -> u64 {
        u64::try_from(self.tile_index).unwrap_or_default()
    }

    fn hashes(&self) -> Vec<Hash> {
        self.hashes.as_chunks().0.to_vec()
    }
}

impl Store {
    /// The hashes of these tiles in the tree of the first `size` entries.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tiles(&self, wanted: &BTreeSet<TileId>, size: u64) -> Result<Tiles, DatabaseError> {
        let mut tiles = Tiles::default();
        for id in wanted {
            let hashes = self.tile(*id, tile_width(*id, size)).await?;
            tiles.0.insert(*id, hashes);
        }
        Ok(tiles)
    }

    /// The first `width` hashes of a tile: those that are stored, and the others from what is below.
    async fn tile(&self, (level, index): TileId, width: u64) -> Result<Vec<Hash>, DatabaseError> {
        let stored = self.stored_tiles(level, index, index).await?;
        let mut hashes = stored.first().map(StoredTile::hashes).unwrap_or_default();
        hashes.truncate(usize::try_from(width).unwrap_or_default());
        let (first, missing) = (index * TILE_WIDTH, u64::try_from(hashes.len()).unwrap_or_default());
        if missing == width {
            return Ok(hashes);
        }
        if level == 0 {
            hashes.extend(self.leaves(first + missing, first + width).await?);
            return Ok(hashes);
        }
        let below = self.stored_tiles(level - 1, first + missing, first + width - 1).await?;
        let mut below = below.into_iter().peekable();
        for child in first + missing..first + width {
            let stored =
                below.next_if(|tile| tile.index() == child).and_then(|tile| Hash::try_from(tile.root).ok());
            let root = match stored {
                Some(root) => root,
                None => subtree_root(&Box::pin(self.tile((level - 1, child), TILE_WIDTH)).await?),
            };
            hashes.push(root);
        }
        Ok(hashes)
    }

    async fn stored_tiles(
        &self,
        level: u32,
        first: u64,
        last: u64,
    ) -> Result<Vec<StoredTile>, DatabaseError> {
        let sql = "SELECT tile_index, hashes, root FROM tiles WHERE level = $1 AND tile_index >= $2 AND tile_index <= $3 \
                   ORDER BY tile_index";
        let binds = [i64::from(level), signed(first), signed(last)].map(BindValue::Number);
        self.fetch(sql.to_owned(), &binds).await
    }

    /// The hashes of the leaves `from` to `to`, exclusive, from the entries. One that is missing is [`UNKNOWN`].
    async fn leaves(&self, from: u64, to: u64) -> Result<Vec<Hash>, DatabaseError> {
        let mut leaves = Vec::new();
        let mut from = from;
        while from < to {
            let end = to.min(from + CHUNK);
            let mut found = self.stored_hashes(from, end).await?.into_iter().peekable();
            leaves.extend((from + 1..=end).map(|number| {
                let entry = found.next_if(|entry| entry.number == signed(number));
                leaf_hash(entry.as_ref().map_or(&UNKNOWN[..], |entry| &entry.hash))
            }));
            from = end;
        }
        Ok(leaves)
    }

    /// The first `width` hashes of a tile.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tile_hashes(&self, id: TileId, width: u64) -> Result<Vec<Hash>, DatabaseError> {
        self.tile(id, width).await
    }

    /// The hashes of the chain of the entries after `from` up to `to`; `None` when one of them is gone.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn entry_hashes(&self, from: u64, to: u64) -> Result<Option<Vec<Hash>>, DatabaseError> {
        let found = self.stored_hashes(from, to).await?;
        let hashes: Option<Vec<Hash>> =
            found.into_iter().map(|entry| Hash::try_from(entry.hash).ok()).collect();
        Ok(hashes.filter(|hashes| u64::try_from(hashes.len()) == Ok(to - from)))
    }

    async fn stored_hashes(&self, from: u64, to: u64) -> Result<Vec<EntryHash>, DatabaseError> {
        let sql = "SELECT number, hash FROM entries WHERE number > $1 AND number <= $2 ORDER BY number";
        self.fetch(sql.to_owned(), &[signed(from), signed(to)].map(BindValue::Number)).await
    }

    /// Calls `each` with the hashes of the leaves of the first `size` entries, in their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn each_leaf(&self, size: u64, mut each: impl FnMut(Hash) + Send) -> Result<(), DatabaseError> {
        for index in 0..size.div_ceil(TILE_WIDTH) {
            self.tile((0, index), tile_width((0, index), size)).await?.into_iter().for_each(&mut each);
        }
        Ok(())
    }

    /// Stores tiles that have become full, a limited number of each call; the tree is correct without it, only slower to read.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn grow_tree(&self) -> Result<(), DatabaseError> {
        self.store_full_tiles(SOME_TILES).await
    }

    /// Stores all tiles that have become full.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn grow_whole_tree(&self) -> Result<(), DatabaseError> {
        self.store_full_tiles(u64::MAX).await
    }

    /// Stores the hashes of all entries up to this number, so that the tree stays whole when they are removed.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_leaves(&self, up_to: i64) -> Result<(), DatabaseError> {
        self.grow_whole_tree().await?;
        let newest = u64::try_from(self.chain_end().await?.number).unwrap_or_default();
        let boundary = (0, u64::try_from(up_to).unwrap_or_default() / TILE_WIDTH);
        let width = tile_width(boundary, newest);
        if width > 0 && width < TILE_WIDTH {
            let hashes = self.tile(boundary, width).await?;
            self.store_tile(boundary, &hashes).await?;
        }
        Ok(())
    }

    async fn store_full_tiles(&self, most: u64) -> Result<(), DatabaseError> {
        let newest = u64::try_from(self.chain_end().await?.number).unwrap_or_default();
        let mut left = most;
        for level in 0.. {
            let full = newest.checked_shr(8 * (level + 1)).unwrap_or_default();
            let sql =
                "SELECT coalesce(max(tile_index) + 1, 0) FROM tiles WHERE level = $1 AND length(root) > 0";
            let stored: i64 = with_readers!(self, pool => sqlx::query_scalar(sql).bind(i64::from(level)).fetch_one(pool).await)?;
            if full == 0 {
                return Ok(());
            }
            for index in u64::try_from(stored).unwrap_or_default()..full {
                if left == 0 {
                    return Ok(());
                }
                let hashes = self.tile((level, index), TILE_WIDTH).await?;
                self.store_tile((level, index), &hashes).await?;
                left -= 1;
            }
        }
        Ok(())
    }

    async fn store_tile(&self, (level, index): TileId, hashes: &[Hash]) -> Result<(), DatabaseError> {
        let is_full = hashes.len() as u64 == TILE_WIDTH;
        let root = if is_full { subtree_root(hashes).to_vec() } else { Vec::new() };
        // Another instance may store the same tile; one that is not full yet is replaced.
        let sql = "INSERT INTO tiles (level, tile_index, hashes, root) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (level, tile_index) DO UPDATE SET hashes = excluded.hashes, root = excluded.root \
                   WHERE length(tiles.hashes) < length(excluded.hashes)";
        macro_rules! insert {
            ($pool:expr) => {
                sqlx::query(sql)
                    .bind(i64::from(level))
                    .bind(signed(index))
                    .bind(hashes.concat())
                    .bind(root)
                    .execute($pool)
                    .await
                    .map(|_| ())
            };
        }
        match &self.database {
            Database::Sqlite { writer, .. } => insert!(writer)?,
            Database::Postgres { pool } => insert!(pool)?,
        }
        Ok(())
    }

    /// The first stored tile that is not what the leaves make of it; `leaves` are the hashes of all leaves, in their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn wrong_tile(&self, leaves: &[Hash]) -> Result<Option<TileId>, DatabaseError> {
        let mut hashes = leaves.to_vec();
        for level in 0.. {
            for (index, expected) in (0..).zip(hashes.chunks(256)) {
                for tile in self.stored_tiles(level, index, index).await? {
                    let stored = tile.hashes();
                    let is_full = stored.len() == 256;
                    let fits = expected.starts_with(&stored)
                        && stored.len() * 32 == tile.hashes.len()
                        && (!is_full || tile.root == subtree_root(&stored));
                    if !fits {
                        return Ok(Some((level, index)));
                    }
                }
            }
            hashes = hashes.chunks_exact(256).map(subtree_root).collect();
            if hashes.is_empty() {
                break;
            }
        }
        Ok(None)
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
