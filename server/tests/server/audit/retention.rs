//! Purging old entries; the rest can still be verified.

use audit::{ActorContext, AuditLog};
use token_core::audit::{AuditAction, AuditEntry, AuditFilter, AuditQuery, EntryStatus};

use crate::support::{
    audit_entries::{plain, various},
    audit_stores::{File, all, audit_log_at},
};

/// Purges old entries, and compares the rest with the entries before.
pub async fn purges_and_still_verifies(audit_log: &AuditLog) {
    audit_log.append((0..40).map(various).collect()).await.unwrap();
    let intent = AuditEntry { at_ms: 1_700_000_020_000, ..plain(AuditAction::Assign, EntryStatus::Open) };
    let open = audit_log.append(vec![intent]).await.unwrap()[0];
    audit_log.append((40..60).map(various).collect()).await.unwrap();
    let before = all(audit_log).await;
    let actor = ActorContext::program("contoso.example");

    let cutoff = 1_700_000_030_000;
    let last = audit_log.purge(&actor, cutoff).await.unwrap().unwrap();
    let left = all(audit_log).await;
    assert!(last > 20 && left[0].number == last + 1, "{last}");
    assert_eq!(left[..left.len() - 1], before[usize::try_from(last).unwrap()..]);
    assert_eq!(left.last().unwrap().action, AuditAction::Retention);
    assert_eq!(audit_log.store().verify(&audit::Evidence::default()).await.unwrap().chain_break, None);
    assert_eq!(audit_log.purge(&actor, cutoff).await.unwrap(), None, "there is nothing more to remove");

    // An operation without an outcome stays, and so do later entries.
    let last = audit_log.purge(&actor, 1_800_000_000_000).await.unwrap().unwrap();
    assert_eq!(last, open - 1);
    assert_eq!(audit_log.store().verify(&audit::Evidence::default()).await.unwrap().chain_break, None);
    let outcome = AuditEntry { intent: Some(open), ..plain(AuditAction::Assign, EntryStatus::Done) };
    audit_log.append(vec![outcome]).await.unwrap();
    assert!(audit_log.purge(&actor, 1_800_000_000_000).await.unwrap().unwrap() > open);
    assert_eq!(audit_log.store().verify(&audit::Evidence::default()).await.unwrap().chain_break, None);
    let text = AuditFilter { text: Some("user3".to_owned()), ..AuditFilter::default() };
    let found = audit_log
        .list(&audit::TenantScope::All, AuditQuery { filter: text, ..AuditQuery::default() })
        .await
        .unwrap();
    assert!(found.lines.is_empty(), "purged entries are no longer found: {found:?}");
}

#[tokio::test]
async fn purging_old_entries_keeps_the_chain_verifiable() {
    let file = File::new("retention");
    let audit_log = file.audit_log().await;
    purges_and_still_verifies(&audit_log).await;
    audit_log.close().await;
}

#[tokio::test]
async fn an_interrupted_purge_still_verifies() {
    let file = File::new("interrupted");
    let audit_log = file.audit_log().await;
    audit_log.append((0..60).map(various).collect()).await.unwrap();
    let last = audit_log.purge(&ActorContext::program(""), 1_700_000_030_000).await.unwrap().unwrap();
    audit_log.close().await;
    // As if the program had ended before the purge was complete: three of the purged entries are put back.
    let whole = File::new("whole");
    let copy = whole.audit_log().await;
    copy.append((0..60).map(various).collect()).await.unwrap();
    copy.close().await;
    let back = format!(
        "ATTACH DATABASE '{}' AS whole; \
         INSERT INTO entries SELECT * FROM whole.entries WHERE number BETWEEN {} AND {last}; \
         INSERT INTO search (search) VALUES ('rebuild')",
        whole.path.display(),
        last - 2
    );
    file.tamper(Box::leak(back.into_boxed_str())).await;
    let again = audit_log_at(&file.at()).await;
    let report = again.store().verify(&audit::Evidence::default()).await.unwrap();
    assert_eq!((report.chain_break, report.oldest), (None, last - 2));
}

#[tokio::test]
async fn a_removal_without_a_checkpoint_is_detected() {
    let file = File::new("unannounced");
    let audit_log = file.audit_log().await;
    audit_log.append((0..60).map(various).collect()).await.unwrap();
    audit_log.purge(&ActorContext::program(""), 1_700_000_030_000).await.unwrap().unwrap();
    audit_log.close().await;
    file.tamper("DELETE FROM entries WHERE number < 40").await;
    let chain_break =
        file.store().await.verify(&audit::Evidence::default()).await.unwrap().chain_break.unwrap();
    assert_eq!(chain_break.number, 40);
}
