-- The audit trail. Texts are never NULL: what is not known is empty, numbers that are not known are 0, durations -1.
CREATE TABLE entries (
    number        BIGINT PRIMARY KEY,
    intent        BIGINT NOT NULL,
    at_ms         BIGINT NOT NULL,
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
    run_row       BIGINT NOT NULL,
    before_state  TEXT NOT NULL,
    after_state   TEXT NOT NULL,
    result        TEXT NOT NULL,
    reason        TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    duration_ms   BIGINT NOT NULL,
    hash          BYTEA NOT NULL,
    words         TSVECTOR GENERATED ALWAYS AS (
        to_tsvector('simple', regexp_replace(
            actor_name || ' ' || actor_upn || ' ' || address || ' ' || before_state || ' ' || after_state || ' '
            || reason || ' ' || request_id || ' ' || token_serial || ' ' || token_id || ' ' || person_upn || ' '
            || person_name || ' ' || person_id, '[^[:alnum:]]+', ' ', 'g'))
    ) STORED
);

CREATE FUNCTION entries_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the audit trail never change';
END $$;
CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
    FOR EACH ROW EXECUTE FUNCTION entries_never_change();

CREATE INDEX entries_by_time ON entries (at_ms, number) WHERE result <> 'open';
CREATE INDEX entries_by_actor_upn ON entries (lower(actor_upn), number) WHERE result <> 'open' AND actor_upn <> '';
CREATE INDEX entries_by_actor_name ON entries (lower(actor_name), number) WHERE result <> 'open' AND actor_name <> '';
CREATE INDEX entries_by_actor_id ON entries (lower(actor_id), number) WHERE result <> 'open' AND actor_id <> '';
CREATE INDEX entries_by_token_serial ON entries (lower(token_serial), number) WHERE result <> 'open' AND token_serial <> '';
CREATE INDEX entries_by_token_id ON entries (lower(token_id), number) WHERE result <> 'open' AND token_id <> '';
CREATE INDEX entries_by_person_upn ON entries (lower(person_upn), number) WHERE result <> 'open' AND person_upn <> '';
CREATE INDEX entries_by_person_name ON entries (lower(person_name), number) WHERE result <> 'open' AND person_name <> '';
CREATE INDEX entries_by_person_id ON entries (lower(person_id), number) WHERE result <> 'open' AND person_id <> '';
CREATE INDEX entries_by_action ON entries (action, number) WHERE result <> 'open';
CREATE INDEX entries_by_result ON entries (result, number) WHERE result <> 'open';
CREATE INDEX entries_by_run ON entries (run_id, number) WHERE result <> 'open' AND run_id <> '';
CREATE INDEX entries_outside_runs ON entries (number) WHERE result <> 'open' AND run_id = '';
CREATE INDEX entries_by_words ON entries USING GIN (words);

-- Operations that were begun and have no outcome.
CREATE TABLE open_intents (number BIGINT PRIMARY KEY);

-- Where each run begins and ends.
CREATE TABLE runs (
    run_id        TEXT PRIMARY KEY,
    first_number  BIGINT NOT NULL,
    last_number   BIGINT NOT NULL
);
CREATE INDEX runs_by_last ON runs (last_number);
