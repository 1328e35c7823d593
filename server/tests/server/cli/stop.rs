//! Ctrl-C in the middle of a run.

use std::process::{Command, Stdio};

use practice::PracticeSettings;
use serde_json::Value;

use crate::support::test_cli::{CommandResult, TestCli};

/// Ten calls of rows, at two calls a row.
const ROWS: usize = 400;

/// Runs an import until something is written, then interrupts it.
async fn interrupted(cli: &TestCli, file: &str) -> CommandResult {
    let mut command = cli.command(&["import", file, "--json"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while cli.writes().await == 0 {}
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    CommandResult::of(&output)
}

#[tokio::test]
async fn calls_in_flight_finish_and_a_second_run_does_the_rest() {
    let settings =
        PracticeSettings { tokens: 10, users: 600, latency_ms: 100, ..PracticeSettings::default() };
    let cli = TestCli::with(settings).await;
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(ROWS));
    let stopped = interrupted(&cli, &file).await;
    assert_eq!(stopped.code, 5, "{stopped:?}");
    assert!(stopped.err.contains("Stopping after the calls under way"), "{}", stopped.err);
    let summary = stopped.summary();
    assert_eq!((&summary["ended"], &summary["failed"]), (&Value::from("stopped"), &Value::from(0)));
    let left = summary["toDo"].as_u64().unwrap();
    assert!(left > 0 && stopped.rows().len() == ROWS, "each row is printed once: {}", stopped.rows().len());

    let second = cli.run(&["import", "seeds.csv", "--json"]).await;
    assert_eq!((second.code, &second.summary()["done"]), (0, &Value::from(left)), "{second:?}");
    let kinds = &cli.stats().await["writesByKind"];
    assert_eq!(
        (&kinds["create"], &kinds["activate"]),
        (&ROWS.into(), &ROWS.into()),
        "nothing was done twice"
    );
}
