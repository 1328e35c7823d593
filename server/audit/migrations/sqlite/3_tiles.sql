-- The Merkle tree over the entries in tiles of 256 hashes (C2SP tlog-tiles). A tile that is not full has no root.
CREATE TABLE tiles (
    level       INTEGER NOT NULL,
    tile_index  INTEGER NOT NULL,
    hashes      BLOB NOT NULL,
    root        BLOB NOT NULL,
    PRIMARY KEY (level, tile_index)
) STRICT, WITHOUT ROWID;
