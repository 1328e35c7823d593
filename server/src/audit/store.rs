//! Stores the audit log in SQLite, in a file or in memory, or in PostgreSQL.

mod append;
mod error;
mod list;
mod open;
mod purge;
mod runs;
mod scan;

use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

pub use self::{
    append::Appended,
    error::StoreError,
    list::{PreparedFilter, TimeRange},
    open::StoreLocation,
};
use super::row::Row;

/// Runs the same expression on the reading pool of either database.
macro_rules! with_readers {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            $crate::audit::store::Store::Sqlite { readers: $pool, .. } => $body,
            $crate::audit::store::Store::Postgres { pool: $pool, .. } => $body,
        }
    };
}
pub(crate) use with_readers;

/// An open store.
pub enum Store {
    /// One writer at a time; readers see what is committed and are not blocked.
    Sqlite {
        /// The writing connection.
        writer: SqlitePool,
        /// The reading connections. In memory there is one connection for both.
        readers: SqlitePool,
        /// An unused connection: a database in memory is lost with its last connection, and a pool closes one when a call
        /// is dropped while acquiring it.
        keep_alive: Option<SqlitePool>,
        /// Where it is, in words.
        description: String,
        /// Whether it outlives the program.
        is_persistent: bool,
    },
    /// Shared by several instances of the server.
    Postgres {
        /// Connections for both.
        pool: PgPool,
    },
}

/// A value bound to a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindValue {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl Store {
    /// Where it is, in words.
    pub fn description(&self) -> &str {
        match self {
            Self::Sqlite { description, .. } => description,
            Self::Postgres { .. } => "in PostgreSQL",
        }
    }

    /// Whether it outlives the program.
    pub fn is_persistent(&self) -> bool {
        match self {
            Self::Sqlite { is_persistent, .. } => *is_persistent,
            Self::Postgres { .. } => true,
        }
    }

    /// Whether other instances of the server may write to it.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// A separate pool on the PostgreSQL that several instances share, for data other than the audit log; its connections
    /// are opened on demand.
    pub fn separate_pool(&self) -> Option<PgPool> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { pool } => Some(open::lazy_pool(pool)),
        }
    }

    /// The rows of a query.
    async fn rows(&self, sql: String, binds: &[BindValue]) -> Result<Vec<Row>, StoreError> {
        Ok(with_readers!(self, pool => {
            let mut query = sqlx::query_as::<_, Row>(AssertSqlSafe(sql));
            for bind in binds {
                query = match bind {
                    BindValue::Number(number) => query.bind(*number),
                    BindValue::Text(text) => query.bind(text.clone()),
                };
            }
            query.fetch_all(pool).await
        })?)
    }

    /// The single number that a query returns.
    async fn number(&self, sql: &'static str) -> Result<i64, StoreError> {
        Ok(with_readers!(self, pool => sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await)?)
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, keep_alive, .. } => {
                readers.close().await;
                writer.close().await;
                if let Some(keep_alive) = keep_alive {
                    keep_alive.close().await;
                }
            }
            Self::Postgres { pool } => pool.close().await,
        }
    }
}
