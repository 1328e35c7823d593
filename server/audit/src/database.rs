//! The database: SQLite in a file or in memory, or PostgreSQL. It holds the audit log and, in PostgreSQL, the sessions that
//! several instances of the server share.

mod error;
mod open;

use sqlx::{PgPool, SqlitePool};

pub use self::{error::DatabaseError, open::DatabaseLocation};

/// An open database. Clones share its connections.
#[derive(Clone)]
pub enum Database {
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

impl Database {
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
