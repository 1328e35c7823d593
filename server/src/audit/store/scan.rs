//! Reading the trail in its own order, from the oldest entry to the newest.

use token_core::audit::AuditAction;

use super::{BindValue, Store, StoreError};
use crate::audit::row::{COLUMNS, Row};

impl Store {
    /// At most `limit` rows from `number` on, intents and all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn scan(&self, from: i64, limit: i64) -> Result<Vec<Row>, StoreError> {
        let columns = COLUMNS.join(", ");
        let sql = format!("SELECT {columns}, hash FROM entries WHERE number >= $1 ORDER BY number LIMIT $2");
        self.rows(sql, &[BindValue::Number(from), BindValue::Number(limit)]).await
    }

    /// Operations without an outcome, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_intents(&self) -> Result<Vec<Row>, StoreError> {
        // Not a join: SQLite would walk through all entries in their order, and look for each in the short list.
        let sql = format!(
            "SELECT {}, hash FROM entries WHERE number IN (SELECT number FROM open_intents) ORDER BY number",
            COLUMNS.join(", ")
        );
        self.rows(sql, &[]).await
    }

    /// How many operations have no outcome.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_count(&self) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM open_intents").await
    }

    /// The number of the oldest entry; 0 when there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn oldest(&self) -> Result<i64, StoreError> {
        self.number("SELECT coalesce(min(number), 0) FROM entries").await
    }
}

impl Store {
    /// The newest entries of an action.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest_of(&self, action: AuditAction) -> Result<Vec<Row>, StoreError> {
        let columns = COLUMNS.join(", ");
        let sql = format!(
            "SELECT {columns}, hash FROM entries WHERE action = $1 AND result <> 'open' ORDER BY number DESC LIMIT 100"
        );
        self.rows(sql, &[BindValue::Text(action.as_str().to_owned())]).await
    }

    /// What is wrong with the tables by which the trail is searched; the entries themselves are not looked at.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn check_indexes(&self) -> Result<Option<String>, StoreError> {
        let wrong = self
            .number(
                "SELECT count(*) FROM runs r LEFT JOIN (\
                 SELECT run_id, max(number) AS last FROM entries WHERE run_id <> '' GROUP BY run_id) e \
                 ON e.run_id = r.run_id WHERE coalesce(e.last, 0) <> r.last_number",
            )
            .await?;
        if wrong > 0 {
            return Ok(Some(
                "the list of runs does not agree with the entries. The entries themselves fit.".to_owned(),
            ));
        }
        let Self::Sqlite { writer, .. } = self else { return Ok(None) };
        let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_all(writer).await?;
        if found.first().is_some_and(|word| word != "ok") {
            return Ok(Some(format!("the database file is damaged: {}.", found.join("; "))));
        }
        let search = sqlx::query("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
            .execute(writer)
            .await;
        match search {
            Ok(_) => Ok(None),
            // A file that may only be read cannot be asked in this way.
            Err(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| code == "8" || code == "1032") =>
            {
                Ok(None)
            }
            Err(sqlx::Error::Database(_)) => Ok(Some(
                "the full text does not agree with the entries. The entries themselves fit.".to_owned(),
            )),
            Err(error) => Err(error.into()),
        }
    }
}
