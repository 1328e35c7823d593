//! `token-inventory import`.

use serde_json::Value;
use server::practice::{Practice, Settings};

use crate::terminal::{Terminal, people_and_seeds};

/// A file whose third row has a seed that is none.
fn with_a_bad_row(practice: &Practice) -> String {
    let sample = practice.sample_csv(4);
    let bad = sample.lines().nth(2).unwrap();
    let seed = bad.split(',').nth(2).unwrap();
    sample.replace(seed, &format!("0189{seed}"))
}

#[tokio::test]
async fn a_file_is_imported_once_and_a_second_run_changes_nothing() {
    let terminal = Terminal::small().await;
    let before = terminal.serials("activated").await.len();
    let file = terminal.file("seeds.csv", &terminal.practice.sample_csv(25));
    let first = terminal.run(&["import", &file, "--mode", "activate", "--json"]).await;
    assert_eq!(first.code, 0, "{first:?}");
    let summary = first.summary();
    assert_eq!((&summary["done"], &summary["ended"]), (&Value::from(25), &Value::from("complete")));
    assert_eq!(first.rows().iter().filter(|row| row["outcome"] == "Activated").count(), 25);
    let writes = terminal.writes().await;
    assert_eq!(writes, 50, "two writes a token");

    let second = terminal.run(&["import", &file, "--json"]).await;
    assert_eq!((second.code, &second.summary()["nothing"]), (0, &Value::from(25)), "{second:?}");
    assert_eq!(terminal.writes().await, writes);
    assert_eq!(terminal.serials("activated").await.len(), before + 25);
}

#[tokio::test]
async fn each_mode_goes_as_far_as_it_says() {
    let terminal = Terminal::small().await;
    let file = terminal.file("seeds.csv", &terminal.practice.sample_csv(3));
    for (mode, outcome, writes) in
        [("import", "Created", 3), ("assign", "Assigned", 6), ("activate", "Activated", 9)]
    {
        let ended = terminal.run(&["import", &file, "--mode", mode, "--json"]).await;
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.rows().iter().all(|row| row["outcome"] == outcome), "{ended:?}");
        assert_eq!(terminal.writes().await, writes, "{mode}");
    }
}

#[tokio::test]
async fn a_dry_run_writes_nothing_but_the_plan() {
    let terminal = Terminal::small().await;
    let file = terminal.file("seeds.csv", &terminal.practice.sample_csv(5));
    let ended = terminal.run(&["import", &file, "--dry-run", "--json", "--report", "plan.csv"]).await;
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.summary()["toDo"], 5);
    assert!(ended.rows().iter().all(|row| row["reason"] == "Create, assign and activate"), "{ended:?}");
    assert_eq!(terminal.writes().await, 0);
    assert!(!terminal.folder.join("audit.db").exists(), "nothing happened that could be recorded");
    assert_eq!(terminal.read("plan.csv").lines().count(), 6);
    let words = terminal.run(&["import", &file, "--dry-run"]).await;
    assert_eq!(words.out, "Plan: 5 to do.\nNothing was changed (--dry-run).\n");
}

#[tokio::test]
async fn a_bad_row_is_told_with_line_column_and_remedy_and_stands_in_nobodys_way() {
    let terminal = Terminal::small().await;
    let csv = with_a_bad_row(&terminal.practice);
    let file = terminal.file("seeds.csv", &csv);
    let ended = terminal.run(&["import", &file, "--report", "report.csv", "--failed", "failed.csv"]).await;
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.out.contains("Line 3, serial "), "{}", ended.out);
    assert!(ended.out.contains("secret key: ") && ended.out.contains("Compare with the vendor's file."));
    assert!(ended.out.contains("Finished: 3 done, 1 not possible (run "), "{}", ended.out);
    assert_eq!(terminal.writes().await, 6);
    assert_eq!(terminal.read("report.csv").lines().count(), 5);
    let failed = terminal.read("failed.csv");
    assert_eq!(failed.trim_start_matches('\u{feff}').lines().count(), 2);
    assert_eq!(failed.lines().last(), csv.lines().nth(2), "as it stood in the file");
    assert!(ended.err.contains("holds secret keys"), "{}", ended.err);
}

#[cfg(unix)]
#[tokio::test]
async fn failed_rows_are_for_their_owner_alone_and_replace_no_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let terminal = Terminal::small().await;
    let bad = terminal.file("bad.csv", &with_a_bad_row(&terminal.practice));
    terminal.run(&["import", &bad, "--failed", "failed.csv"]).await;
    let path = terminal.folder.join("failed.csv");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let again = terminal.run(&["import", &bad, "--failed", "failed.csv"]).await;
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.err.contains("not there yet"), "{}", again.err);
    let good = terminal.file("good.csv", &terminal.practice.sample_csv(1));
    assert_eq!(terminal.run(&["import", &good, "--failed", "none.csv"]).await.code, 0);
    assert!(!terminal.folder.join("none.csv").exists(), "no row failed");
}

#[tokio::test]
async fn seeds_come_from_standard_input_too() {
    let terminal = Terminal::small().await;
    let ended = terminal.fed(&["import", "-", "--json"], &terminal.practice.sample_csv(2)).await;
    assert_eq!((ended.code, &ended.summary()["done"]), (0, &Value::from(2)), "{ended:?}");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_ends_with_2_before_anything_is_asked() {
    let terminal = Terminal::small().await;
    let empty = terminal.file("empty.csv", "");
    let other = terminal.file("other.csv", "a,b\n1,2\n");
    let good = terminal.file("good.csv", &terminal.practice.sample_csv(1));
    for arguments in [
        &["import", &empty][..],
        &["import", &other],
        &["import", "missing.csv"],
        &["import", &good, "--mode", "everything"],
        &["import", &good, "--report", "no-such-folder/report.csv"],
        &["import"],
    ] {
        let ended = terminal.run(arguments).await;
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(!ended.err.is_empty() && ended.out.is_empty(), "{ended:?}");
    }
    assert_eq!(terminal.writes().await, 0);
}

#[tokio::test]
async fn no_seed_is_told_to_anybody() {
    let settings = Settings { tokens: 40, users: 60, unavailable_rate: 0.05, ..Settings::default() };
    let mut terminal = Terminal::with(settings).await;
    terminal.set("RUST_LOG", "trace");
    terminal.set("AUDIT_LOG", "json");
    let csv =
        with_a_bad_row(&terminal.practice) + "x@y.example,S-1,SECRETSECRETSECRET,45,Feitian,c200,SHA-1\r\n";
    let seeds = people_and_seeds(&csv);
    let file = terminal.file("seeds.csv", &csv);
    let mut told = String::new();
    for manner in [&["--dry-run"][..], &["--json", "--report", "report.csv"], &["--report", "report.csv"]] {
        let ended = terminal.run(&[&["import", &file], manner].concat()).await;
        assert_eq!(ended.code, 1, "{ended:?}");
        told += &(ended.out + &ended.err);
    }
    for entry in std::fs::read_dir(&terminal.folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap() != "seeds.csv" {
            told += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
        }
    }
    assert!(
        told.contains("\"action\":\"create\"") && told.contains("Not possible"),
        "there is something to search"
    );
    let secret = &terminal.practice.client_secret;
    for hidden in seeds.iter().map(|(_, seed)| seed).chain([secret]) {
        assert!(!told.to_lowercase().contains(&hidden.to_lowercase()), "{hidden} is in the open");
    }
}
