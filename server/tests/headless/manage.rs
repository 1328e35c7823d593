//! `token-inventory assign`, `activate`, `unassign` and `delete`.

use serde_json::Value;

use crate::terminal::{Terminal, people_and_seeds};

#[tokio::test]
async fn pairs_are_assigned_and_an_unknown_one_is_told() {
    let terminal = Terminal::small().await;
    let stock = terminal.serials("available").await;
    let people = people_and_seeds(&terminal.practice.sample_csv(2));
    let (mia, leo) = (&people[0].0, &people[1].0);
    let pairs =
        format!("serial number,upn\n{},{mia}\nnone,{leo}\n{},nobody@contoso.example\n", stock[0], stock[1]);
    let file = terminal.file("pairs.csv", &pairs);
    let ended = terminal.run(&["assign", &file, "--json"]).await;
    assert_eq!(ended.code, 1, "{ended:?}");
    let summary = ended.summary();
    assert_eq!((&summary["done"], &summary["notPossible"]), (&Value::from(1), &Value::from(2)));
    assert_eq!(terminal.token(&stock[0]).await["userPrincipalName"], mia.as_str());
    assert_eq!(terminal.token(&stock[1]).await["status"], "Available");

    let one = terminal.run(&["assign", "--serial", &stock[1], "--user", leo]).await;
    assert_eq!((one.code, one.out.as_str()), (0, "Plan: 1 to do.\nFinished: 1 done.\n"), "{one:?}");
    assert_eq!(terminal.token(&stock[1]).await["userPrincipalName"], leo.as_str());
    assert_eq!(terminal.run(&["assign", "--serial", "X"]).await.code, 2, "for whom?");
}

#[tokio::test]
async fn tokens_in_peoples_hands_are_activated_by_the_seed_file() {
    let terminal = Terminal::small().await;
    let file = terminal.file("seeds.csv", &terminal.practice.sample_csv(3));
    assert_eq!(terminal.run(&["import", &file, "--mode", "assign"]).await.code, 0);
    let ended = terminal.run(&["activate", &file, "--json"]).await;
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.rows().iter().all(|row| row["outcome"] == "Activated"), "{ended:?}");
    let again = terminal.run(&["activate", &file, "--json"]).await;
    assert_eq!((again.code, &again.summary()["nothing"]), (0, &Value::from(3)), "{again:?}");
}

#[tokio::test]
async fn nothing_is_taken_away_without_a_yes_where_nobody_can_be_asked() {
    let terminal = Terminal::small().await;
    let held = terminal.serials("activated").await.remove(0);
    for command in ["delete", "unassign"] {
        let ended = terminal.run(&[command, &held, "--json"]).await;
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.err.contains("--yes"), "{}", ended.err);
        assert_eq!(ended.lines()[0]["type"], "problem");
    }
    let planned = terminal.run(&["unassign", &held, "--dry-run"]).await;
    assert_eq!((planned.code, terminal.writes().await), (0, 0), "{planned:?}");
}

#[tokio::test]
async fn a_token_that_somebody_holds_is_deleted_only_when_it_may_be_unassigned() {
    let terminal = Terminal::small().await;
    let held = terminal.serials("activated").await.remove(0);
    let kept = terminal.run(&["delete", &held, "--yes"]).await;
    assert_eq!((kept.code, terminal.writes().await), (1, 0), "{kept:?}");
    assert!(kept.out.contains("is assigned to"), "{}", kept.out);
    assert_ne!(terminal.token(&held).await, Value::Null);
    let gone = terminal.run(&["delete", &held, "--unassign", "--yes"]).await;
    assert_eq!((gone.code, terminal.token(&held).await), (0, Value::Null), "{gone:?}");
}

#[tokio::test]
async fn serials_come_from_a_list_on_standard_input() {
    let terminal = Terminal::small().await;
    let held = terminal.serials("activated").await;
    let list = format!("serial number\n{}\nunknown\n=\"{}\"\n", held[0], held[1]);
    let ended =
        terminal.fed(&["unassign", "--from", "-", "--yes", "--json", "--report", "r.csv"], &list).await;
    assert_eq!((ended.code, &ended.summary()["done"]), (1, &Value::from(2)), "{ended:?}");
    let unknown = ended.rows().into_iter().find(|row| row["result"] == "not_possible").unwrap();
    assert_eq!((&unknown["line"], &unknown["serialNumber"]), (&Value::from(3), &Value::from("unknown")));
    for serial in &held[..2] {
        assert_eq!(terminal.token(serial).await["status"], "Available");
    }
    assert_eq!(terminal.read("r.csv").lines().count(), 4);
}
