-- What the instances of the server share about visitors: sessions, sign-ins under way. Sealed under keys that only the
-- visitors' browsers hold.
CREATE TABLE visitors (
    place   BYTEA PRIMARY KEY,
    kind    TEXT NOT NULL,
    sealed  BYTEA NOT NULL,
    seen    TIMESTAMPTZ NOT NULL DEFAULT now(),
    ends    TIMESTAMPTZ NOT NULL
);
CREATE INDEX visitors_by_end ON visitors (ends);
CREATE INDEX visitors_by_kind ON visitors (kind);
