//! Opens a database, and creates or migrates it when needed.

use std::{fmt, path::Path, str::FromStr as _, time::Duration};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sqlx::{
    ConnectOptions as _, PgPool, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
    pool::PoolOptions,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{Database, DatabaseError};
use crate::data_dir;

const SQLITE: &str = include_str!("../../migrations/sqlite/1_entries.sql");
const SQLITE_TRIALS: &str = include_str!("../../migrations/sqlite/2_trials.sql");
const POSTGRES: &str = include_str!("../../migrations/postgres/1_entries.sql");
const POSTGRES_SESSIONS: &str = include_str!("../../migrations/postgres/2_visitors.sql");
const POSTGRES_TRIALS: &str = include_str!("../../migrations/postgres/3_trials.sql");
/// How long a connection waits for a lock of another program, or for a connection of the pool.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_CONNECTIONS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 8;

/// Where a database is. `Debug` hides the password that the address of a PostgreSQL may hold.
#[derive(Clone)]
pub enum DatabaseLocation {
    /// In memory, until the program ends.
    Memory,
    /// In a file; the address begins with `sqlite:`.
    File(String),
    /// In PostgreSQL.
    Postgres(Box<PgConnectOptions>),
}

impl fmt::Debug for DatabaseLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("Memory"),
            Self::File(url) => f.debug_tuple("File").field(url).finish(),
            Self::Postgres(_) => f.write_str("Postgres(•••)"),
        }
    }
}

impl DatabaseLocation {
    /// A file, whatever characters its path contains.
    pub fn of_file(file: &Path) -> Self {
        /// Characters with a meaning in an address.
        const SPECIAL: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');
        Self::File(format!("sqlite:{}", utf8_percent_encode(&file.to_string_lossy(), SPECIAL)))
    }

    /// Reads the value of `DATABASE_URL`.
    ///
    /// # Errors
    /// When it is neither an SQLite nor a PostgreSQL address.
    pub fn parse(url: &str) -> Result<Self, String> {
        let url = url.trim();
        let is = |scheme: &str| url.starts_with(scheme);
        if is("postgres:") || is("postgresql:") {
            // The error is not repeated: it may contain the password.
            return match PgConnectOptions::from_str(url) {
                Ok(options) => Ok(Self::Postgres(Box::new(options))),
                Err(_) => Err("is no address such as postgres://user:password@host/database".to_owned()),
            };
        }
        if !is("sqlite:") {
            return Err("begins neither with sqlite: nor with postgres://".to_owned());
        }
        if url.contains(":memory:") {
            return Ok(Self::Memory);
        }
        SqliteConnectOptions::from_str(url)
            .map(|_| Self::File(url.to_owned()))
            .map_err(|error| format!("{url:?} is no file: {error}"))
    }
}

impl Database {
    /// Opens a database.
    ///
    /// # Errors
    /// When it cannot be opened, created or migrated.
    pub async fn open(at: &DatabaseLocation) -> Result<Self, DatabaseError> {
        match at {
            DatabaseLocation::Memory => Self::in_memory().await,
            DatabaseLocation::File(url) => Self::in_file(url).await,
            DatabaseLocation::Postgres(options) => Self::in_postgres(options).await,
        }
    }

    /// Opens an existing database; does not create one.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub async fn open_existing(at: &DatabaseLocation) -> Result<Self, DatabaseError> {
        match at {
            DatabaseLocation::Memory => {
                Err(DatabaseError("nothing is kept in memory once a program has ended.".to_owned()))
            }
            DatabaseLocation::File(url) => {
                let file = SqliteConnectOptions::from_str(url)?.get_filename().to_owned();
                if !file.is_file() {
                    return Err(DatabaseError(format!(
                        "there is no file {}. Name it by DATABASE_URL.",
                        file.display()
                    )));
                }
                Self::in_file(url).await
            }
            DatabaseLocation::Postgres(_) => Self::open(at).await,
        }
    }

    async fn in_memory() -> Result<Self, DatabaseError> {
        // sqlx gives the database a unique name, which the connections made from these options share.
        let options = SqliteConnectOptions::from_str("sqlite::memory:")?.disable_statement_logging();
        let single_connection =
            || PoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let keep_alive = single_connection().min_connections(1).connect_with(options.clone()).await?;
        let pool = single_connection().acquire_timeout(WAIT_TIMEOUT).connect_with(options).await?;
        migrations(&[("entries", SQLITE), ("trials", SQLITE_TRIALS)]).run(&pool).await?;
        let description = "in memory, until the program ends".to_owned();
        Ok(Self::Sqlite {
            writer: pool.clone(),
            readers: pool,
            keep_alive: Some(keep_alive),
            description,
            is_persistent: false,
        })
    }

    async fn in_file(url: &str) -> Result<Self, DatabaseError> {
        let options =
            SqliteConnectOptions::from_str(url)?.busy_timeout(WAIT_TIMEOUT).disable_statement_logging();
        let file = options.get_filename().to_owned();
        let is_read_only = url.contains("mode=ro");
        let writes = if is_read_only {
            options.clone()
        } else {
            create_private_file(&file)?;
            options
                .clone()
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
        };
        let pool = |size: u32| PoolOptions::new().max_connections(size).acquire_timeout(WAIT_TIMEOUT);
        let writer = pool(1).connect_with(writes).await?;
        migrations(&[("entries", SQLITE), ("trials", SQLITE_TRIALS)]).run(&writer).await?;
        let readers = pool(READ_CONNECTIONS).connect_with(options.read_only(true)).await?;
        let description = format!("in the file {}", file.display());
        Ok(Self::Sqlite { writer, readers, keep_alive: None, description, is_persistent: true })
    }

    async fn in_postgres(options: &PgConnectOptions) -> Result<Self, DatabaseError> {
        let options = options.clone().application_name("token-inventory").disable_statement_logging();
        let pool = pool_options().connect_with(options).await?;
        migrations(&[("entries", POSTGRES), ("visitors", POSTGRES_SESSIONS), ("trials", POSTGRES_TRIALS)])
            .run(&pool)
            .await?;
        Ok(Self::Postgres { pool })
    }
}

/// A pool of the same size to the same database; connects on demand.
pub(super) fn lazy_pool(pool: &PgPool) -> PgPool {
    pool_options().connect_lazy_with((*pool.connect_options()).clone())
}

fn pool_options() -> PgPoolOptions {
    PoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(WAIT_TIMEOUT)
}

/// Migrations numbered from one, in this order.
fn migrations(steps: &[(&'static str, &'static str)]) -> Migrator {
    let step = |(number, (name, sql)): (i64, &(&'static str, &'static str))| {
        Migration::new(number, (*name).into(), MigrationType::Simple, (*sql).into_sql_str(), false)
    };
    Migrator::with_migrations((1..).zip(steps).map(step).collect())
}

/// Creates the file, if missing, readable by this user alone, since it names people. SQLite gives its journal files the same
/// permissions.
fn create_private_file(file: &Path) -> Result<(), DatabaseError> {
    if let Some(folder) = data_dir::path().filter(|folder| file.parent() == Some(folder)) {
        data_dir::create(&folder)
            .map_err(|error| DatabaseError(format!("{} cannot be created: {error}.", folder.display())))?;
    }
    match data_dir::private_file().create_new(true).write(true).open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(DatabaseError(format!("{} cannot be created: {error}.", file.display()))),
    }
}
