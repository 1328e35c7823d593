//! Starts the program as a process, and runs rollouts through it.

use std::{
    cell::Cell,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use http::header;
use practice::Practice;
use serde_json::{Value, json};
use token_core::{
    audit::RunId,
    error::ServiceError,
    plan::{Mode, PlannedRow, Planner, snapshot},
    ports::Directory,
    run::{
        Progress, Stage,
        engine::{Rollout, RunResult, Stop, Watcher},
    },
    seed_file::{ParsedRow, SeedFile},
};
use url::Url;

use crate::support::{
    remote::{Remote, SystemClock},
    test_app::http,
};

/// A running program, connected to a tenant that outlives it.
pub struct Program {
    pub child: Child,
    pub remote: Remote,
}

impl Program {
    /// Starts it, opens its link and connects the tenant. `database` is `DATABASE_URL`.
    pub async fn start(folder: &Path, database: &str, practice: &Practice) -> Self {
        let tenant = practice.base_url.as_str();
        let site = folder.join("site");
        std::fs::create_dir_all(site.join("pkg")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_token-inventory"))
            .args(["--listen-addr", "127.0.0.1:0", "--site-root", site.to_str().unwrap()])
            .args(["--entra-authority", tenant, "--graph-endpoint", tenant, "--practice-tokens", "5"])
            .env("DATABASE_URL", database)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut link = None;
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            link = link.or_else(|| Some(line.split_once("on this machine): ")?.1.to_owned()));
            if line.contains("is ready") {
                break;
            }
        }
        let client = http();
        let link = Url::parse(&link.expect("a link")).unwrap();
        let base = link.join("/").unwrap();
        let answer = client.get(link).send().await.unwrap();
        let set = answer.headers().get_all(header::SET_COOKIE).iter().map(|set| set.to_str().unwrap());
        let cookie = set.map(|set| set.split(';').next().unwrap()).collect::<Vec<_>>().join("; ");
        let remote = Remote { base, client, cookie };
        let credentials = json!({ "tenant_id": practice.tenant_id, "client_id": practice.client_id,
            "client_secret": practice.client_secret });
        let connected: Result<(), ServiceError> = remote
            .call::<Value>("/api/settings/connect", json!({ "credentials": credentials }))
            .await
            .map(|_| ());
        assert_eq!(connected, Ok(()));
        Self { child, remote }
    }

    /// Kills it without giving it a chance to react.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Reads the file and the tenant, and plans.
    pub async fn plan(&self, csv: &str, run: &'static str) -> Plan {
        Plan { run: RunId::parse(run).unwrap(), ..plan(&self.remote, csv).await }
    }
}

/// Reads a file and the tenant, and plans.
pub async fn plan(directory: &impl Directory, csv: &str) -> Plan {
    let mut file = SeedFile::open(csv.as_bytes().to_vec()).unwrap();
    let mut entries = Vec::new();
    loop {
        let rows = file.read(100);
        if rows.is_empty() {
            break;
        }
        entries.extend(rows);
    }
    let read = snapshot::load_snapshot(directory, &entries, true, |_| {}).await.unwrap();
    let mut planner = Planner::new(Mode::Activate, &read, &entries);
    let rows = entries.iter().enumerate().map(|(index, entry)| planner.plan(index, entry)).collect();
    Plan { run: RunId::from_random(1), entries, rows }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The rows of a file, and their plan.
pub struct Plan {
    pub run: RunId,
    pub entries: Vec<ParsedRow>,
    pub rows: Vec<PlannedRow>,
}

impl Plan {
    /// Runs the plan; `watch` is called with the number of rows that came to this stage, seen or not, and may request a stop.
    pub async fn run(&self, remote: &Remote, stage: Stage, watch: impl Fn(usize, &Stop)) -> RunResult {
        let stop = Stop::default();
        let counter = Counter { stage, reached: Cell::new(0), stop: &stop, watch };
        let mut rollout = Rollout::new(self.run.clone(), &self.rows, &self.entries);
        rollout.run(remote, &SystemClock, &SystemClock, &stop, &counter).await
    }
}

struct Counter<'a, W: Fn(usize, &Stop)> {
    stage: Stage,
    reached: Cell<usize>,
    stop: &'a Stop,
    watch: W,
}

impl<W: Fn(usize, &Stop)> Watcher for Counter<'_, W> {
    fn changed(&self, _: usize, progress: &Progress) {
        let is_written = progress.is_written && progress.end.is_none();
        let reaches = if self.stage == Stage::Activated { is_written } else { progress.stage == self.stage };
        if reaches {
            self.reached.set(self.reached.get() + 1);
            (self.watch)(self.reached.get(), self.stop);
        }
    }

    fn paused(&self, _: Option<(u64, &ServiceError)>) {}

    fn remaining(&self, _: u64) {}
}
