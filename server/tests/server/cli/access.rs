//! Errors that end a command: configuration, credentials, permissions, the audit trail.

use practice::PracticeSettings;
use serde_json::Value;

use crate::support::test_cli::{TestCli, small};

async fn granted(grant: Vec<&'static str>) -> TestCli {
    TestCli::with(PracticeSettings { grant, ..small() }).await
}

#[tokio::test]
async fn a_missing_permission_ends_with_3_and_names_it() {
    let cli = granted(vec!["Policy.Read.All", "UserAuthMethod-HardwareOATH.Read.All", "User.Read.All"]).await;
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(2));
    let result = cli.run(&["import", &file, "--json"]).await;
    assert_eq!(result.code, 3, "{result:?}");
    assert!(result.err.contains("Policy.ReadWrite.AuthenticationMethod"), "{}", result.err);
    let last = result.lines().pop().unwrap();
    assert_eq!((&last["type"], &last["exitCode"]), (&Value::from("problem"), &Value::from(3)));
    let serial = cli.serials("activated").await.remove(0);
    let result = cli.run(&["unassign", &serial, "--yes"]).await;
    assert_eq!(result.code, 3, "{result:?}");
    assert!(result.err.contains("UserAuthMethod-HardwareOATH.ReadWrite.All"), "{}", result.err);
    assert_eq!(cli.run(&["import", &file, "--dry-run"]).await.code, 0, "a plan needs no write permission");
    assert_eq!(cli.writes().await, 0);
}

#[tokio::test]
async fn without_the_permission_to_read_users_the_list_has_no_names_and_says_so() {
    let cli = granted(vec!["Policy.ReadWrite.AuthenticationMethod"]).await;
    let result = cli.run(&["list"]).await;
    assert_eq!((result.code, result.out.lines().count()), (0, 41), "{result:?}");
    assert!(result.err.contains("names are missing") && result.err.contains("User.Read"), "{}", result.err);
    let without_permissions = granted(Vec::new()).await;
    assert_eq!(without_permissions.run(&["list"]).await.code, 3);
}

#[tokio::test]
async fn credentials_that_are_not_accepted_end_with_3() {
    let mut cli = TestCli::small().await;
    cli.set("ENTRA_CLIENT_SECRET", "wrong");
    let result = cli.run(&["list"]).await;
    assert_eq!(result.code, 3, "{result:?}");
    assert!(result.err.contains("credentials"), "{}", result.err);
}

#[tokio::test]
async fn no_or_wrong_configuration_ends_with_2() {
    let mut cli = TestCli::small().await;
    cli.set("GRAPH_ACCESS", "delegated");
    let result = cli.run(&["list"]).await;
    assert!(result.code == 2 && result.err.contains("GRAPH_ACCESS"), "{result:?}");
    cli.variables.clear();
    let result = cli.run(&["list"]).await;
    assert!(result.code == 2 && result.err.contains("ENTRA_CLIENT_SECRET_FILE"), "{result:?}");
    assert!(result.err.contains("--practice"), "{}", result.err);
    cli.set("ENTRA_TENANT_ID", "contoso.example");
    let result = cli.run(&["list"]).await;
    assert!(result.code == 2 && result.err.contains("ENTRA_CLIENT_ID: missing"), "{result:?}");
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_done() {
    let mut cli = TestCli::small().await;
    cli.set("DATABASE_URL", "sqlite:no-such-folder/audit.db");
    let file = cli.file("seeds.csv", &cli.practice.sample_csv(2));
    for command in [&["import", &file][..], &["export"], &["delete", "X", "--yes"]] {
        let result = cli.run(command).await;
        assert_eq!((result.code, result.out.as_str()), (4, ""), "{result:?}");
        assert!(result.err.contains("DATABASE_URL"), "{}", result.err);
    }
    assert_eq!(cli.run(&["list"]).await.code, 0, "reading needs no audit trail");
    assert_eq!(cli.writes().await, 0);
}
