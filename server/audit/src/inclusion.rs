//! Whether one entry is what a checkpoint contains, by the hashes on its path through the Merkle tree instead of all entries.

use token_core::audit::AuditAction;

use super::{
    chain::{self, GENESIS_HASH, Hash},
    checkpoint::Checkpoint,
    database::DatabaseError,
    merkle::{consistency_proof, inclusion_proof, leaf_hash, needed_tiles, root, root_of_proof},
    row::Row,
    store::Store,
    verify::purged_up_to,
};

/// An entry that a checkpoint contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenEntry {
    /// The entry.
    pub row: Row,
    /// The hashes that lead from its leaf to the root.
    pub proof: Vec<Hash>,
}

impl Store {
    /// Proves that the entry is one of those that the checkpoint contains; the second result says what is wrong.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn prove_entry(
        &self,
        number: u64,
        checkpoint: &Checkpoint,
    ) -> Result<Result<ProvenEntry, String>, DatabaseError> {
        let Checkpoint { size, root, .. } = *checkpoint;
        if number == 0 || number > size {
            return Ok(Err(format!("the checkpoint contains the entries from 1 to {size}.")));
        }
        let position = i64::try_from(number).unwrap_or(i64::MAX);
        let Some(row) = self.scan(position, 1).await?.pop().filter(|row| row.number == position) else {
            return Ok(Err("it is missing.".to_owned()));
        };
        let Some(previous) = self.hash_before(position).await? else {
            return Ok(Err("the entry before it is missing.".to_owned()));
        };
        let hash = chain::hash(&previous, &row);
        if hash.as_slice() != row.hash {
            return Ok(Err(
                "its content or the entry before it was altered: its hash does not follow.".to_owned()
            ));
        }
        let index = number - 1;
        let needed = needed_tiles(|source| inclusion_proof(source, index, size));
        let tiles = self.tiles(&needed, size).await?;
        let proof = inclusion_proof(&tiles, index, size);
        let leads_to = proof.as_ref().and_then(|proof| root_of_proof(leaf_hash(&hash), index, size, proof));
        Ok(match proof {
            Some(proof) if leads_to == Some(root) => Ok(ProvenEntry { row, proof }),
            _ => Err("it is not what the checkpoint contains: the trail was rewritten.".to_owned()),
        })
    }

    /// The hash that the hash of this entry continues; `None` when it is not known.
    async fn hash_before(&self, number: i64) -> Result<Option<Hash>, DatabaseError> {
        if number == 1 {
            return Ok(Some(GENESIS_HASH));
        }
        let before = self.scan(number - 1, 1).await?.pop().filter(|row| row.number == number - 1);
        if let Some(before) = before {
            return Ok(Hash::try_from(before.hash).ok());
        }
        let retentions = self.newest_of(AuditAction::Retention).await?;
        let purged = retentions.iter().filter_map(purged_up_to);
        Ok(purged.filter(|(last, _)| *last == number - 1).map(|(_, hash)| hash).next())
    }

    /// The tree of the first `size` entries as a checkpoint of this origin.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn checkpoint_at(&self, origin: &str, size: u64) -> Result<Checkpoint, DatabaseError> {
        let needed = needed_tiles(|source| root(source, size));
        let tiles = self.tiles(&needed, size).await?;
        let root =
            root(&tiles, size).ok_or_else(|| DatabaseError("hashes of its tree are missing.".to_owned()))?;
        Ok(Checkpoint { origin: origin.to_owned(), size, root })
    }

    /// The tree of all entries as a checkpoint of this origin.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn checkpoint(&self, origin: &str) -> Result<Checkpoint, DatabaseError> {
        let size = self.chain_end().await?.head().number;
        self.checkpoint_at(origin, size).await
    }

    /// The proof that the tree of `new` entries continues that of `old` entries.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, DatabaseError> {
        let needed = needed_tiles(|source| consistency_proof(source, old, new));
        let tiles = self.tiles(&needed, new).await?;
        consistency_proof(&tiles, old, new)
            .ok_or_else(|| DatabaseError("hashes of its tree are missing.".to_owned()))
    }
}
