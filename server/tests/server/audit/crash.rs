//! The program is killed in the middle of a rollout: the audit log misses nothing and invents nothing, and the next run
//! completes.

use std::{collections::BTreeMap, process::Command, sync::Arc, time::Duration};

use graph::GraphDirectory;
use practice::{Practice, PracticeSettings};
use token_core::{
    audit::{AuditAction, AuditEntry, AuditLogStatus, EntryStatus},
    ports::SharedDirectory,
    run::{Stage, engine::RunResult},
    token::TokenStatus,
};

use crate::support::{
    audit_stores::{File, all},
    connected_program::Program,
    test_app::{settings_of, small},
};

const ROWS: usize = 400;
const RUNS: [&str; 2] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];

/// Kills the process without giving it a chance to react.
fn kill(process: u32) {
    let done = Command::new("kill").args(["-9", &process.to_string()]).status().unwrap();
    assert!(done.success());
}

/// How often each token has an entry with this action and the result done.
fn done(entries: &[AuditEntry], action: AuditAction) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    let those = entries.iter().filter(|entry| entry.action == action && entry.result == EntryStatus::Done);
    for entry in those {
        let serial = entry.token.as_ref().and_then(|token| token.serial.clone()).unwrap();
        *times.entry(serial).or_default() += 1;
    }
    times
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_of_activations_loses_and_invents_no_outcomes() {
    kill_in_the_middle_of(Stage::Activated).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_a_bulk_creation_loses_and_invents_no_outcomes() {
    kill_in_the_middle_of(Stage::Created).await;
}

/// Kills the program when some rows have come to this stage, and imports the same file again.
async fn kill_in_the_middle_of(stage: Stage) {
    let settings = PracticeSettings { tokens: 20, users: 900, latency_ms: 60, seed: 7, ..small() };
    let practice = Practice::start(&settings, 0).await.unwrap();
    let csv = practice.sample_csv(ROWS);
    let file = File::new(&format!("crash-{}", stage.label()));
    let mut first = Program::start(&file.folder, &file.url(), &practice).await;
    let plan = first.plan(&csv, RUNS[0]).await;
    let process = first.child.id();
    let ended = plan
        .run(&first.remote, stage, |count, stop| {
            if count == 45 {
                kill(process);
                stop.request();
            }
        })
        .await;
    assert_ne!(ended, RunResult::Complete);
    first.child.wait().unwrap();

    // The state of the tenant itself.
    let directory: SharedDirectory =
        Arc::new(GraphDirectory::new(settings_of(&practice, &practice.base_url)).unwrap());
    let store = file.store().await;
    let open = store.open_intents().await.unwrap().len();
    store.database().close().await;
    assert!(open > 0, "it was killed while nothing was under way");

    let mut second = Program::start(&file.folder, &file.url(), &practice).await;
    let audit_log = file.audit_log().await;
    let left = audit_log.reconcile(&practice.tenant_id, &directory, Duration::ZERO).await.unwrap();
    assert_eq!(left, 0, "everything that was under way has an outcome");
    let between = all(&audit_log).await;
    let created = done(&between, AuditAction::Create);
    let activated = done(&between, AuditAction::AssignAndActivate);
    let mut statuses = BTreeMap::new();
    let mut page = directory.tokens(None).await.unwrap();
    loop {
        statuses
            .extend(page.items.iter().map(|token| (token.serial.as_str().to_owned(), token.status.clone())));
        let Some(next) = page.next else { break };
        page = directory.tokens(Some(next)).await.unwrap();
    }
    for row in &plan.rows {
        let status = statuses.get(&row.serial);
        assert_eq!(
            created.get(&row.serial).copied().unwrap_or_default(),
            usize::from(status.is_some()),
            "{}",
            row.serial
        );
        let is_active = status == Some(&TokenStatus::Activated);
        assert_eq!(
            activated.get(&row.serial).copied().unwrap_or_default(),
            usize::from(is_active),
            "{}",
            row.serial
        );
    }

    let rest = second.plan(&csv, RUNS[1]).await;
    assert_eq!(rest.run(&second.remote, stage, |_, _| {}).await, RunResult::Complete);
    // Answers do not wait until outcomes are stored; the status does.
    let status: AuditLogStatus =
        second.remote.call("/api/audit/status", serde_json::json!({})).await.unwrap();
    assert_eq!((status.open, status.problem), (0, None));
    second.kill();
    let entries = all(&audit_log).await;
    for action in [AuditAction::Create, AuditAction::AssignAndActivate] {
        let times = done(&entries, action);
        for row in &plan.rows {
            let both = times.get(&row.serial).copied().unwrap_or_default()
                + if action == AuditAction::AssignAndActivate {
                    done(&entries, AuditAction::Activate).get(&row.serial).copied().unwrap_or_default()
                } else {
                    0
                };
            assert_eq!(both, 1, "{action} of {}", row.serial);
        }
    }
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
    let report = audit_log.store().verify(&audit::Evidence::default()).await.unwrap();
    assert_eq!(report.chain_break, None);
    let intents = entries.iter().filter_map(|entry| entry.intent).count();
    assert_eq!(
        report.entries,
        u64::try_from(numbers.len() + intents).unwrap(),
        "every intent has its outcome"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_start_reconciles_abandoned_operations() {
    let practice = Practice::start(&PracticeSettings { tokens: 20, seed: 7, ..small() }, 0).await.unwrap();
    let directory: SharedDirectory =
        Arc::new(GraphDirectory::new(settings_of(&practice, &practice.base_url)).unwrap());
    let token = directory.tokens(None).await.unwrap().items.swap_remove(0);
    let file = File::new("left-open");
    let before = file.audit_log().await;
    let reference = token_core::audit::TokenRef {
        id: Some(token.id.as_str().to_owned()),
        serial: Some(token.serial.as_str().to_owned()),
    };
    let intent = AuditEntry {
        tenant: practice.tenant_id.clone(),
        token: Some(reference),
        ..crate::support::audit_entries::plain(AuditAction::Create, EntryStatus::Open)
    };
    before.append(vec![intent]).await.unwrap();
    before.close().await;
    let program = Program::start(&file.folder, &file.url(), &practice).await;
    let found = loop {
        let page: token_core::audit::AuditLogPage = program
            .remote
            .call("/api/audit/list", serde_json::json!({ "ask": { "filter": { "action": "create" } } }))
            .await
            .unwrap();
        match page.lines.as_slice() {
            [token_core::audit::AuditLogLine::Entry(entry)] if entry.result == EntryStatus::Done => {
                break entry.clone();
            }
            _ => tokio::task::yield_now().await,
        }
    };
    assert!(found.reason.contains("Reading Microsoft shows"), "{}", found.reason);
}
