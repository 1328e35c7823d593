//! Benchmarks of the audit log, run by hand: `cargo test --release -p server --test server bench -- --ignored --nocapture`.

use std::{
    io::Write as _,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use audit::{AuditLog, AuditedDirectory};
use graph::GraphDirectory;
use practice::{Practice, PracticeSettings};
use token_core::{
    audit::{AuditAction, AuditEntry, AuditFilter, AuditQuery, EntryStatus, RunRow},
    error::ServiceError,
    plan::privileged::PrivilegedTargets,
    ports::Directory,
    run::{
        Progress,
        engine::{Rollout, RunResult, Stop, Watcher},
    },
};

use crate::support::{
    audit_entries::{run, various},
    audit_stores::{File, audit_log_at},
    connected_program::plan,
    mock_directory::actor,
    remote::SystemClock,
    test_app::{settings_of, small},
};

const ENTRIES: u64 = 1_000_000;
const LIMIT: Duration = Duration::from_millis(200);

fn say(line: &str) {
    // Directly to standard error, which the test harness does not capture.
    writeln!(std::io::stderr(), "{line}").unwrap();
}

/// Entries as of a year of work: 900 runs, 40 administrators, 50,000 tokens and people; three of four were operations.
fn entry(number: u64) -> AuditEntry {
    let base = various(number);
    let mut actor = base.actor.clone();
    actor.upn = format!("admin{}@contoso.example", number / 1_100 % 40);
    actor.name = format!("Admin {}", number / 1_100 % 40);
    actor.id = format!("00000000-0000-4000-8000-{:012}", number / 1_100 % 40);
    let token = number % 50_000;
    let is_bulk = number % 1_100 < 1_000;
    AuditEntry {
        actor,
        token: Some(token_core::audit::TokenRef {
            id: Some(format!("aaaaaaaa-0000-4000-8000-{token:012}")),
            serial: Some(format!("{:08}", 10_000_000 + token * 17)),
        }),
        person: Some(token_core::audit::PersonRef {
            id: Some(format!("bbbbbbbb-0000-4000-8000-{token:012}")),
            upn: Some(format!("person{token}@contoso.example")),
            name: Some(format!("Person {token}")),
        }),
        run: is_bulk
            .then(|| RunRow { id: run(number / 1_100), row: u32::try_from(number % 1_100 + 1).unwrap() }),
        after: format!("activated for person{token}@contoso.example"),
        result: if number.is_multiple_of(97) {
            EntryStatus::Refused
        } else if number.is_multiple_of(1_009) {
            EntryStatus::Unknown
        } else {
            EntryStatus::Done
        },
        ..base
    }
}

async fn fill(audit_log: &AuditLog, count: u64) {
    let began = Instant::now();
    for chunk in 0..count / 1_000 {
        let entries: Vec<AuditEntry> = (0..1_000).map(|at| entry(chunk * 1_000 + at)).collect();
        let intents = entries.iter().filter(|entry| entry.action.is_write());
        let intents: Vec<AuditEntry> =
            intents.map(|entry| AuditEntry { result: EntryStatus::Open, ..entry.clone() }).collect();
        let mut numbers = audit_log.append(intents).await.unwrap().into_iter();
        let outcomes = entries.into_iter().map(|entry| match entry.action.is_write() {
            true => AuditEntry { intent: numbers.next(), ..entry },
            false => entry,
        });
        audit_log.append(outcomes.collect()).await.unwrap();
    }
    say(&format!("{count} entries with their intents written in {:.0?}", began.elapsed()));
}

fn filters() -> Vec<(&'static str, AuditQuery)> {
    let none = AuditFilter::default();
    let text = |text: &str| Some(text.to_owned());
    let ask = |filter: AuditFilter| AuditQuery { filter, ..AuditQuery::default() };
    let middle = 1_700_000_000_000 + ENTRIES / 2 * 1_000;
    vec![
        ("newest entries", ask(none.clone())),
        ("newest entries, runs folded", AuditQuery { group_runs: true, ..AuditQuery::default() }),
        (
            "time: one day in the middle, runs folded",
            AuditQuery {
                filter: AuditFilter {
                    from_ms: Some(middle),
                    to_ms: Some(middle + 86_400_000),
                    ..none.clone()
                },
                group_runs: true,
                ..AuditQuery::default()
            },
        ),
        ("from the middle on", AuditQuery { before: Some(ENTRIES), ..AuditQuery::default() }),
        (
            "time: one day in the middle",
            ask(AuditFilter { from_ms: Some(middle), to_ms: Some(middle + 86_400_000), ..none.clone() }),
        ),
        ("time: everything before a day", ask(AuditFilter { to_ms: Some(middle), ..none.clone() })),
        ("time: an empty hour", ask(AuditFilter { to_ms: Some(1_000), ..none.clone() })),
        ("actor by UPN", ask(AuditFilter { actor: text("ADMIN7@contoso.example"), ..none.clone() })),
        ("actor by name", ask(AuditFilter { actor: text("Admin 7"), ..none.clone() })),
        ("token by serial", ask(AuditFilter { token: text("10000017"), ..none.clone() })),
        ("person by UPN", ask(AuditFilter { person: text("person777@contoso.example"), ..none.clone() })),
        (
            "person by id",
            ask(AuditFilter { person: text("bbbbbbbb-0000-4000-8000-000000000777"), ..none.clone() }),
        ),
        ("action", ask(AuditFilter { action: Some(AuditAction::Assign), ..none.clone() })),
        (
            "action that there is none of",
            ask(AuditFilter { action: Some(AuditAction::Connect), ..none.clone() }),
        ),
        ("result: refused", ask(AuditFilter { result: Some(EntryStatus::Refused), ..none.clone() })),
        ("result: unknown", ask(AuditFilter { result: Some(EntryStatus::Unknown), ..none.clone() })),
        ("result: done", ask(AuditFilter { result: Some(EntryStatus::Done), ..none.clone() })),
        ("run", ask(AuditFilter { run: Some(run(500)), ..none.clone() })),
        ("full text: a word in one entry", ask(AuditFilter { text: text("request-777777"), ..none.clone() })),
        ("full text: a word in every entry", ask(AuditFilter { text: text("contoso"), ..none.clone() })),
        ("full text: two words", ask(AuditFilter { text: text("person777 refused"), ..none.clone() })),
        ("full text: the beginning of many words", ask(AuditFilter { text: text("pers"), ..none.clone() })),
        ("full text: a word of no entry", ask(AuditFilter { text: text("xyzzy"), ..none.clone() })),
        (
            "actor and result",
            ask(AuditFilter {
                actor: text("admin7@contoso.example"),
                result: Some(EntryStatus::Unknown),
                ..none.clone()
            }),
        ),
        (
            "token, action and time",
            ask(AuditFilter {
                token: text("10000017"),
                action: Some(AuditAction::Assign),
                from_ms: Some(middle),
                ..none
            }),
        ),
    ]
}

/// The store's file, kept between runs of the benchmark because filling it takes minutes.
fn place() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("audit-bench");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(format!("{ENTRIES}.db"))
}

/// The audit log in that file, filled.
async fn filled() -> Arc<AuditLog> {
    // Both benchmarks of the file may be started at once.
    static FILLING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _filling = FILLING.lock().await;
    let at = audit::database::DatabaseLocation::parse(&format!("sqlite:{}", place().display())).unwrap();
    let audit_log = audit_log_at(&at).await;
    if audit_log.status(&audit::TenantScope::All).await.unwrap().head.is_none() {
        fill(&audit_log, ENTRIES).await;
    }
    audit_log
}

/// As many hashes as the path from a leaf to the root of so many entries has.
fn path_length(entries: u64) -> usize {
    entries.next_power_of_two().trailing_zeros() as usize
}

/// What `audit verify --checkpoint FILE --entry N` does.
#[tokio::test]
#[ignore = "a benchmark: takes minutes"]
async fn bench_one_entry_of_a_million_is_proved_by_the_hashes_on_its_path() {
    let audit_log = filled().await;
    let store = audit_log.store();
    let began = Instant::now();
    let checkpoint = store.checkpoint("bench").await.unwrap();
    let size = checkpoint.size;
    say(&format!("{:45} {size} entries, {:.1?}", "checkpoint", began.elapsed()));
    for number in [1, 4_711, size / 2, size] {
        let began = Instant::now();
        let proven = store.prove_entry(number, &checkpoint).await.unwrap().unwrap();
        let (name, hashes) = (format!("entry {number}"), proven.proof.len());
        say(&format!("{name:45} {hashes} hashes, {:.1?}", began.elapsed()));
        assert!(hashes <= path_length(size), "{hashes}");
    }
}

#[tokio::test]
#[ignore = "a benchmark: takes minutes"]
async fn bench_every_filter_answers_within_200_ms_with_a_million_entries() {
    let audit_log = filled().await;
    let mut slow = Vec::new();
    for (name, ask) in filters() {
        let mut times = Vec::new();
        let mut lines = 0;
        for _ in 0..5 {
            let began = Instant::now();
            lines = audit_log.list(&audit::TenantScope::All, ask.clone()).await.unwrap().lines.len();
            times.push(began.elapsed());
        }
        let first = times[0];
        times.sort();
        say(&format!("{name:45} {lines:4} lines, first {first:>10.1?}, median {:>10.1?}", times[2]));
        if times[2] > LIMIT {
            slow.push(name);
        }
    }
    let began = Instant::now();
    let status = audit_log.status(&audit::TenantScope::All).await.unwrap();
    say(&format!("{:45} {:?} after {:.1?}", "status", status.head.map(|head| head.number), began.elapsed()));
    let began = Instant::now();
    let report = audit_log.store().verify(&audit::Evidence::default()).await.unwrap();
    say(&format!("{:45} {} rows in {:.1?}", "verify", report.entries, began.elapsed()));
    assert_eq!(report.chain_break, None);
    assert!(slow.is_empty(), "above {LIMIT:?}: {slow:?}");
}

/// A rollout of 1,000 rows by the engine, at the latency of the other benchmarks; with an audit log in a file, or without
/// one.
async fn rollout(file: Option<&File>) -> Duration {
    let settings = PracticeSettings { tokens: 5, users: 1_300, latency_ms: 150, seed: 7, ..small() };
    let practice = Practice::start(&settings, 0).await.unwrap();
    let csv = practice.sample_csv(1_000);
    let graph = Arc::new(GraphDirectory::new(settings_of(&practice, &practice.base_url)).unwrap());
    let plan = plan(&*graph, &csv).await;
    let rollout = Rollout::new(plan.run, &plan.rows, &plan.entries);
    let Some(file) = file else { return timed(rollout, &*graph).await };
    // A server opens its audit log once, at its start.
    let audit_log = file.audit_log().await;
    let audited = AuditedDirectory::new(graph, Arc::clone(&audit_log), actor(), PrivilegedTargets::Confirm);
    let took = timed(rollout, &audited).await;
    assert_eq!(audit_log.status(&audit::TenantScope::All).await.unwrap().open, 0);
    took
}

async fn timed(mut rollout: Rollout, directory: &impl Directory) -> Duration {
    let began = Instant::now();
    let ended = rollout.run(directory, &SystemClock, &SystemClock, &Stop::default(), &Nobody).await;
    assert_eq!(ended, RunResult::Complete);
    began.elapsed()
}

struct Nobody;

impl Watcher for Nobody {
    fn changed(&self, _: usize, _: &Progress) {}
    fn paused(&self, _: Option<(u64, &ServiceError)>) {}

    fn remaining(&self, _: u64) {}
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a benchmark: takes a minute"]
async fn bench_what_the_audit_log_costs_a_rollout_of_1000_rows() {
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        without.push(rollout(None).await);
        with.push(rollout(Some(&File::new("bench"))).await);
    }
    without.sort();
    with.sort();
    let cost = with[3].as_secs_f64() / without[3].as_secs_f64() - 1.0;
    say(&format!(
        "without: {without:.2?}\nwith an audit log: {with:.2?}\nmedians: {:.2?}, {:.2?}: {:+.1} %",
        without[3],
        with[3],
        cost * 100.0
    ));
}
