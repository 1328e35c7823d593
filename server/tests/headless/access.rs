//! What stands in the way as a whole: configuration, credentials, permissions, the audit trail.

use serde_json::Value;
use server::practice::Settings;

use crate::terminal::{Terminal, small};

async fn granted(grant: Vec<&'static str>) -> Terminal {
    Terminal::with(Settings { grant, ..small() }).await
}

#[tokio::test]
async fn a_missing_permission_ends_with_3_and_names_it() {
    let terminal =
        granted(vec!["Policy.Read.All", "UserAuthMethod-HardwareOATH.Read.All", "User.Read.All"]).await;
    let file = terminal.file("seeds.csv", &terminal.practice.sample_csv(2));
    let ended = terminal.run(&["import", &file, "--json"]).await;
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.err.contains("Policy.ReadWrite.AuthenticationMethod"), "{}", ended.err);
    let last = ended.lines().pop().unwrap();
    assert_eq!((&last["type"], &last["exitCode"]), (&Value::from("problem"), &Value::from(3)));
    let held = terminal.serials("activated").await.remove(0);
    let ended = terminal.run(&["unassign", &held, "--yes"]).await;
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.err.contains("UserAuthMethod-HardwareOATH.ReadWrite.All"), "{}", ended.err);
    assert_eq!(terminal.run(&["import", &file, "--dry-run"]).await.code, 0, "a plan needs none of them");
    assert_eq!(terminal.writes().await, 0);
}

#[tokio::test]
async fn without_the_names_of_people_the_list_is_shorter_and_says_so() {
    let terminal = granted(vec!["Policy.ReadWrite.AuthenticationMethod"]).await;
    let ended = terminal.run(&["list"]).await;
    assert_eq!((ended.code, ended.out.lines().count()), (0, 41), "{ended:?}");
    assert!(ended.err.contains("names are missing") && ended.err.contains("User.Read"), "{}", ended.err);
    let blind = granted(Vec::new()).await;
    assert_eq!(blind.run(&["list"]).await.code, 3);
}

#[tokio::test]
async fn credentials_that_are_not_accepted_end_with_3() {
    let mut terminal = Terminal::small().await;
    terminal.set("ENTRA_CLIENT_SECRET", "wrong");
    let ended = terminal.run(&["list"]).await;
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.err.contains("credentials"), "{}", ended.err);
}

#[tokio::test]
async fn no_or_wrong_configuration_ends_with_2() {
    let mut terminal = Terminal::small().await;
    terminal.set("GRAPH_ACCESS", "delegated");
    let ended = terminal.run(&["list"]).await;
    assert!(ended.code == 2 && ended.err.contains("GRAPH_ACCESS"), "{ended:?}");
    terminal.variables.clear();
    let ended = terminal.run(&["list"]).await;
    assert!(ended.code == 2 && ended.err.contains("ENTRA_CLIENT_SECRET_FILE"), "{ended:?}");
    assert!(ended.err.contains("--practice"), "{}", ended.err);
    terminal.set("ENTRA_TENANT_ID", "contoso.example");
    let ended = terminal.run(&["list"]).await;
    assert!(ended.code == 2 && ended.err.contains("ENTRA_CLIENT_ID: missing"), "{ended:?}");
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_done() {
    let mut terminal = Terminal::small().await;
    terminal.set("DATABASE_URL", "sqlite:no-such-folder/audit.db");
    let file = terminal.file("seeds.csv", &terminal.practice.sample_csv(2));
    for command in [&["import", &file][..], &["export"], &["delete", "X", "--yes"]] {
        let ended = terminal.run(command).await;
        assert_eq!((ended.code, ended.out.as_str()), (4, ""), "{ended:?}");
        assert!(ended.err.contains("DATABASE_URL"), "{}", ended.err);
    }
    assert_eq!(terminal.run(&["list"]).await.code, 0, "looking needs no trail");
    assert_eq!(terminal.writes().await, 0);
}
