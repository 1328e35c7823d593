//! Ctrl-C in the middle of a run.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
};

use practice::PracticeSettings;
use serde_json::Value;

use crate::support::test_cli::{CommandResult, TestCli};

/// Ten calls of rows, at two calls a row.
const ROWS: usize = 400;

/// Runs an import until its first row is done, then interrupts it.
fn interrupted(cli: &TestCli, file: &str) -> CommandResult {
    let mut command = cli.command(&["import", file, "--json"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut output = String::new();
    out.read_line(&mut output).unwrap();
    assert!(output.contains("Activated"), "{output}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    out.read_to_string(&mut output).unwrap();
    let result = child.wait_with_output().unwrap();
    let err = String::from_utf8(result.stderr).unwrap();
    CommandResult { code: result.status.code().unwrap(), out: output, err }
}

#[tokio::test]
async fn calls_in_flight_finish_and_a_second_run_does_the_rest() {
    let settings =
        PracticeSettings { tokens: 10, users: 600, latency_ms: 100, ..PracticeSettings::default() };
    let cli = TestCli::with(settings).await;
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(ROWS));
    let cli = std::sync::Arc::new(cli);
    let shared = std::sync::Arc::clone(&cli);
    let stopped = tokio::task::spawn_blocking(move || interrupted(&shared, &file)).await.unwrap();
    assert_eq!(stopped.code, 5, "{stopped:?}");
    assert!(stopped.err.contains("Stopping after the calls under way"), "{}", stopped.err);
    let summary = stopped.summary();
    assert_eq!((&summary["ended"], &summary["failed"]), (&Value::from("stopped"), &Value::from(0)));
    let left = summary["toDo"].as_u64().unwrap();
    assert!(left > 0 && stopped.rows().len() == ROWS, "each row is printed once: {}", stopped.rows().len());

    let second = cli.run(&["import", "seeds.csv", "--json"]).await;
    assert_eq!((second.code, &second.summary()["done"]), (0, &Value::from(left)), "{second:?}");
    assert_eq!(cli.writes().await, 2 * ROWS as u64, "nothing was done twice");
}
