//! Output and exit codes of `token-inventory doctor`.

use std::process::{Command, Output};

use token_core::checkup::Checkup;

use crate::support::mock_tenant::{CLIENT_SECRET, MockTenant, NEEDED, SIGN_IN, aadsts, jwt, token};

/// Runs the program with these variables only.
pub async fn doctor(flags: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_token-inventory"));
    command.arg("doctor").args(flags).env_clear().envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        assert!(!text.contains(CLIENT_SECRET) && !text.contains(&jwt(&NEEDED)), "{text}");
    }
    output
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

async fn examined(tenant: &MockTenant, flags: &[&str]) -> Output {
    let here = tenant.server.uri();
    let variables = [
        ("ENTRA_TENANT_ID", "contoso.example"),
        ("ENTRA_CLIENT_ID", "client-1"),
        ("ENTRA_CLIENT_SECRET", CLIENT_SECRET),
        ("ENTRA_AUTHORITY", here.as_str()),
        ("GRAPH_ENDPOINT", here.as_str()),
        ("RUST_LOG", "trace"),
    ];
    doctor(flags, &variables).await
}

#[tokio::test]
async fn exits_with_0_without_problems() {
    let output = examined(&MockTenant::healthy().await, &[]).await;
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("✔ App credentials: ") && text.ends_with("Nothing stands in the way.\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours in a file");
}

#[tokio::test]
async fn exits_with_1_with_a_problem() {
    let tenant = MockTenant::with_response("POST", SIGN_IN, aadsts(401, "invalid_client", 7_000_222)).await;
    let output = examined(&tenant, &[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("✘ App credentials: "), "{}", out(&output));
}

#[tokio::test]
async fn prints_json_for_programs() {
    let tenant = MockTenant::with_response("POST", SIGN_IN, token(&jwt(&[]))).await;
    let output = examined(&tenant, &["--json"]).await;
    let checkup: Checkup = serde_json::from_slice(&output.stdout).unwrap();
    assert!(checkup.findings.iter().any(|finding| finding.topic == "Consent"));
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn exits_with_2_when_no_tenant_is_configured() {
    let output = doctor(&[], &[]).await;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    for variable in ["ENTRA_TENANT_ID", "ENTRA_CLIENT_ID", "ENTRA_CLIENT_SECRET_FILE"] {
        assert!(text.contains(variable), "{text}");
    }
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn exits_with_2_when_the_configuration_is_wrong() {
    let output =
        doctor(&["--graph-endpoint", "http://graph.example"], &[("ENTRA_TENANT_ID", "contoso.example")])
            .await;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("GRAPH_ENDPOINT: ") && text.contains("ENTRA_CLIENT_ID: missing"), "{text}");
}
