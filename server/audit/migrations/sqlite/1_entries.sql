-- The audit trail. Texts are never NULL: what is not known is empty, numbers that are not known are 0, durations -1.
CREATE TABLE entries (
    number        INTEGER PRIMARY KEY,
    intent        INTEGER NOT NULL,
    at_ms         INTEGER NOT NULL,
    actor_kind    TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    actor_upn     TEXT NOT NULL,
    actor_id      TEXT NOT NULL,
    actor_role    TEXT NOT NULL,
    address       TEXT NOT NULL,
    tenant        TEXT NOT NULL,
    action        TEXT NOT NULL,
    token_id      TEXT NOT NULL,
    token_serial  TEXT NOT NULL,
    person_id     TEXT NOT NULL,
    person_upn    TEXT NOT NULL,
    person_name   TEXT NOT NULL,
    run_id        TEXT NOT NULL,
    run_row       INTEGER NOT NULL,
    before_state  TEXT NOT NULL,
    after_state   TEXT NOT NULL,
    result        TEXT NOT NULL,
    reason        TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    duration_ms   INTEGER NOT NULL,
    hash          BLOB NOT NULL
) STRICT;

CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'entries of the audit trail never change');
END;

-- What lists show. SQLite puts the number behind the columns of every index, so each answers newest first.
CREATE INDEX entries_by_time ON entries (at_ms) WHERE result <> 'open';
CREATE INDEX entries_by_actor_upn ON entries (actor_upn COLLATE NOCASE) WHERE result <> 'open' AND actor_upn <> '';
CREATE INDEX entries_by_actor_name ON entries (actor_name COLLATE NOCASE) WHERE result <> 'open' AND actor_name <> '';
CREATE INDEX entries_by_actor_id ON entries (actor_id COLLATE NOCASE) WHERE result <> 'open' AND actor_id <> '';
CREATE INDEX entries_by_token_serial ON entries (token_serial COLLATE NOCASE) WHERE result <> 'open' AND token_serial <> '';
CREATE INDEX entries_by_token_id ON entries (token_id COLLATE NOCASE) WHERE result <> 'open' AND token_id <> '';
CREATE INDEX entries_by_person_upn ON entries (person_upn COLLATE NOCASE) WHERE result <> 'open' AND person_upn <> '';
CREATE INDEX entries_by_person_name ON entries (person_name COLLATE NOCASE) WHERE result <> 'open' AND person_name <> '';
CREATE INDEX entries_by_person_id ON entries (person_id COLLATE NOCASE) WHERE result <> 'open' AND person_id <> '';
CREATE INDEX entries_by_action ON entries (action) WHERE result <> 'open';
CREATE INDEX entries_by_result ON entries (result) WHERE result <> 'open';
CREATE INDEX entries_by_run ON entries (run_id) WHERE result <> 'open' AND run_id <> '';
CREATE INDEX entries_by_run_and_result ON entries (run_id, action, result) WHERE result <> 'open' AND run_id <> '';
CREATE INDEX entries_outside_runs ON entries (number) WHERE result <> 'open' AND run_id = '';

-- Operations that were begun and have no outcome.
CREATE TABLE open_intents (number INTEGER PRIMARY KEY) STRICT;

-- Where each run begins and ends.
CREATE TABLE runs (
    run_id        TEXT PRIMARY KEY,
    first_number  INTEGER NOT NULL,
    last_number   INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_by_last ON runs (last_number);

-- Full text.
CREATE VIEW shown AS
SELECT number, actor_name, actor_upn, address, before_state, after_state, reason, request_id, token_serial, token_id,
       person_upn, person_name, person_id
FROM entries WHERE result <> 'open';

CREATE VIRTUAL TABLE search USING fts5 (
    actor_name, actor_upn, address, before_state, after_state, reason, request_id, token_serial, token_id,
    person_upn, person_name, person_id,
    content = 'shown', content_rowid = 'number', detail = 'none', prefix = '2 3 4 5 6 7',
    tokenize = 'unicode61 remove_diacritics 2'
);
