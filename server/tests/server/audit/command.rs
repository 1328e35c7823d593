//! `token-inventory audit …`, run as a program.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use token_core::audit::AuditEntry;

use crate::support::{audit_entries::various, audit_stores::File};

async fn filled(name: &str) -> File {
    let file = File::new(name);
    let audit_log = file.audit_log().await;
    audit_log.append((0..30).map(various).collect()).await.unwrap();
    audit_log.close().await;
    file
}

fn audit(file: &File, arguments: &[&str], key: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_token-inventory"));
    command
        .arg("audit")
        .args(arguments)
        .env("DATABASE_URL", file.url())
        .env_remove("AUDIT_SIGNING_KEY_FILE")
        .env_remove("ENTRA_TENANT_ID");
    if let Some(key) = key {
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys");
        command.env("AUDIT_SIGNING_KEY_FILE", keys.join(format!("audit.{key}.pem")));
    }
    command.output().unwrap()
}

fn code_and_text(output: &Output) -> (Option<i32>, String) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn verify_reports_by_its_exit_code() {
    let file = filled("command-verify").await;
    let (code, text) = code_and_text(&audit(&file, &["verify"], None));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("30 entries from 1 to 30"), "{text}");
    file.tamper("DELETE FROM entries WHERE number = 7").await;
    let (code, text) = code_and_text(&audit(&file, &["verify"], None));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("Entry 8 does not fit: entry 7 is missing"), "{text}");
}

#[tokio::test]
async fn reading_commands_create_no_store() {
    let file = File::new("command-nothing");
    for command in [&["verify"][..], &["export"], &["head"]] {
        let (code, text) = code_and_text(&audit(&file, command, None));
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("there is no file") && !file.path.exists(), "{text}");
    }
}

#[tokio::test]
async fn a_signed_head_detects_a_truncated_log() {
    let file = filled("command-head").await;
    let head = file.folder.join("head.json");
    let signed = audit(&file, &["head"], Some("one"));
    std::fs::write(&head, &signed.stdout).unwrap();
    let arguments = ["verify", "--head", head.to_str().unwrap()];
    assert_eq!(code_and_text(&audit(&file, &arguments, Some("one"))).0, Some(0));
    let (code, text) = code_and_text(&audit(&file, &arguments, None));
    assert_eq!(
        (code, text.contains("no key is set")),
        (Some(2), true),
        "the key in the head proves nothing: {text}"
    );
    let public = String::from_utf8(audit(&file, &["key"], Some("one")).stdout).unwrap();
    let with_public = [&arguments[..], &["--audit-verifier-key", public.trim()]].concat();
    assert_eq!(code_and_text(&audit(&file, &with_public, None)).0, Some(0), "the public key is enough");
    let (code, text) = code_and_text(&audit(&file, &arguments, Some("two")));
    assert_eq!(code, Some(2));
    assert!(text.contains("signed by another key"), "{text}");

    let mut forged: Value = serde_json::from_slice(&signed.stdout).unwrap();
    forged["number"] = Value::from(20);
    std::fs::write(&head, forged.to_string()).unwrap();
    let (code, text) = code_and_text(&audit(&file, &with_public, None));
    assert_eq!((code, text.contains("its signature does not fit")), (Some(2), true), "{text}");
    let unsigned = audit(&file, &["head"], None);
    std::fs::write(&head, &unsigned.stdout).unwrap();
    assert_eq!(code_and_text(&audit(&file, &arguments, None)).0, Some(0));
    assert_eq!(
        code_and_text(&audit(&file, &arguments, Some("one"))).0,
        Some(2),
        "a head that is not signed proves nothing"
    );

    std::fs::write(&head, &signed.stdout).unwrap();
    file.tamper(
        "DELETE FROM entries WHERE number > 28; DELETE FROM runs WHERE last_number > 28; \
         INSERT INTO search (search) VALUES ('rebuild')",
    )
    .await;
    let (code, text) = code_and_text(&audit(&file, &arguments, Some("one")));
    assert_eq!((code, text.contains("the end of the trail is missing")), (Some(1), true), "{text}");
}

#[tokio::test]
async fn an_entry_is_compared_with_a_signed_checkpoint() {
    let file = filled("command-checkpoint").await;
    let checkpoint = file.folder.join("checkpoint");
    std::fs::write(&checkpoint, audit(&file, &["checkpoint"], Some("one")).stdout).unwrap();
    let checkpoint = checkpoint.to_str().unwrap();
    let whole = ["verify", "--checkpoint", checkpoint];
    let one = ["verify", "--checkpoint", checkpoint, "--entry", "17"];
    let (code, text) = code_and_text(&audit(&file, &whole, Some("one")));
    assert_eq!((code, text.contains("The first 30 are those")), (Some(0), true), "{text}");
    let (code, text) = code_and_text(&audit(&file, &one, Some("one")));
    assert_eq!(
        (code, text.contains("Entry 17 is what the checkpoint of 30 entries contains: 5 hashes")),
        (Some(0), true),
        "{text}"
    );
    for (key, word) in [(None, "AUDIT_VERIFIER_KEY: missing"), (Some("two"), "has not signed it")] {
        let (code, text) = code_and_text(&audit(&file, &one, key));
        assert_eq!((code, text.contains(word)), (Some(2), true), "{text}");
    }
    file.tamper("DROP TRIGGER entries_never_change; UPDATE entries SET reason = 'x' WHERE number = 17").await;
    let (code, text) = code_and_text(&audit(&file, &one, Some("one")));
    assert_eq!((code, text.contains("Entry 17 does not fit")), (Some(1), true), "{text}");
}

#[tokio::test]
async fn old_entries_are_removed_on_demand() {
    let file = filled("command-purge").await;
    let (code, text) = code_and_text(&audit(&file, &["purge"], None));
    assert_eq!((code, text.contains("AUDIT_RETENTION: missing")), (Some(2), true), "{text}");
    let (code, text) = code_and_text(&audit(&file, &["purge", "--audit-retention", "1d"], None));
    assert_eq!((code, text.contains("Entries up to 29 are removed")), (Some(0), true), "{text}");
    assert_eq!(code_and_text(&audit(&file, &["verify"], None)).0, Some(0));
    let (code, text) = code_and_text(&audit(&file, &["prepare"], None));
    assert_eq!((code, text.contains("The tables are ready")), (Some(0), true), "{text}");
}

#[tokio::test]
async fn export_of_a_store_of_several_tenants_asks_which() {
    let file = filled("command-tenants").await;
    let audit_log = file.audit_log().await;
    let other = AuditEntry { tenant: "other.example".to_owned(), ..various(3) };
    audit_log.append(vec![other]).await.unwrap();
    audit_log.close().await;
    let (code, text) = code_and_text(&audit(&file, &["export"], None));
    assert_eq!((code, text.contains("contoso.example, other.example")), (Some(2), true), "{text}");
    let (_, text) = code_and_text(&audit(&file, &["export", "--tenant", "Other.example"], None));
    assert_eq!((text.lines().count(), text.contains("contoso.example\",\"action")), (1, false), "{text}");
    let (_, text) = code_and_text(&audit(&file, &["export", "--all-tenants"], None));
    assert_eq!(text.lines().count(), 31);
}

#[tokio::test]
async fn export_writes_the_matching_entries() {
    let file = filled("command-export").await;
    let output = audit(&file, &["export", "--actor", "bob@contoso.example", "--result", "refused"], None);
    let (code, text) = code_and_text(&output);
    assert_eq!(code, Some(0), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<u64> = lines.iter().map(|line| line["number"].as_u64().unwrap()).collect();
    // `various(n)` has number n + 1; its actor is Bob when n / 3 % 3 is 1, and it is refused when n % 4 is 2.
    let expected: Vec<u64> =
        (0..30u64).filter(|n| n / 3 % 3 == 1 && n % 4 == 2).map(|n| n + 1).rev().collect();
    assert_eq!(numbers, expected);
    let (code, text) = code_and_text(&audit(&file, &["export", "--action", "reboot"], None));
    assert_ne!(code, Some(0));
    assert!(text.contains("sign_in_refused"), "{text}");
}
