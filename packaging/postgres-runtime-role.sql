-- Rights of the user with which the server connects to PostgreSQL, when it is not the owner of the tables: it can add entries of the
-- audit trail, and neither change nor remove them.
--
-- As the owner of the tables, first and after each update:
--
--   DATABASE_URL=postgres://owner@… token-inventory audit prepare
--   psql --set ON_ERROR_STOP=1 --file postgres-runtime-role.sql postgres://owner@…
--
-- Then let the server connect as token_inventory (give it a password: ALTER ROLE token_inventory PASSWORD '…'). It must not set
-- AUDIT_RETENTION: `token-inventory audit purge`, as the owner and once a day, removes what is older.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'token_inventory') THEN
        CREATE ROLE token_inventory LOGIN;
    END IF;
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM token_inventory;
GRANT USAGE ON SCHEMA public TO token_inventory;
GRANT SELECT ON _sqlx_migrations TO token_inventory;
-- The audit trail: what is written stays.
GRANT SELECT, INSERT ON entries TO token_inventory;
-- What is derived from it: operations under way, runs, the tree.
GRANT SELECT, INSERT, DELETE ON open_intents TO token_inventory;
GRANT SELECT, INSERT, UPDATE ON runs, tiles TO token_inventory;
-- Sessions that instances share, and trials.
GRANT SELECT, INSERT, UPDATE, DELETE ON visitors, trials TO token_inventory;
