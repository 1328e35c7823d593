//! `token-inventory assign`, `activate`, `unassign` and `delete`.

use serde_json::Value;

use crate::support::test_cli::{TestCli, people_and_seeds};

#[tokio::test]
async fn pairs_are_assigned_and_unknown_ones_are_reported() {
    let cli = TestCli::small().await;
    let stock = cli.serials("available").await;
    let people = people_and_seeds(&cli.practice.sample_csv(2));
    let (mia, leo) = (&people[0].0, &people[1].0);
    let pairs =
        format!("serial number,upn\n{},{mia}\nnone,{leo}\n{},nobody@contoso.example\n", stock[0], stock[1]);
    let file = cli.file("pairs.csv", &pairs);
    let result = cli.run(&["assign", &file, "--json"]).await;
    assert_eq!(result.code, 1, "{result:?}");
    let summary = result.summary();
    assert_eq!((&summary["done"], &summary["notPossible"]), (&Value::from(1), &Value::from(2)));
    assert_eq!(cli.token(&stock[0]).await["userPrincipalName"], mia.as_str());
    assert_eq!(cli.token(&stock[1]).await["status"], "In stock");

    let one = cli.run(&["assign", "--serial", &stock[1], "--user", leo]).await;
    assert_eq!((one.code, one.out.as_str()), (0, "Plan: 1 to do.\nFinished: 1 done.\n"), "{one:?}");
    assert_eq!(cli.token(&stock[1]).await["userPrincipalName"], leo.as_str());
    assert_eq!(cli.run(&["assign", "--serial", "X"]).await.code, 2, "--user is missing");
}

#[tokio::test]
async fn assigned_tokens_are_activated_by_the_seed_file() {
    let cli = TestCli::small().await;
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(3));
    assert_eq!(cli.run(&["import", &file, "--mode", "assign"]).await.code, 0);
    let result = cli.run(&["activate", &file, "--json"]).await;
    assert_eq!(result.code, 0, "{result:?}");
    assert!(result.rows().iter().all(|row| row["outcome"] == "Activated"), "{result:?}");
    let again = cli.run(&["activate", &file, "--json"]).await;
    assert_eq!((again.code, &again.summary()["nothing"]), (0, &Value::from(3)), "{again:?}");
}

#[tokio::test]
async fn tokens_under_a_wrong_hash_are_repaired_by_the_seed_file() {
    let cli = TestCli::small().await;
    let sample = cli.practice.sample_csv(3);
    let with_hash = |hash: &str| {
        let rows = sample.lines().skip(1).map(|row| row.split(',').take(6).collect::<Vec<_>>().join(","));
        let rows: String = rows.map(|row| format!("{row},{hash}\n")).collect();
        format!("upn,serial number,secret key,time interval,manufacturer,model,hash function\n{rows}")
    };
    let (wrong, right) =
        (cli.file("wrong.csv", &with_hash("SHA-256")), cli.file("right.csv", &with_hash("SHA-1")));
    assert_eq!(cli.run(&["import", &wrong, "--mode", "assign"]).await.code, 0);
    let told = cli.run(&["import", &right, "--dry-run"]).await;
    assert!(told.err.contains("3 tokens of the file are in the tenant as SHA-256"), "{told:?}");
    let asked = cli.run(&["activate", &right, "--repair-hash"]).await;
    assert!(asked.code == 2 && asked.err.contains("--yes"), "{asked:?}");
    let result = cli.run(&["activate", &right, "--repair-hash", "--yes", "--json"]).await;
    assert_eq!(result.code, 0, "{result:?}");
    assert!(result.rows().iter().all(|row| row["outcome"] == "Hash corrected"), "{result:?}");
    for row in sample.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let token = cli.token(cells[1]).await;
        assert_eq!(token["userPrincipalName"], cells[0]);
        assert_eq!(
            (&token["status"], &token["hashFunction"]),
            (&"Activated".into(), &"SHA-1".into()),
            "{token}"
        );
    }
    let again = cli.run(&["activate", &right, "--repair-hash", "--yes", "--json"]).await;
    assert_eq!((again.code, &again.summary()["nothing"]), (0, &Value::from(3)), "{again:?}");
}

#[tokio::test]
async fn without_a_terminal_nothing_is_taken_away_unless_yes_is_given() {
    let cli = TestCli::small().await;
    let assigned = cli.serials("activated").await.remove(0);
    for command in ["delete", "unassign"] {
        let result = cli.run(&[command, &assigned, "--json"]).await;
        assert_eq!(result.code, 2, "{result:?}");
        assert!(result.err.contains("--yes"), "{}", result.err);
        assert_eq!(result.lines()[0]["type"], "problem");
    }
    let planned = cli.run(&["unassign", &assigned, "--dry-run"]).await;
    assert_eq!((planned.code, cli.writes().await), (0, 0), "{planned:?}");
}

#[tokio::test]
async fn an_assigned_token_is_deleted_only_with_the_flag_unassign() {
    let cli = TestCli::small().await;
    let assigned = cli.serials("activated").await.remove(0);
    let kept = cli.run(&["delete", &assigned, "--yes"]).await;
    assert_eq!((kept.code, cli.writes().await), (1, 0), "{kept:?}");
    assert!(kept.out.contains("is assigned to"), "{}", kept.out);
    assert_ne!(cli.token(&assigned).await, Value::Null);
    let gone = cli.run(&["delete", &assigned, "--unassign", "--yes"]).await;
    assert_eq!((gone.code, cli.token(&assigned).await), (0, Value::Null), "{gone:?}");
}

#[tokio::test]
async fn serials_come_from_a_list_on_standard_input() {
    let cli = TestCli::small().await;
    let assigned = cli.serials("activated").await;
    let list = format!("serial number\n{}\nunknown\n=\"{}\"\n", assigned[0], assigned[1]);
    let result =
        cli.run_with_input(&["unassign", "--from", "-", "--yes", "--json", "--report", "r.csv"], &list).await;
    assert_eq!((result.code, &result.summary()["done"]), (1, &Value::from(2)), "{result:?}");
    let unknown = result.rows().into_iter().find(|row| row["result"] == "not_possible").unwrap();
    assert_eq!((&unknown["line"], &unknown["serialNumber"]), (&Value::from(3), &Value::from("unknown")));
    for serial in &assigned[..2] {
        assert_eq!(cli.token(serial).await["status"], "In stock");
    }
    assert_eq!(cli.read("r.csv").lines().count(), 4);
}

#[tokio::test]
async fn people_with_a_directory_role_are_confirmed_by_name() {
    let mut cli = TestCli::small().await;
    cli.set("PRIVILEGED_TARGETS", "confirm");
    let stock = cli.serials("available").await;
    let holder = cli.practice.global_administrator().unwrap();
    let assign = ["assign", "--serial", &stock[0], "--user", &holder];
    let planned = cli.run(&[&assign[..], &["--dry-run"]].concat()).await;
    assert_eq!(planned.code, 0, "{planned:?}");
    assert!(planned.err.contains("holds the directory role Global Administrator"), "{planned:?}");
    let asked = cli.run(&assign).await;
    assert!(asked.code == 2 && asked.err.contains(&format!("--confirm-privileged {holder}")), "{asked:?}");
    assert_eq!(cli.token(&stock[0]).await["status"], "In stock");
    let other = cli.run(&[&assign[..], &["--confirm-privileged", "somebody@contoso.example"]].concat()).await;
    assert_eq!(other.code, 2, "{other:?}");
    let confirmed = cli.run(&[&assign[..], &["--confirm-privileged", &holder, "--json"]].concat()).await;
    assert_eq!(confirmed.code, 0, "{confirmed:?}");
    let trail = cli.trail().await;
    let is_marked =
        |entry: &Value| entry["after"].as_str().unwrap().ends_with("Global Administrator, confirmed by name");
    assert!(trail.iter().all(is_marked), "{trail:?}");

    cli.set("PRIVILEGED_TARGETS", "refuse");
    let refused =
        cli.run(&["assign", "--serial", &stock[1], "--user", &holder, "--confirm-privileged", &holder]).await;
    assert!(refused.code == 1 && refused.out.contains("PRIVILEGED_TARGETS"), "{refused:?}");
    cli.set("PRIVILEGED_TARGETS", "sometimes");
    let wrong = cli.run(&assign).await;
    assert!(wrong.code == 2 && wrong.err.contains("PRIVILEGED_TARGETS"), "{wrong:?}");
}
