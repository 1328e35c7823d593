//! Alterations made without the program are detected.

use audit::{ChainBreak, Evidence, Store};
use token_core::audit::{AuditAction, AuditEntry, ChainHead, EntryStatus};

use crate::support::{
    audit_entries::{plain, various},
    audit_stores::File,
};

/// Twenty entries, and between them an operation with its outcome (21 and 22).
async fn filled(name: &str) -> File {
    let file = File::new(name);
    let audit_log = file.audit_log().await;
    audit_log.append((0..20).map(various).collect()).await.unwrap();
    audit_log.append(vec![plain(AuditAction::Assign, EntryStatus::Open)]).await.unwrap();
    let outcome = AuditEntry { intent: Some(21), ..plain(AuditAction::Assign, EntryStatus::Done) };
    audit_log.append(vec![outcome]).await.unwrap();
    audit_log.append((20..30).map(various).collect()).await.unwrap();
    audit_log.close().await;
    file
}

async fn chain_break(file: &File) -> Option<ChainBreak> {
    let store = file.store().await;
    let report = store.verify(&audit::Evidence::default()).await.unwrap();
    store.database().close().await;
    report.chain_break
}

/// Alters a filled store with this SQL, and returns where verification fails.
async fn break_after(name: &str, sql: &'static str) -> ChainBreak {
    let file = filled(name).await;
    assert_eq!(chain_break(&file).await, None, "{name}: before");
    file.tamper(sql).await;
    chain_break(&file).await.unwrap_or_else(|| panic!("{name} is not detected"))
}

const UNLOCK: &str = "DROP TRIGGER entries_never_change;";

#[tokio::test]
async fn a_trigger_refuses_updates_of_entries() {
    let file = filled("locked").await;
    let pool = sqlx::SqlitePool::connect(&file.url()).await.unwrap();
    let error = sqlx::raw_sql("UPDATE entries SET reason = 'x'").execute(&pool).await.unwrap_err();
    assert!(error.to_string().contains("never change"), "{error}");
}

#[tokio::test]
async fn a_change_of_any_column_is_detected() {
    for column in [
        "intent",
        "at_ms",
        "actor_kind",
        "actor_name",
        "actor_upn",
        "actor_id",
        "actor_role",
        "address",
        "tenant",
        "action",
        "token_id",
        "token_serial",
        "person_id",
        "person_upn",
        "person_name",
        "run_id",
        "run_row",
        "before_state",
        "after_state",
        "result",
        "reason",
        "request_id",
        "duration_ms",
    ] {
        let file = filled(column).await;
        let change = if matches!(column, "intent" | "at_ms" | "run_row" | "duration_ms") {
            format!("{UNLOCK} UPDATE entries SET {column} = {column} + 1 WHERE number = 9")
        } else {
            format!("{UNLOCK} UPDATE entries SET {column} = {column} || 'x' WHERE number = 9")
        };
        file.tamper(Box::leak(change.into_boxed_str())).await;
        let chain_break = chain_break(&file).await.unwrap_or_else(|| panic!("{column} is not detected"));
        assert_eq!((chain_break.number, chain_break.around.len()), (9, 3), "{column}: {chain_break}");
        assert!(
            chain_break.around[0].starts_with("8 ") && chain_break.around[2].starts_with("10 "),
            "{chain_break}"
        );
    }
}

#[tokio::test]
async fn a_flipped_byte_of_a_hash_is_detected() {
    let sql = "DROP TRIGGER entries_never_change; \
               UPDATE entries SET hash = CAST(x'00' || substr(hash, 2) AS BLOB) WHERE number = 5 AND substr(hash, 1, 1) <> x'00'; \
               UPDATE entries SET hash = CAST(substr(hash, 1, 31) || x'00' AS BLOB) WHERE number = 6 AND substr(hash, 32) <> x'00'";
    assert_eq!(break_after("hash", sql).await.number, 5);
}

#[tokio::test]
async fn a_flipped_byte_in_the_file_is_detected() {
    let file = filled("byte").await;
    let mut bytes = std::fs::read(&file.path).unwrap();
    let wanted = b"request-17";
    let places: Vec<usize> =
        (0..bytes.len() - wanted.len()).filter(|at| bytes[*at..].starts_with(wanted)).collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place] ^= 1;
    }
    std::fs::write(&file.path, bytes).unwrap();
    assert_eq!(chain_break(&file).await.unwrap().number, 18);
}

#[tokio::test]
async fn a_deleted_row_is_detected() {
    let chain_break = break_after("deleted", "DELETE FROM entries WHERE number = 12").await;
    assert_eq!(chain_break.number, 13);
    assert!(chain_break.what.contains("entry 12 is missing"), "{chain_break}");
}

#[tokio::test]
async fn deleted_first_rows_are_detected() {
    let chain_break = break_after("first", "DELETE FROM entries WHERE number < 4").await;
    assert_eq!(chain_break.number, 4);
    assert!(chain_break.what.contains("no retention says"), "{chain_break}");
}

#[tokio::test]
async fn a_reordered_pair_is_detected() {
    let sql = "DROP TRIGGER entries_never_change; UPDATE entries SET number = -1 WHERE number = 14; \
               UPDATE entries SET number = 14 WHERE number = 15; UPDATE entries SET number = 15 WHERE number = -1";
    assert_eq!(break_after("reordered", sql).await.number, 14);
}

#[tokio::test]
async fn an_inserted_row_is_detected() {
    let sql = "CREATE TEMP TABLE copy AS SELECT * FROM entries WHERE number = 32; UPDATE copy SET number = 33; \
               INSERT INTO entries SELECT * FROM copy";
    assert_eq!(break_after("put-in", sql).await.number, 33);
}

#[tokio::test]
async fn a_truncated_end_is_detected_with_a_kept_head() {
    let file = filled("truncated").await;
    let store = file.store().await;
    let kept = store.verify(&audit::Evidence::default()).await.unwrap().head;
    store.database().close().await;
    file.tamper("DELETE FROM entries WHERE number > 25; INSERT INTO search (search) VALUES ('rebuild'); \
                 UPDATE runs SET last_number = (SELECT max(number) FROM entries e WHERE e.run_id = runs.run_id) \
                 WHERE last_number > 25; DELETE FROM runs WHERE last_number IS NULL").await;
    let report = async |kept: Option<ChainHead>| {
        let store: Store = file.store().await;
        let report = store.verify(&Evidence { head: kept, checkpoint: None }).await.unwrap();
        store.database().close().await;
        report.chain_break
    };
    let chain_break = report(Some(kept.clone())).await.unwrap();
    assert_eq!(chain_break.number, 25);
    assert!(chain_break.what.contains("entry 32"), "{chain_break}");
    let another = ChainHead { number: 20, hash: kept.hash };
    assert!(report(Some(another)).await.unwrap().what.contains("rewritten"));
}

#[tokio::test]
async fn derived_tables_must_agree_with_the_entries() {
    for (name, sql, word) in [
        ("open", "INSERT INTO open_intents VALUES (21)", "without an outcome"),
        ("ghost", "INSERT INTO open_intents VALUES (99)", "without an outcome"),
        ("runs", "DROP INDEX runs_by_last; UPDATE runs SET last_number = 3", "runs"),
        ("search", "INSERT INTO search (search) VALUES ('delete-all')", "full text"),
    ] {
        let chain_break = break_after(name, sql).await;
        assert!(chain_break.what.contains(word), "{name}: {chain_break}");
    }
}
