//! `token-inventory doctor --trial`, as the real program.

use std::{
    process::{Command, Stdio},
    sync::Arc,
};

use practice::PracticeSettings;
use serde_json::Value;

use crate::support::{
    server_process::ServerProcess,
    test_cli::{CommandResult, TestCli, people_and_seeds, small},
};

/// A member with room for tokens.
fn member(cli: &TestCli) -> String {
    people_and_seeds(&cli.practice.sample_csv(1)).swap_remove(0).0
}

#[tokio::test]
async fn writes_a_report_and_exits_with_0_when_all_is_as_assumed() {
    let cli = TestCli::small().await;
    let upn = member(&cli);
    let before = cli.tokens(&[]).await;
    let result =
        cli.run(&["doctor", "--trial", "--user", &upn, "--collide", "--yes", "--report", "trial.md"]).await;
    assert_eq!(result.code, 0, "{result:?}");
    assert!(result.err.contains("The trial makes up to five tokens"), "{}", result.err);
    let report = cli.read("trial.md");
    assert!(report.contains("| Create one token | 1.4 | As assumed |") && !report.contains(&upn), "{report}");
    assert_eq!(cli.tokens(&[]).await, before);
    let trail = cli.trail().await;
    assert!(trail.iter().any(|entry| entry["action"] == "assign_and_activate"), "{trail:?}");
}

#[tokio::test]
async fn nothing_happens_without_consent_or_with_a_user_who_cannot_get_a_token() {
    let cli = TestCli::small().await;
    let upn = member(&cli);
    let asked = cli.run(&["doctor", "--trial", "--user", &upn]).await;
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(asked.err.contains("Add --yes"), "{}", asked.err);
    let nobody = cli
        .run(&["doctor", "--trial", "--user", "nobody@contoso.example", "--yes", "--report", "r.md"])
        .await;
    assert_eq!(nobody.code, 2, "{nobody:?}");
    assert!(nobody.err.contains("no user nobody@contoso.example") && !cli.folder.join("r.md").exists());
    assert_eq!(cli.run(&["doctor", "--trial"]).await.code, 2, "the user is missing");
    assert_eq!(cli.writes().await, 0);
}

#[tokio::test]
async fn a_missing_permission_is_told_before_anything_is_written() {
    let grant = vec!["Policy.ReadWrite.AuthenticationMethod", "User.Read.All"];
    let cli = TestCli::with(PracticeSettings { grant, ..small() }).await;
    let upn = member(&cli);
    let result = cli.run(&["doctor", "--trial", "--user", &upn, "--yes"]).await;
    assert_eq!(result.code, 3, "{result:?}");
    assert!(result.err.contains("lacks the permission UserAuthMethod-HardwareOATH"), "{}", result.err);
    assert_eq!(cli.writes().await, 0);
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_removes_what_was_made() {
    let cli = Arc::new(TestCli::with(PracticeSettings { latency_ms: 60, ..small() }).await);
    let before = cli.tokens(&[]).await;
    let upn = member(&cli);
    let mut command = cli.command(&["doctor", "--trial", "--user", &upn, "--yes", "--json"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while cli.writes().await < 2 {
        tokio::task::yield_now().await;
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let result = CommandResult::of(&output);
    assert_eq!(result.code, 5, "{result:?}");
    let state: Value = serde_json::from_str(result.out.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&state["problem"], &state["left_over"]),
        (&"It was stopped.".into(), &Value::Array(Vec::new()))
    );
    assert_eq!(cli.tokens(&[]).await, before);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_the_next_start_removes_what_was_made() {
    let cli = TestCli::with(PracticeSettings { latency_ms: 60, ..small() }).await;
    let before = cli.tokens(&[]).await;
    let upn = member(&cli);
    let trial = ["doctor", "--trial", "--user", &upn, "--yes"];
    let mut child =
        cli.command(&trial).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while cli.stats().await["writesByKind"]["assign"] == 0 {
        tokio::task::yield_now().await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = cli.tokens(&["--search", "TRIAL-"]).await;
    assert!(left.iter().any(|token| token["status"] == "Assigned"), "{left:?}");

    let next = cli.run(&trial).await;
    assert!(next.code == 2 && next.err.contains("Another trial is under way"), "{next:?}");
    // As if three minutes had passed.
    let pool = sqlx::SqlitePool::connect(&cli.database()).await.unwrap();
    sqlx::raw_sql("UPDATE trials SET seen_ms = 0").execute(&pool).await.unwrap();
    pool.close().await;
    std::fs::create_dir_all(cli.folder.join("site/pkg")).unwrap();
    let mut serve = cli.command(&["serve", "--listen-addr", "127.0.0.1:0", "--site-root", "site"]);
    let server = tokio::task::spawn_blocking(move || ServerProcess::start(&mut serve)).await.unwrap();
    while cli.stats().await["tokens"] != before.len() {
        tokio::task::yield_now().await;
    }
    let deleted = |entry: &&Value| entry["action"] == "delete" && entry["actor_kind"] == "program";
    // What became of a write is recorded after it was made.
    while cli.trail().await.iter().filter(deleted).count() < left.len() {
        tokio::task::yield_now().await;
    }
    drop(server);
    assert_eq!(cli.tokens(&[]).await, before);
}
