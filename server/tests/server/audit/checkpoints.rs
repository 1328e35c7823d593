//! Forged stores against heads and checkpoints that were kept elsewhere, and proofs of single entries.

use std::path::Path;

use audit::{ActorContext, ChainBreak, Checkpoint, Evidence, HeadSigningKey, VerifyReport};
use token_core::audit::{AuditAction, AuditEntry, ChainHead, EntryStatus};

use crate::support::{
    audit_entries::{plain, various},
    audit_stores::File,
};

pub const ORIGIN: &str = "tokens.example/audit";

pub fn signing_key(name: &str) -> HeadSigningKey {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/keys/audit.{name}.pem"));
    HeadSigningKey::from_pem(&std::fs::read(file).unwrap()).unwrap()
}

/// A store of 600 entries: two full tiles and a third one.
pub async fn filled(name: &str) -> File {
    let file = File::new(name);
    let audit_log = file.audit_log().await;
    audit_log.append((0..600).map(various).collect()).await.unwrap();
    audit_log.close().await;
    file
}

async fn checkpoint(file: &File) -> Checkpoint {
    let store = file.store().await;
    let checkpoint = store.checkpoint(ORIGIN).await.unwrap();
    store.database().close().await;
    checkpoint
}

async fn head_at(file: &File, number: u64) -> ChainHead {
    let store = file.store().await;
    let row = store.scan(i64::try_from(number).unwrap(), 1).await.unwrap().remove(0);
    store.database().close().await;
    ChainHead { number, hash: row.hash.iter().map(|byte| format!("{byte:02x}")).collect() }
}

async fn verify(file: &File, head: Option<&ChainHead>, checkpoint: Option<&Checkpoint>) -> VerifyReport {
    let store = file.store().await;
    let evidence = Evidence { head: head.cloned(), checkpoint: checkpoint.cloned() };
    let report = store.verify(&evidence).await.unwrap();
    store.database().close().await;
    report
}

fn expect_break(report: VerifyReport, number: u64, word: &str) -> ChainBreak {
    let chain_break = report.chain_break.unwrap_or_else(|| panic!("{word}: nothing is found"));
    assert_eq!(chain_break.number, number, "{chain_break}");
    assert!(chain_break.what.contains(word), "{chain_break}");
    chain_break
}

/// Removes the entries up to 400 as the program does.
async fn purge(file: &File) {
    let audit_log = file.audit_log().await;
    let last =
        audit_log.purge(&ActorContext::program("contoso.example"), 1_700_000_400_000).await.unwrap().unwrap();
    assert!((390..=400).contains(&last), "{last}");
    audit_log.close().await;
}

/// Makes the other tables agree with the entries after some were removed.
const REPAIR: &str = "INSERT INTO search (search) VALUES ('rebuild'); \
    DELETE FROM runs WHERE run_id NOT IN (SELECT run_id FROM entries); \
    UPDATE runs SET first_number = (SELECT min(number) FROM entries e WHERE e.run_id = runs.run_id), \
    last_number = (SELECT max(number) FROM entries e WHERE e.run_id = runs.run_id); ";

#[tokio::test]
async fn a_forged_retention_does_not_excuse_a_kept_head() {
    let file = filled("forged-retention").await;
    let (head, last) = (head_at(&file, 300).await, head_at(&file, 400).await);
    let before = checkpoint(&file).await;
    assert_eq!(verify(&file, Some(&head), Some(&before)).await.chain_break, None);
    // Whoever can write to the database can append the record of a retention, and remove what it names.
    let audit_log = file.audit_log().await;
    let record = AuditEntry {
        before: "entries up to 400".to_owned(),
        after: format!("removed; the last of them had the hash {}", last.hash),
        ..plain(AuditAction::Retention, EntryStatus::Done)
    };
    audit_log.append(vec![record]).await.unwrap();
    audit_log.close().await;
    let forge = format!("DELETE FROM entries WHERE number <= 400; DELETE FROM tiles; {REPAIR}");
    file.tamper(Box::leak(forge.into_boxed_str())).await;

    let alone = verify(&file, None, None).await;
    assert_eq!(alone.chain_break, None, "the store agrees with itself");
    assert!(!alone.removal.unwrap().is_vouched_for);
    expect_break(verify(&file, Some(&head), None).await, 300, "Only the store itself says");
    expect_break(verify(&file, Some(&head), Some(&before)).await, 600, "rewritten");
}

#[tokio::test]
async fn a_checkpoint_made_after_a_removal_vouches_for_it() {
    let file = filled("vouched").await;
    let (head, before) = (head_at(&file, 300).await, checkpoint(&file).await);
    purge(&file).await;
    let after = checkpoint(&file).await;
    let report = verify(&file, Some(&head), Some(&after)).await;
    assert_eq!(report.chain_break, None);
    assert!(report.removal.unwrap().is_vouched_for);
    expect_break(verify(&file, Some(&head), Some(&before)).await, 300, "Only the store itself says");
    expect_break(verify(&file, Some(&head), None).await, 300, "Only the store itself says");
    let another = ChainHead { number: 300, hash: head_at(&file, 500).await.hash };
    expect_break(verify(&file, Some(&another), Some(&after)).await, 300, "another entry than the head");
    assert_eq!(verify(&file, None, Some(&before)).await.chain_break, None, "older checkpoints still fit");
}

#[tokio::test]
async fn a_rewritten_or_shortened_store_does_not_fit_a_checkpoint() {
    let file = filled("rewritten").await;
    let kept = checkpoint(&file).await;
    let other = File::new("other-entries");
    let audit_log = other.audit_log().await;
    audit_log.append((1..650).map(various).collect()).await.unwrap();
    audit_log.close().await;
    assert_eq!(verify(&other, None, None).await.chain_break, None);
    expect_break(verify(&other, None, Some(&kept)).await, 600, "rewritten");
    let shorten = format!(
        "DELETE FROM entries WHERE number > 580; DELETE FROM tiles WHERE level = 0 AND tile_index = 2; {REPAIR}"
    );
    file.tamper(Box::leak(shorten.into_boxed_str())).await;
    expect_break(verify(&file, None, Some(&kept)).await, 580, "end of the trail is missing");
}

#[tokio::test]
async fn one_entry_is_proven_with_few_hashes() {
    let file = filled("proven").await;
    let kept = checkpoint(&file).await;
    let store = file.store().await;
    for number in [1, 2, 256, 257, 400, 512, 600] {
        let proven = store.prove_entry(number, &kept).await.unwrap().unwrap();
        assert_eq!(u64::try_from(proven.row.number), Ok(number));
        assert!(proven.proof.len() <= 10, "{}", proven.proof.len());
    }
    for outside in [0, 601] {
        assert!(store.prove_entry(outside, &kept).await.unwrap().unwrap_err().contains("from 1 to 600"));
    }
    store.database().close().await;
    purge(&file).await;
    let store = file.store().await;
    let oldest = u64::try_from(store.oldest().await.unwrap()).unwrap();
    assert!(store.prove_entry(oldest, &kept).await.unwrap().is_ok(), "the first entry that is left");
    assert_eq!(store.prove_entry(oldest - 1, &kept).await.unwrap(), Err("it is missing.".to_owned()));
}

#[tokio::test]
async fn an_altered_entry_is_not_proven_whatever_else_was_altered() {
    for (name, forge) in [
        ("content", "UPDATE entries SET reason = 'x' WHERE number = 77"),
        ("hash", "UPDATE entries SET hash = zeroblob(32) WHERE number = 77"),
        ("before", "UPDATE entries SET hash = zeroblob(32) WHERE number = 76"),
        ("missing", "DELETE FROM entries WHERE number = 77"),
        ("tile", "UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 0 AND tile_index = 0"),
        ("root", "UPDATE tiles SET root = zeroblob(32) WHERE level = 0 AND tile_index = 1"),
    ] {
        let file = filled(&format!("altered-{name}")).await;
        let kept = checkpoint(&file).await;
        file.tamper("DROP TRIGGER entries_never_change").await;
        file.tamper(forge).await;
        let store = file.store().await;
        let outcome = store.prove_entry(77, &kept).await.unwrap();
        assert!(outcome.is_err(), "{name}");
        store.database().close().await;
        assert!(verify(&file, None, None).await.chain_break.is_some(), "{name}");
    }
}

#[tokio::test]
async fn a_store_that_was_purged_before_it_had_a_tree_gets_one() {
    let file = filled("upgraded").await;
    purge(&file).await;
    // As an earlier version left it.
    file.tamper("DELETE FROM tiles").await;
    let kept = checkpoint(&file).await;
    let audit_log = file.audit_log().await;
    audit_log.append((0..300).map(various).collect()).await.unwrap();
    audit_log.close().await;
    assert_eq!(verify(&file, None, Some(&kept)).await.chain_break, None);
    assert_eq!(verify(&file, None, Some(&checkpoint(&file).await)).await.chain_break, None);
}

#[test]
fn a_checkpoint_is_read_by_a_known_key_only() {
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 7, root: [7; 32] };
    let note = checkpoint.sign(&signing_key("one")).to_string();
    let (own, foreign) = (signing_key("one").verifier_key(ORIGIN), signing_key("two").verifier_key(ORIGIN));
    assert_eq!(Checkpoint::read(&note, &own, None), Ok(checkpoint));
    assert!(Checkpoint::read(&note, &foreign, None).unwrap_err().contains("has not signed it"));
    assert!(Checkpoint::read(&note.replace("\n7\n", "\n8\n"), &own, None).unwrap_err().contains("altered"));
    let renamed = signing_key("one").verifier_key("other.example/audit");
    assert!(Checkpoint::read(&note, &renamed, None).is_err(), "the name of the log counts");
}
