//! Stores the audit log in the database.

mod append;
mod list;
mod purge;
mod runs;
mod scan;
mod tree;

use sqlx::{AssertSqlSafe, FromRow, postgres::PgRow, sqlite::SqliteRow};
use token_core::error::ServiceError;

pub use self::{
    append::Appended,
    list::{PreparedFilter, TimeRange},
};
use super::{
    database::{Database, DatabaseError, DatabaseLocation},
    row::Row,
    tenant_scope::TenantScope,
};

/// Runs the same expression on the reading pool of either database.
macro_rules! with_readers {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.database {
            $crate::database::Database::Sqlite { readers: $pool, .. } => $body,
            $crate::database::Database::Postgres { pool: $pool, .. } => $body,
        }
    };
}
pub(crate) use with_readers;

/// The audit log's tables in a database.
pub struct Store {
    database: Database,
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
    /// The store in this database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Opens the database and its store.
    ///
    /// # Errors
    /// When it cannot be opened, created or migrated.
    pub async fn open(at: &DatabaseLocation) -> Result<Self, DatabaseError> {
        Database::open(at).await.map(Self::new)
    }

    /// Opens an existing database and its store; does not create one.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub async fn open_existing(at: &DatabaseLocation) -> Result<Self, DatabaseError> {
        Database::open_existing(at).await.map(Self::new)
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The entries that a query returns.
    async fn rows(&self, sql: String, binds: &[BindValue]) -> Result<Vec<Row>, DatabaseError> {
        self.fetch(sql, binds).await
    }

    /// The rows of a query.
    async fn fetch<T>(&self, sql: String, binds: &[BindValue]) -> Result<Vec<T>, DatabaseError>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        Ok(with_readers!(self, pool => {
            let mut query = sqlx::query_as::<_, T>(AssertSqlSafe(sql));
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
    async fn number(&self, sql: &'static str) -> Result<i64, DatabaseError> {
        Ok(with_readers!(self, pool => sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await)?)
    }
}

/// The condition that a column with the tenant is one of these, beginning with AND, or nothing; and its values, of which the first is
/// parameter `first`.
fn tenant_condition(scope: &TenantScope, column: &str, first: usize) -> (String, Vec<BindValue>) {
    let TenantScope::Named(names) = scope else { return (String::new(), Vec::new()) };
    if names.is_empty() {
        return ("AND 1 = 0".to_owned(), Vec::new());
    }
    let places: Vec<String> = (first..).take(names.len()).map(|place| format!("lower(${place})")).collect();
    let binds = names.iter().cloned().map(BindValue::Text).collect();
    (format!("AND lower({column}) IN ({})", places.join(", ")), binds)
}

impl From<DatabaseError> for ServiceError {
    fn from(error: DatabaseError) -> Self {
        Self::AuditUnavailable { message: error.0 }
    }
}
