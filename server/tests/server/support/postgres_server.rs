//! A PostgreSQL server for one test, from installed programs, on a socket of its own.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use audit::database::DatabaseLocation;

/// A PostgreSQL server that is stopped at the end of the test.
pub struct Postgres {
    child: Child,
    folder: PathBuf,
}

/// The folder of the newest installed server's programs, as on Debian.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .collect();
    versions.sort();
    versions.pop()
}

/// Runs a program as the user of the PostgreSQL package when the test runs as root, which PostgreSQL refuses.
fn as_unprivileged_user(program: &Path) -> Command {
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

impl Postgres {
    /// Starts a server, or prints directly to standard error that the tests of `what` are skipped.
    pub fn start_or_skip(what: &str) -> Option<Self> {
        match Self::start() {
            Ok(postgres) => Some(postgres),
            Err(why) => {
                writeln!(std::io::stderr(), "SKIPPED: {what} on PostgreSQL was not tested: {why}").unwrap();
                None
            }
        }
    }

    fn start() -> Result<Self, String> {
        let bin = programs().ok_or("no PostgreSQL server is installed (Debian: apt install postgresql)")?;
        let folder = std::env::temp_dir().join(format!("ti-pg-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).map_err(|error| error.to_string())?;
        // The user that PostgreSQL runs as must be able to write there.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(&folder, open).map_err(|error| error.to_string())?;
        let data = folder.join("data");
        let initdb = as_unprivileged_user(&bin.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--pgdata"])
            .arg(&data)
            .current_dir(&folder)
            .output()
            .map_err(|error| format!("initdb cannot be run: {error}"))?;
        if !initdb.status.success() {
            return Err(format!("initdb failed: {}", String::from_utf8_lossy(&initdb.stderr)));
        }
        let child = as_unprivileged_user(&bin.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("postgres cannot be run: {error}"))?;
        Ok(Self { child, folder })
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.display())
    }

    /// Creates a database, once the server answers.
    pub async fn database(&self, name: &str) -> DatabaseLocation {
        let pool = loop {
            match sqlx::PgPool::connect(&self.url("postgres")).await {
                Ok(pool) => break pool,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
        DatabaseLocation::parse(&self.url(name)).unwrap()
    }

    pub async fn tamper(&self, name: &str, sql: &'static str) {
        let pool = sqlx::PgPool::connect(&self.url(name)).await.unwrap();
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}
