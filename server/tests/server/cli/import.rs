//! `token-inventory import`.

use practice::{Practice, PracticeSettings};
use serde_json::Value;

use crate::support::test_cli::{TestCli, people_and_seeds};

/// A file with an invalid seed in its third line.
fn with_a_bad_row(practice: &Practice) -> String {
    let sample = practice.sample_csv(4);
    let bad = sample.lines().nth(2).unwrap();
    let seed = bad.split(',').nth(2).unwrap();
    sample.replace(seed, &format!("0189{seed}"))
}

#[tokio::test]
async fn a_file_is_imported_once_and_a_second_run_changes_nothing() {
    let cli = TestCli::small().await;
    let before = cli.serials("activated").await.len();
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(25));
    let first = cli.run(&["import", &file, "--mode", "activate", "--json"]).await;
    assert_eq!(first.code, 0, "{first:?}");
    let summary = first.summary();
    assert_eq!((&summary["done"], &summary["ended"]), (&Value::from(25), &Value::from("complete")));
    assert_eq!(first.rows().iter().filter(|row| row["outcome"] == "Activated").count(), 25);
    let writes = cli.writes().await;
    assert_eq!(writes, 26, "one write a token, and one that creates all");

    let second = cli.run(&["import", &file, "--json"]).await;
    assert_eq!((second.code, &second.summary()["nothing"]), (0, &Value::from(25)), "{second:?}");
    assert_eq!(cli.writes().await, writes);
    assert_eq!(cli.serials("activated").await.len(), before + 25);
}

#[tokio::test]
async fn the_first_rows_alone_are_tried_and_the_same_command_goes_on() {
    let cli = TestCli::small().await;
    let before = cli.serials("activated").await.len();
    let file = cli.file("seeds.csv", &with_a_bad_row(&cli.practice));
    let first = cli.run(&["import", &file, "--first", "2", "--report", "report.csv"]).await;
    assert_eq!(first.code, 0, "the row that is not possible is none of the first two: {first:?}");
    assert!(first.out.contains("2 tokens tried: 2 activated and seen (run "), "{}", first.out);
    let next = "1 left. To go on, run the same command without --first.";
    assert!(first.out.contains(next) && !first.out.contains("Left: "), "{}", first.out);
    assert_eq!(cli.serials("activated").await.len(), before + 2);
    assert_eq!(cli.read("report.csv").matches(",Activated,").count(), 2);
    assert_eq!(cli.read("report.csv").matches(",Not run,").count(), 1);

    let rest = cli.run(&["import", &file, "--json"]).await;
    let summary = rest.summary();
    assert_eq!((rest.code, &summary["done"], &summary["nothing"]), (1, &1.into(), &2.into()), "{rest:?}");
    assert_eq!(cli.serials("activated").await.len(), before + 3);
}

#[tokio::test]
async fn first_rows_that_are_all_rows_make_a_whole_run() {
    let cli = TestCli::small().await;
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(6));
    let first = cli.run(&["import", &file, "--first", "4", "--json"]).await;
    let summary = first.summary();
    assert_eq!((&summary["ended"], &summary["done"]), (&"first_ended".into(), &4.into()), "{first:?}");
    assert_eq!((&summary["toDo"], first.rows().len()), (&2.into(), 6), "each row is printed once");
    let all = cli.run(&["import", &file, "--first", "4", "--json"]).await;
    let summary = all.summary();
    assert_eq!(
        (&summary["ended"], &summary["done"], all.code),
        (&"complete".into(), &2.into(), 0),
        "{all:?}"
    );
    for flags in [&["--first", "0"][..], &["--first", "2", "--dry-run"]] {
        assert_eq!(cli.run(&[&["import", &file], flags].concat()).await.code, 2);
    }
}

#[tokio::test]
async fn a_tenant_without_bulk_creation_is_told_once() {
    let settings =
        PracticeSettings { tokens: 40, users: 60, bulk_limit: Some(0), ..PracticeSettings::default() };
    let cli = TestCli::with(settings).await;
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(6));
    let result = cli.run(&["import", &file, "--json"]).await;
    assert_eq!((result.code, &result.summary()["done"]), (0, &6.into()), "{result:?}");
    let note = "This tenant takes no creation of many tokens in one write: each token was created alone.";
    assert_eq!(result.lines().iter().filter(|line| line["message"] == note).count(), 1, "{result:?}");
}

#[tokio::test]
async fn each_mode_goes_as_far_as_it_says() {
    let cli = TestCli::small().await;
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(3));
    for (mode, outcome, writes) in
        [("import", "Created", 1), ("assign", "Assigned", 4), ("activate", "Activated", 7)]
    {
        let result = cli.run(&["import", &file, "--mode", mode, "--json"]).await;
        assert_eq!(result.code, 0, "{result:?}");
        assert!(result.rows().iter().all(|row| row["outcome"] == outcome), "{result:?}");
        assert_eq!(cli.writes().await, writes, "{mode}");
    }
}

#[tokio::test]
async fn a_dry_run_writes_nothing_but_the_plan() {
    let cli = TestCli::small().await;
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(5));
    let result = cli.run(&["import", &file, "--dry-run", "--json", "--report", "plan.csv"]).await;
    assert_eq!(result.code, 0, "{result:?}");
    assert_eq!(result.summary()["toDo"], 5);
    assert!(result.rows().iter().all(|row| row["reason"] == "Create, assign and activate"), "{result:?}");
    assert_eq!(cli.writes().await, 0);
    assert!(!cli.folder.join("audit.db").exists(), "there was nothing to record");
    assert_eq!(cli.read("plan.csv").lines().count(), 6);
    let text = cli.run(&["import", &file, "--dry-run"]).await;
    assert_eq!(text.out, "Plan: 5 to do.\nNothing was changed (--dry-run).\n");
}

#[tokio::test]
async fn a_bad_row_is_reported_with_line_column_and_remedy_and_the_others_are_imported() {
    let cli = TestCli::small().await;
    let csv = with_a_bad_row(&cli.practice);
    let file = cli.file("seeds.csv", &csv);
    let result = cli.run(&["import", &file, "--report", "report.csv", "--failed", "failed.csv"]).await;
    assert_eq!(result.code, 1, "{result:?}");
    assert!(result.out.contains("Line 3, serial "), "{}", result.out);
    assert!(result.out.contains("secret key: ") && result.out.contains("Compare with the vendor's file."));
    assert!(result.out.contains("Finished: 3 done, 1 not possible (run "), "{}", result.out);
    assert_eq!(cli.writes().await, 4);
    assert_eq!(cli.read("report.csv").lines().count(), 5);
    let failed = cli.read("failed.csv");
    assert_eq!(failed.trim_start_matches('\u{feff}').lines().count(), 2);
    let (row, input) = (failed.lines().last().unwrap(), csv.lines().nth(2).unwrap());
    let added = row.strip_prefix(input).expect("as in the input file");
    assert!(
        added.starts_with(",3,") && added.contains("secret key: "),
        "with line, problem and remedy: {added}"
    );
    assert!(result.err.contains("holds secret keys"), "{}", result.err);
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_of_failed_rows_is_private_and_replaces_no_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let cli = TestCli::small().await;
    let bad = cli.file("bad.csv", &with_a_bad_row(&cli.practice));
    cli.run(&["import", &bad, "--failed", "failed.csv"]).await;
    let path = cli.folder.join("failed.csv");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let again = cli.run(&["import", &bad, "--failed", "failed.csv"]).await;
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.err.contains("not there yet"), "{}", again.err);
    let good = cli.file("good.csv", &cli.practice.sample_csv(1));
    assert_eq!(cli.run(&["import", &good, "--failed", "none.csv"]).await.code, 0);
    assert!(!cli.folder.join("none.csv").exists(), "no row failed");
}

#[tokio::test]
async fn seeds_come_from_standard_input_too() {
    let cli = TestCli::small().await;
    let result = cli.run_with_input(&["import", "-", "--json"], &cli.practice.sample_csv(2)).await;
    assert_eq!((result.code, &result.summary()["done"]), (0, &Value::from(2)), "{result:?}");
}

#[tokio::test]
async fn an_unusable_file_ends_with_2_before_any_request() {
    let cli = TestCli::small().await;
    let empty = cli.file("empty.csv", "");
    let other = cli.file("other.csv", "a,b\n1,2\n");
    let good = cli.file("good.csv", &cli.practice.sample_csv(1));
    for arguments in [
        &["import", &empty][..],
        &["import", &other],
        &["import", "missing.csv"],
        &["import", &good, "--mode", "everything"],
        &["import", &good, "--report", "no-such-folder/report.csv"],
        &["import"],
    ] {
        let result = cli.run(arguments).await;
        assert_eq!(result.code, 2, "{result:?}");
        assert!(!result.err.is_empty() && result.out.is_empty(), "{result:?}");
    }
    assert_eq!(cli.writes().await, 0);
}

#[tokio::test]
async fn seeds_are_neither_printed_nor_stored() {
    let settings =
        PracticeSettings { tokens: 40, users: 60, unavailable_rate: 0.05, ..PracticeSettings::default() };
    let mut cli = TestCli::with(settings).await;
    cli.set("RUST_LOG", "trace");
    cli.set("AUDIT_LOG", "json");
    let csv = with_a_bad_row(&cli.practice) + "x@y.example,S-1,SECRETSECRETSECRET,45,Feitian,c200,SHA-1\r\n";
    let seeds = people_and_seeds(&csv);
    let file = cli.file("seeds.csv", &csv);
    let mut written = String::new();
    for flags in [&["--dry-run"][..], &["--json", "--report", "report.csv"], &["--report", "report.csv"]] {
        let result = cli.run(&[&["import", &file], flags].concat()).await;
        assert_eq!(result.code, 1, "{result:?}");
        written += &(result.out + &result.err);
    }
    for entry in std::fs::read_dir(&cli.folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap() != "seeds.csv" {
            written += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
        }
    }
    assert!(
        written.contains("\"action\":\"create\"") && written.contains("Not possible"),
        "there is output to search"
    );
    let secret = &cli.practice.client_secret;
    for hidden in seeds.iter().map(|(_, seed)| seed).chain([secret]) {
        assert!(!written.to_lowercase().contains(&hidden.to_lowercase()), "{hidden} was written");
    }
}
