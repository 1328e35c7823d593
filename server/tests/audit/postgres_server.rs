//! A PostgreSQL of the test's own, from Debian's programs, on a socket of its own.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use server::audit::StoreLocation;

/// A PostgreSQL that ends with the test.
pub struct Postgres {
    child: Child,
    folder: PathBuf,
}

/// Where Debian and others put the programs of the server, the newest first.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .collect();
    versions.sort();
    versions.pop()
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package has made.
fn as_somebody(program: &Path) -> Command {
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
    /// Starts one, or says past the test's own output that what is tested there is skipped.
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
        // Whoever PostgreSQL runs as must be able to write there.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(&folder, open).map_err(|error| error.to_string())?;
        let data = folder.join("data");
        let made = as_somebody(&bin.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--pgdata"])
            .arg(&data)
            .current_dir(&folder)
            .output()
            .map_err(|error| format!("initdb cannot be run: {error}"))?;
        if !made.status.success() {
            return Err(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let child = as_somebody(&bin.join("postgres"))
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

    /// A database of its own, once the server answers.
    pub async fn database(&self, name: &str) -> StoreLocation {
        let pool = loop {
            match sqlx::PgPool::connect(&self.url("postgres")).await {
                Ok(pool) => break pool,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
        StoreLocation::parse(&self.url(name)).unwrap()
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
