//! The same on PostgreSQL. The test starts a server of its own from Debian's programs, on a socket of its own, and says so
//! when it cannot.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use server::audit::{Store, StoreAt, Trail};
use token_core::{
    audit::{Action, Ending, Entry, Filter, ListAsk},
    fault::Fault,
};

use crate::{
    entries::{plain, run, various},
    filters::answers_as_the_filter_says,
    retention::leaves_a_trail_that_verifies,
    stand_in::{StandIn, assignment, who},
    stores::{all, trail_at},
};

/// A PostgreSQL that ends with the test.
struct Postgres {
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

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.display())
    }

    /// A database of its own, once the server answers.
    async fn database(&self, name: &str) -> StoreAt {
        let pool = loop {
            match sqlx::PgPool::connect(&self.url("postgres")).await {
                Ok(pool) => break pool,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
        StoreAt::parse(&self.url(name)).unwrap()
    }

    async fn tamper(&self, name: &str, sql: &'static str) {
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

#[tokio::test(flavor = "multi_thread")]
async fn everything_holds_on_postgresql_too() {
    let postgres = match Postgres::start() {
        Ok(postgres) => postgres,
        Err(why) => {
            // Past the test's own output, so that it is seen.
            writeln!(std::io::stderr(), "SKIPPED: the audit trail on PostgreSQL was not tested: {why}")
                .unwrap();
            return;
        }
    };
    answers_as_the_filter_says(&*trail_at(&postgres.database("filters").await).await).await;
    leaves_a_trail_that_verifies(&*trail_at(&postgres.database("retention").await).await).await;
    two_instances_keep_one_chain(&postgres).await;
    an_operation_has_one_outcome_whoever_brings_it(&postgres).await;
    an_alteration_shows(&postgres).await;
    a_server_that_takes_no_writes_stops_writes_to_microsoft(&postgres).await;
}

async fn two_instances_keep_one_chain(postgres: &Postgres) {
    let place = postgres.database("instances").await;
    let instances = [trail_at(&place).await, trail_at(&place).await, trail_at(&place).await];
    let writers = instances.iter().enumerate().flat_map(|(which, trail)| {
        (0..20u64).map(move |chunk| {
            let number = u64::try_from(which).unwrap() * 1_000 + chunk * 7;
            let trail = std::sync::Arc::clone(trail);
            tokio::spawn(async move {
                trail.record((0..7).map(|at| various(number + at)).collect()).await.unwrap()
            })
        })
    });
    let mut numbers: Vec<u64> = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        numbers.extend(writer.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=420).collect::<Vec<u64>>(), "every number once");
    let verdict = instances[0].store().verify(None).await.unwrap();
    assert_eq!((verdict.misfit, verdict.entries), (None, 420));
    let line = instances[1].run(&run(3)).await.unwrap().unwrap();
    let filter = Filter { run: Some(run(3)), ..Filter::default() };
    let found = instances[2].list(ListAsk { filter, limit: Some(200), ..ListAsk::default() }).await.unwrap();
    assert_eq!(
        line.counts.iter().map(|count| count.count).sum::<u64>(),
        u64::try_from(found.lines.len()).unwrap()
    );
}

async fn an_operation_has_one_outcome_whoever_brings_it(postgres: &Postgres) {
    let place = postgres.database("outcomes").await;
    let instances = [trail_at(&place).await, trail_at(&place).await];
    instances[0].record(vec![plain(Action::Assign, Ending::Open)]).await.unwrap();
    let outcome = |result| vec![Entry { intent: Some(1), ..plain(Action::Assign, result) }];
    let (one, other) = tokio::join!(
        instances[0].record(outcome(Ending::Done)),
        instances[1].record(outcome(Ending::NotDone))
    );
    let mut numbers = [one.unwrap()[0], other.unwrap()[0]];
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 2]);
}

async fn an_alteration_shows(postgres: &Postgres) {
    let place = postgres.database("altered").await;
    trail_at(&place).await.record((0..30).map(various).collect()).await.unwrap();
    let misfit =
        |place: StoreAt| async move { Store::open(&place).await.unwrap().verify(None).await.unwrap().misfit };
    assert_eq!(misfit(place.clone()).await, None);
    let refused = "UPDATE entries SET reason = 'x' WHERE number = 9";
    let pool = sqlx::PgPool::connect(&postgres.url("altered")).await.unwrap();
    assert!(sqlx::raw_sql(refused).execute(&pool).await.is_err(), "entries never change by the way");
    postgres.tamper("altered", "DELETE FROM entries WHERE number = 20").await;
    assert_eq!(misfit(place.clone()).await.unwrap().number, 21);
    postgres
        .tamper(
            "altered",
            "ALTER TABLE entries DISABLE TRIGGER ALL; UPDATE entries SET address = '192.0.2.9' WHERE number = 9",
        )
        .await;
    assert_eq!(misfit(place).await.unwrap().number, 9);
}

async fn a_server_that_takes_no_writes_stops_writes_to_microsoft(postgres: &Postgres) {
    let place = postgres.database("standby").await;
    let trail: std::sync::Arc<Trail> = trail_at(&place).await;
    let sql = "ALTER DATABASE standby SET default_transaction_read_only = on; \
               SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = 'standby' AND pid <> pg_backend_pid()";
    postgres.tamper("standby", sql).await;
    let tenant = StandIn::willing(&trail);
    let answer = trail.watch(tenant.clone(), who(), None).assign(vec![assignment(1)]).await;
    let Err(Fault::NotRecorded { message }) = &answer else { panic!("{answer:?}") };
    assert!(message.contains("primary"), "{message}");
    assert!(tenant.seen.lock().unwrap().is_empty() && all(&trail).await.is_empty());
}
