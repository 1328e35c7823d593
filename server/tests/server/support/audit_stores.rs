//! Stores for tests, in files and in memory, and their entries.

use std::{path::PathBuf, sync::Arc};

use audit::{AuditLog, AuditSettings, LogFormat, Siem, Store, database::DatabaseLocation};
use graph::clock;
use token_core::audit::{AuditEntry, AuditLogLine, AuditQuery};

/// Creates a folder for one test.
pub fn folder(name: &str) -> PathBuf {
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("audit-{name}-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A store in a file of its own.
pub struct File {
    pub folder: PathBuf,
    pub path: PathBuf,
}

impl File {
    pub fn new(name: &str) -> Self {
        let folder = folder(name);
        let path = folder.join("audit.db");
        Self { folder, path }
    }

    pub fn url(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    pub fn at(&self) -> DatabaseLocation {
        DatabaseLocation::parse(&self.url()).unwrap()
    }

    pub fn settings(&self) -> AuditSettings {
        AuditSettings { default_store: self.at(), ..AuditSettings::in_memory() }
    }

    pub async fn audit_log(&self) -> Arc<AuditLog> {
        audit_log_at(&self.at()).await
    }

    pub async fn store(&self) -> Store {
        Store::open(&self.at()).await.unwrap()
    }

    /// Alters the database without the program.
    pub async fn tamper(&self, sql: &'static str) {
        let pool = sqlx::SqlitePool::connect(&self.url()).await.unwrap();
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// All bytes of the database: the file and its write-ahead log.
    pub fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(&self.folder).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // A folder that cannot be removed stays in the build folder.
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub async fn audit_log_at(at: &DatabaseLocation) -> Arc<AuditLog> {
    AuditLog::open(at, Siem::on_stdout(LogFormat::Off), None, clock::now_ms).await.unwrap()
}

pub async fn in_memory() -> Arc<AuditLog> {
    audit_log_at(&DatabaseLocation::Memory).await
}

/// All entries that lists show, oldest first.
pub async fn all(audit_log: &AuditLog) -> Vec<AuditEntry> {
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let page = audit_log
            .list(&audit::TenantScope::All, AuditQuery { before, limit: Some(7), ..AuditQuery::default() })
            .await
            .unwrap();
        found.extend(page.lines.into_iter().map(entry));
        before = page.next;
        if before.is_none() {
            found.reverse();
            return found;
        }
    }
}

pub fn entry(line: AuditLogLine) -> AuditEntry {
    match line {
        AuditLogLine::Entry(entry) => *entry,
        AuditLogLine::Run(run) => panic!("a run: {run:?}"),
    }
}
