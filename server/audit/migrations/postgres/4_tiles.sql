-- The Merkle tree over the entries in tiles of 256 hashes (C2SP tlog-tiles). A tile that is not full has no root.
CREATE TABLE tiles (
    level       BIGINT NOT NULL,
    tile_index  BIGINT NOT NULL,
    hashes      BYTEA NOT NULL,
    root        BYTEA NOT NULL,
    PRIMARY KEY (level, tile_index)
);
