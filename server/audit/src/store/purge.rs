//! Removes old entries, after a checkpoint entry was stored.

use sqlx::AssertSqlSafe;

use super::{Store, append::SEARCH_COLUMNS, with_readers};
use crate::database::{Database, DatabaseError};

/// Rows removed in one transaction, so that other writers do not wait long.
const CHUNK: i64 = 5_000;

impl Store {
    /// Number and hash of the last entry that may be purged: all entries up to it were made before `cutoff_ms`, and no
    /// operation up to it is open. `None` when no entry may be purged.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn purgeable(&self, cutoff_ms: i64) -> Result<Option<(i64, Vec<u8>)>, DatabaseError> {
        let sql = "SELECT number, hash FROM entries WHERE number = (SELECT min(bound) - 1 FROM (\
                   SELECT min(number) AS bound FROM entries WHERE result <> 'open' AND at_ms >= $1 \
                   UNION ALL SELECT min(number) FROM open_intents \
                   UNION ALL SELECT max(number) FROM entries) AS bounds WHERE bound IS NOT NULL)";
        Ok(with_readers!(self, pool => sqlx::query_as(sql).bind(cutoff_ms).fetch_optional(pool).await)?)
    }

    /// Whether the database's user has the right to remove entries.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn may_purge(&self) -> Result<bool, DatabaseError> {
        match &self.database {
            Database::Sqlite { .. } => Ok(true),
            Database::Postgres { pool } => {
                Ok(sqlx::query_scalar("SELECT has_table_privilege('entries', 'DELETE')")
                    .fetch_one(pool)
                    .await?)
            }
        }
    }

    /// Removes all entries up to this number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn purge(&self, up_to: i64) -> Result<(), DatabaseError> {
        loop {
            let oldest = self.oldest().await?;
            if oldest == 0 || oldest > up_to {
                return Ok(());
            }
            let last = up_to.min(oldest + CHUNK - 1);
            match &self.database {
                Database::Sqlite { writer, .. } => {
                    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
                    for sql in purge_statements(last, true) {
                        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
                    }
                    tx.commit().await?;
                }
                Database::Postgres { pool } => {
                    let mut tx = pool.begin().await?;
                    for sql in purge_statements(last, false) {
                        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
                    }
                    tx.commit().await?;
                }
            }
        }
    }
}

fn purge_statements(last: i64, is_sqlite: bool) -> Vec<String> {
    let search = format!(
        "INSERT INTO search (search, rowid, {SEARCH_COLUMNS}) SELECT 'delete', number, {SEARCH_COLUMNS} FROM shown WHERE number <= {last}"
    );
    let rest = [
        format!("DELETE FROM entries WHERE number <= {last}"),
        format!("DELETE FROM runs WHERE last_number <= {last}"),
        format!(
            "UPDATE runs SET first_number = (SELECT min(number) FROM entries WHERE entries.run_id = runs.run_id) \
             WHERE first_number <= {last}"
        ),
    ];
    is_sqlite.then_some(search).into_iter().chain(rest).collect()
}
