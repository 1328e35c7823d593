//! Opens a database, and creates or migrates it when needed.

use std::{fmt, path::Path, str::FromStr as _, time::Duration};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sqlx::{
    ConnectOptions as _, PgPool, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
    pool::PoolOptions,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{Database, DatabaseError};
use crate::data_dir;

const SQLITE: &str = include_str!("../../migrations/sqlite/1_entries.sql");
const SQLITE_TRIALS: &str = include_str!("../../migrations/sqlite/2_trials.sql");
const SQLITE_TILES: &str = include_str!("../../migrations/sqlite/3_tiles.sql");
const POSTGRES: &str = include_str!("../../migrations/postgres/1_entries.sql");
const POSTGRES_SESSIONS: &str = include_str!("../../migrations/postgres/2_visitors.sql");
const POSTGRES_TRIALS: &str = include_str!("../../migrations/postgres/3_trials.sql");
const POSTGRES_TILES: &str = include_str!("../../migrations/postgres/4_tiles.sql");
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

    /// Reads the value of `DATABASE_URL`. A PostgreSQL on another machine must prove by TLS who it is (`verify-full`), unless the
    /// address or `PGSSLMODE` says otherwise.
    ///
    /// # Errors
    /// When it is neither an SQLite nor a PostgreSQL address.
    pub fn parse(url: &str) -> Result<Self, String> {
        let url = url.trim();
        let is = |scheme: &str| url.starts_with(scheme);
        if is("postgres:") || is("postgresql:") {
            // The error is not repeated: it may contain the password.
            return match PgConnectOptions::from_str(url) {
                Ok(options) => Ok(Self::Postgres(Box::new(with_tls(options, url)))),
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
        sqlite_migrations().run(&pool).await?;
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
        sqlite_migrations().run(&writer).await?;
        let readers = pool(READ_CONNECTIONS).connect_with(options.read_only(true)).await?;
        let description = format!("in the file {}", file.display());
        Ok(Self::Sqlite { writer, readers, keep_alive: None, description, is_persistent: true })
    }

    async fn in_postgres(options: &PgConnectOptions) -> Result<Self, DatabaseError> {
        let options = options.clone().application_name("token-inventory").disable_statement_logging();
        let pool = pool_options().connect_with(options).await?;
        let migrations = migrations(&[
            ("entries", POSTGRES),
            ("visitors", POSTGRES_SESSIONS),
            ("trials", POSTGRES_TRIALS),
            ("tiles", POSTGRES_TILES),
        ]);
        // A user that may not create tables can use those that are there.
        if !is_migrated(&pool, &migrations).await {
            migrations.run(&pool).await?;
        }
        Ok(Self::Postgres { pool })
    }
}

/// Sets `verify-full` for a server on another machine, unless the address or the environment says how TLS is used.
fn with_tls(options: PgConnectOptions, url: &str) -> PgConnectOptions {
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    let is_said =
        parameters.split('&').any(|part| part.starts_with("sslmode=") || part.starts_with("ssl-mode="))
            || std::env::var_os("PGSSLMODE").is_some();
    let host = options.get_host();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let is_local = options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.is_loopback());
    if is_said || is_local { options } else { options.ssl_mode(PgSslMode::VerifyFull) }
}

/// Whether the tables are those of this version.
async fn is_migrated(pool: &PgPool, migrations: &Migrator) -> bool {
    let applied: Result<Vec<(i64, Vec<u8>)>, _> =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version")
            .fetch_all(pool)
            .await;
    let wanted: Vec<(i64, Vec<u8>)> =
        migrations.iter().map(|step| (step.version, step.checksum.to_vec())).collect();
    applied.is_ok_and(|applied| applied == wanted)
}

/// A pool of the same size to the same database; connects on demand.
pub(super) fn lazy_pool(pool: &PgPool) -> PgPool {
    pool_options().connect_lazy_with((*pool.connect_options()).clone())
}

fn pool_options() -> PgPoolOptions {
    PoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(WAIT_TIMEOUT)
}

fn sqlite_migrations() -> Migrator {
    migrations(&[("entries", SQLITE), ("trials", SQLITE_TRIALS), ("tiles", SQLITE_TILES)])
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(url: &str) -> PgSslMode {
        match DatabaseLocation::parse(url).unwrap() {
            DatabaseLocation::Postgres(options) => options.get_ssl_mode(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_server_on_another_machine_must_prove_who_it_is() {
        for url in [
            "postgres://audit:pw@db.example/audit",
            "postgres://audit@192.0.2.7/audit",
            "postgres://audit@db.example/audit?application_name=localhost",
            "postgres://audit@localhost/audit?host=db.example",
        ] {
            assert!(matches!(tls(url), PgSslMode::VerifyFull), "{url}");
        }
    }

    #[test]
    fn this_machine_and_a_chosen_mode_are_left_alone() {
        for url in [
            "postgres://audit@localhost/audit",
            "postgres://audit@127.0.0.1/audit",
            "postgres://audit@[::1]/audit",
            "postgres://audit@localhost/audit?host=/run/postgresql",
        ] {
            assert!(matches!(tls(url), PgSslMode::Prefer), "{url}");
        }
        assert!(matches!(tls("postgres://audit@db.example/audit?sslmode=disable"), PgSslMode::Disable));
        assert!(matches!(tls("postgres://audit@db.example/audit?sslmode=require"), PgSslMode::Require));
    }
}
