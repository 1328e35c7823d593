-- The latest trial of each tenant: what it has found, and the serial numbers of the tokens that it made, so that the next
-- start can remove what a crash left over.
CREATE TABLE trials (
    tenant   TEXT PRIMARY KEY,
    id       TEXT NOT NULL,
    state    TEXT NOT NULL,
    seen_ms  BIGINT NOT NULL,
    is_open  BIGINT NOT NULL,
    is_stop  BIGINT NOT NULL
);
