//! Reads entries in the order of their numbers, from the oldest to the newest.

use token_core::audit::AuditAction;

use super::{BindValue, Store, tenant_condition};
use crate::{
    database::{Database, DatabaseError},
    row::{COLUMNS, Row, from_row},
    tenant_scope::TenantScope,
};

impl Store {
    /// At most `limit` rows from the number `from` on, including intents.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn scan(&self, from: i64, limit: i64) -> Result<Vec<Row>, DatabaseError> {
        let columns = COLUMNS.join(", ");
        let sql = format!("SELECT {columns}, hash FROM entries WHERE number >= $1 ORDER BY number LIMIT $2");
        self.rows(sql, &[BindValue::Number(from), BindValue::Number(limit)]).await
    }

    /// Operations without an outcome, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_intents(&self) -> Result<Vec<Row>, DatabaseError> {
        // Not a join: SQLite would scan all entries in order, and look each up in the short list.
        let sql = format!(
            "SELECT {}, hash FROM entries WHERE number IN (SELECT number FROM open_intents) ORDER BY number",
            COLUMNS.join(", ")
        );
        self.rows(sql, &[]).await
    }

    /// The number of operations without an outcome.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_count(&self) -> Result<i64, DatabaseError> {
        self.number("SELECT count(*) FROM open_intents").await
    }

    /// The number of the oldest entry; 0 when there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn oldest(&self) -> Result<i64, DatabaseError> {
        self.number("SELECT coalesce(min(number), 0) FROM entries").await
    }

    /// The oldest entry of these tenants.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn oldest_of(&self, scope: &TenantScope) -> Result<Option<Row>, DatabaseError> {
        let (of_tenant, tenants) = tenant_condition(scope, "tenant", 1);
        let columns = COLUMNS.join(", ");
        let sql =
            format!("SELECT {columns}, hash FROM entries WHERE 1 = 1 {of_tenant} ORDER BY number LIMIT 1");
        Ok(self.rows(sql, &tenants).await?.pop())
    }

    /// The tenants of the entries.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tenants(&self) -> Result<Vec<String>, DatabaseError> {
        let found: Vec<TenantName> =
            self.fetch("SELECT DISTINCT tenant FROM entries ORDER BY tenant".to_owned(), &[]).await?;
        Ok(found.into_iter().map(|found| found.tenant).collect())
    }
}

struct TenantName {
    tenant: String,
}

from_row!(TenantName { tenant });

impl Store {
    /// The newest entries of an action.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest_of(&self, action: AuditAction) -> Result<Vec<Row>, DatabaseError> {
        let columns = COLUMNS.join(", ");
        let sql = format!(
            "SELECT {columns}, hash FROM entries WHERE action = $1 AND result <> 'open' ORDER BY number DESC LIMIT 100"
        );
        self.rows(sql, &[BindValue::Text(action.as_str().to_owned())]).await
    }

    /// Checks the tables derived from the entries, not the entries themselves; returns what is wrong with them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn check_indexes(&self) -> Result<Option<String>, DatabaseError> {
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
        let Database::Sqlite { writer, .. } = &self.database else { return Ok(None) };
        let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_all(writer).await?;
        if found.first().is_some_and(|word| word != "ok") {
            return Ok(Some(format!("the database file is damaged: {}.", found.join("; "))));
        }
        let search = sqlx::query("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
            .execute(writer)
            .await;
        match search {
            Ok(_) => Ok(None),
            // This check needs write access: a read-only file cannot be checked.
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
