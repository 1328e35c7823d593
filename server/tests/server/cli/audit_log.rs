//! The audit entries of a command.

use std::collections::HashSet;

use serde_json::Value;

use crate::support::test_cli::TestCli;

#[tokio::test]
async fn the_entries_of_a_run_have_its_id_rows_and_actor() {
    let cli = TestCli::small().await;
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(3));
    let summary = cli.run(&["import", &file, "--json"]).await.summary();
    let trail = cli.trail().await;
    assert!(trail.iter().all(|entry| entry["run"] == summary["run"]), "{trail:?}");
    let rows: HashSet<u64> = trail.iter().map(|entry| entry["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, HashSet::from([2, 3, 4]), "lines of the file");
    for entry in &trail {
        let fields = ["actor_kind", "address", "actor_role"].map(|field| entry[field].as_str().unwrap());
        assert_eq!(fields, ["local_operator", "command line", "administrator"]);
        assert!(!entry["actor_name"].as_str().unwrap().is_empty());
    }
    let done = |action: &str| {
        trail.iter().filter(|entry| entry["action"] == action && entry["result"] == "done").count()
    };
    assert_eq!((done("create"), done("assign_and_activate")), (3, 3), "{trail:?}");
    let verified = cli.run(&["audit", "verify"]).await;
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[tokio::test]
async fn an_action_on_one_token_is_no_run() {
    let cli = TestCli::small().await;
    let serial = cli.serials("activated").await.remove(0);
    assert_eq!(cli.run(&["unassign", &serial, "--yes"]).await.code, 0);
    let trail = cli.trail().await;
    assert!(trail.iter().all(|entry| entry["run"] == Value::Null || entry["run"] == ""), "{trail:?}");
    assert!(trail.iter().all(|entry| entry["token_serial"] == serial.as_str()), "{trail:?}");
}
