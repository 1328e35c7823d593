//! Where the trail is kept: SQLite in a file or in memory, or PostgreSQL.

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

/// Runs the same reading on either kind of pool.
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
    /// One writer at a time; readers see what is committed and wait for nobody.
    Sqlite {
        /// The connection that writes.
        writer: SqlitePool,
        /// Connections that read. In memory there is one connection for both.
        readers: SqlitePool,
        /// A connection that nobody uses: what is kept in memory goes with the last one, and a pool closes its own when a call
        /// is given up while it waits for it.
        keep_alive: Option<SqlitePool>,
        /// Where, in words.
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

/// A value in a question.
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

    /// Connections of their own to the database that several instances share, for what is no entry of the trail; they are
    /// opened when they are needed.
    pub fn separate_pool(&self) -> Option<PgPool> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { pool } => Some(open::lazy_pool(pool)),
        }
    }

    /// The rows of a question.
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

    /// The only number that a question answers.
    async fn number(&self, sql: &'static str) -> Result<i64, StoreError> {
        Ok(with_readers!(self, pool => sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await)?)
    }

    /// Lets go of the store.
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
