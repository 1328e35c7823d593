//! Reading the trail in its own order, from the oldest entry to the newest.

use super::{Bind, Store, StoreError};
use crate::audit::row::{COLUMNS, Row};

impl Store {
    /// At most `limit` rows from `number` on, intents and all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn scan(&self, from: i64, limit: i64) -> Result<Vec<Row>, StoreError> {
        let columns = COLUMNS.join(", ");
        let sql = format!("SELECT {columns}, hash FROM entries WHERE number >= $1 ORDER BY number LIMIT $2");
        self.rows(sql, &[Bind::Number(from), Bind::Number(limit)]).await
    }

    /// Operations without an outcome, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_intents(&self) -> Result<Vec<Row>, StoreError> {
        let columns: Vec<String> = COLUMNS.iter().map(|column| format!("e.{column}")).collect();
        let columns = columns.join(", ");
        let sql = format!(
            "SELECT {columns}, e.hash FROM open_intents o JOIN entries e ON e.number = o.number ORDER BY e.number"
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
