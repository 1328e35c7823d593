//! The Merkle tree over the entries: hashes of RFC 6962 section 2.1, kept in tiles of 256 (C2SP tlog-tiles).
//!
//! The leaf of entry `n` has the index `n - 1`, and its data are the 32 bytes of the entry's hash of the chain: the tree says nothing
//! readable of the entries, and outlives those that a retention removes. Pure: [`super::store`] reads the tiles.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

use sha2::{Digest as _, Sha256};

use super::chain::Hash;

/// Hashes of a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree that one level of tiles spans: 2^8 hashes a tile.
const TILE_HEIGHT: u32 = 8;

/// Level and index of a tile.
pub type TileId = (u32, u64);

/// The hash of a leaf (RFC 6962 section 2.1).
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash of an inner node (RFC 6962 section 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that grows leaf by leaf, and knows its root at any time.
#[derive(Debug, Clone, Default)]
pub struct TreeBuilder {
    size: u64,
    /// The roots of the complete subtrees, one for each bit that is set in the size, largest first.
    subtrees: Vec<Hash>,
}

impl TreeBuilder {
    /// Adds the hash of the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the leaves so far; without any, the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev();
        match subtrees.next() {
            None => Sha256::digest([]).into(),
            Some(last) => subtrees.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

/// Where the hashes of complete subtrees come from.
pub trait NodeSource {
    /// The hash of the complete subtree of `2^level` leaves with this index among those of its level; `None` when it is not known.
    fn node(&self, level: u32, index: u64) -> Option<Hash>;
}

/// Notes which tiles a computation reads.
#[derive(Default)]
struct TileRecorder(RefCell<BTreeSet<TileId>>);

impl NodeSource for TileRecorder {
    fn node(&self, level: u32, index: u64) -> Option<Hash> {
        let first = index << (level % TILE_HEIGHT);
        self.0.borrow_mut().insert((level / TILE_HEIGHT, first / TILE_WIDTH));
        Some([0; 32])
    }
}

/// Tiles in memory, each with the hashes that it has so far.
#[derive(Debug, Default)]
pub struct Tiles(pub HashMap<TileId, Vec<Hash>>);

impl NodeSource for Tiles {
    fn node(&self, level: u32, index: u64) -> Option<Hash> {
        let height = level % TILE_HEIGHT;
        let first = index << height;
        let hashes = self.0.get(&(level / TILE_HEIGHT, first / TILE_WIDTH))?;
        let start = usize::try_from(first % TILE_WIDTH).ok()?;
        Some(subtree_root(hashes.get(start..start + (1 << height))?))
    }
}

/// The root of a complete subtree from its hashes, whose number is a power of two.
pub fn subtree_root(hashes: &[Hash]) -> Hash {
    let mut tree = TreeBuilder::default();
    hashes.iter().for_each(|hash| tree.push(*hash));
    tree.root()
}

/// The tiles that a computation needs.
pub fn needed_tiles<T>(compute: impl FnOnce(&dyn NodeSource) -> T) -> BTreeSet<TileId> {
    let recorder = TileRecorder::default();
    compute(&recorder);
    recorder.0.into_inner()
}

/// The hashes of the tile in a tree of `size` leaves: 256, or fewer of the last tile of its level.
pub fn tile_width((level, index): TileId, size: u64) -> u64 {
    let hashes = size.checked_shr(TILE_HEIGHT * level).unwrap_or_default();
    hashes.saturating_sub(index * TILE_WIDTH).min(TILE_WIDTH)
}

/// The largest power of two below `leaves`, where RFC 6962 splits a tree.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The hash of the leaves `from` to `to`, exclusive, as they stand in the tree: MTH(D[from:to]) of RFC 6962 section 2.1.
fn range_root(source: &dyn NodeSource, from: u64, to: u64) -> Option<Hash> {
    let leaves = to - from;
    if leaves.is_power_of_two() {
        return source.node(leaves.ilog2(), from / leaves);
    }
    let middle = from + split(leaves);
    Some(node_hash(&range_root(source, from, middle)?, &range_root(source, middle, to)?))
}

/// The root of the tree of the first `size` leaves; `None` when a hash of it is not known.
pub fn root(source: &dyn NodeSource, size: u64) -> Option<Hash> {
    if size == 0 { Some(TreeBuilder::default().root()) } else { range_root(source, 0, size) }
}

/// The proof that the leaf `index` is in the tree of `size` leaves (RFC 6962 section 2.1.1), from the leaf's sibling upwards; `None` when
/// it is not, or a hash is not known.
pub fn inclusion_proof(source: &dyn NodeSource, index: u64, size: u64) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    let (mut from, mut to) = (0, size);
    let mut siblings = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            siblings.push(range_root(source, middle, to)?);
            to = middle;
        } else {
            siblings.push(range_root(source, from, middle)?);
            from = middle;
        }
    }
    siblings.reverse();
    Some(siblings)
}

/// The root to which an inclusion proof leads; `None` when the proof has not the right length.
pub fn root_of_proof(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    // From the root down: whether the leaf lies to the left of each split.
    let (mut from, mut to) = (0, size);
    let mut is_left = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        is_left.push(index < middle);
        if index < middle { to = middle } else { from = middle }
    }
    (is_left.len() == proof.len()).then(|| {
        let siblings = proof.iter().zip(is_left.iter().rev());
        siblings.fold(leaf, |hash, (sibling, is_left)| match is_left {
            true => node_hash(&hash, sibling),
            false => node_hash(sibling, &hash),
        })
    })
}

/// The proof that the tree of `new` leaves continues that of `old` leaves (RFC 6962 section 2.1.2); `None` when a hash is not known.
/// Empty from no leaves, and from the same number.
pub fn consistency_proof(source: &dyn NodeSource, old: u64, new: u64) -> Option<Vec<Hash>> {
    if old == 0 || old >= new {
        return (old <= new).then(Vec::new);
    }
    let (mut from, mut to, mut is_whole) = (0, new, true);
    let mut proof = Vec::new();
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(range_root(source, middle, to)?);
            to = middle;
        } else {
            proof.push(range_root(source, from, middle)?);
            (from, is_whole) = (middle, false);
        }
    }
    if !is_whole {
        proof.push(range_root(source, from, to)?);
    }
    proof.reverse();
    Some(proof)
}

/// The path of a tile below the prefix of the log (C2SP tlog-tiles): `tile/0/x001/234`, with `.p/` and its width unless it is full.
/// `level` is a number, or `entries` for the entries themselves.
pub fn tile_path(level: &str, index: u64, width: u64) -> String {
    let mut parts = vec![format!("{:03}", index % 1000)];
    let mut rest = index / 1000;
    while rest > 0 {
        parts.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    parts.reverse();
    let partial = if width < TILE_WIDTH { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{}{partial}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{from_hex, hex};

    /// The leaves of the test vectors that implementations of RFC 6962 share.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    /// The roots of their first 0 to 8.
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    /// All tiles of a tree with these leaf hashes.
    fn tiles_of(leaves: &[Hash]) -> Tiles {
        let mut tiles = Tiles::default();
        let (mut level, mut hashes) = (0, leaves.to_vec());
        while !hashes.is_empty() {
            for (index, tile) in (0..).zip(hashes.chunks(256)) {
                tiles.0.insert((level, index), tile.to_vec());
            }
            hashes = hashes.chunks_exact(256).map(subtree_root).collect();
            level += 1;
        }
        tiles
    }

    fn made_up(count: u64) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
    }

    #[test]
    fn roots_are_those_of_the_published_test_vectors() {
        let leaves: Vec<Hash> = LEAVES.iter().map(|data| leaf_hash(data)).collect();
        let mut tree = TreeBuilder::default();
        for (size, expected) in ROOTS.iter().enumerate() {
            assert_eq!(hex(&tree.root()), *expected, "{size} leaves");
            let tiles = tiles_of(&leaves[..size]);
            assert_eq!(
                root(&tiles, u64::try_from(size).unwrap()),
                from_hex(expected),
                "{size} leaves in tiles"
            );
            leaves.get(size).into_iter().for_each(|leaf| tree.push(*leaf));
        }
    }

    #[test]
    fn proofs_are_those_of_the_published_test_vectors() {
        let leaves: Vec<Hash> = LEAVES.iter().map(|data| leaf_hash(data)).collect();
        let tiles = tiles_of(&leaves);
        let hashes =
            |proof: Option<Vec<Hash>>| proof.unwrap().iter().map(|hash| hex(hash)).collect::<Vec<_>>();
        assert_eq!(
            hashes(inclusion_proof(&tiles, 0, 8)),
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        );
        assert_eq!(
            hashes(consistency_proof(&tiles, 1, 8)),
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        );
        assert_eq!(
            hashes(consistency_proof(&tiles, 6, 8)),
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
    }

    #[test]
    fn every_leaf_is_proven_in_trees_of_many_sizes() {
        let leaves = made_up(70_000);
        let tiles = tiles_of(&leaves);
        for size in [1, 2, 3, 255, 256, 257, 511, 65_535, 65_536, 65_537, 70_000] {
            let expected = root(&tiles, size).unwrap();
            for index in [0, 1, 254, 255, 256, 40_000, size - 1].into_iter().filter(|index| *index < size) {
                let proof = inclusion_proof(&tiles, index, size).unwrap();
                let leaf = leaves[usize::try_from(index).unwrap()];
                assert_eq!(root_of_proof(leaf, index, size, &proof), Some(expected), "{index} of {size}");
                assert_ne!(root_of_proof(leaf_hash(b"forged"), index, size, &proof), Some(expected));
                assert_eq!(
                    root_of_proof(leaf, index, size, &[&proof[..], &[leaf]].concat()),
                    None,
                    "a longer proof"
                );
            }
            assert_eq!(inclusion_proof(&tiles, size, size), None, "there is no such leaf");
        }
        assert_eq!(inclusion_proof(&tiles, 40_000, 70_000).unwrap().len(), 17, "the height of the tree");
    }

    #[test]
    fn a_proof_needs_few_tiles() {
        let needed = needed_tiles(|source| inclusion_proof(source, 40_000, 70_000));
        assert_eq!(needed.into_iter().collect::<Vec<_>>(), [(0, 156), (0, 273), (1, 0), (1, 1)]);
        assert_eq!(
            [(0, 273), (1, 0), (1, 1), (2, 0)].map(|tile| tile_width(tile, 70_000)),
            [112, 256, 17, 1]
        );
    }

    #[test]
    fn paths_of_tiles_have_three_digits_a_part() {
        assert_eq!(tile_path("0", 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(tile_path("entries", 0, 17), "tile/entries/000.p/17");
    }
}
