//! Old entries go, and what is left can still be verified.

use server::audit::{Trail, Who};
use token_core::audit::{AuditAction, AuditEntry, AuditFilter, AuditQuery, EntryStatus};

use crate::{
    entries::{plain, various},
    stores::{File, all, trail_at},
};

/// Removes what is older than a moment, and holds the rest against what was there before.
pub async fn leaves_a_trail_that_verifies(trail: &Trail) {
    trail.record((0..40).map(various).collect()).await.unwrap();
    let intent = AuditEntry { at_ms: 1_700_000_020_000, ..plain(AuditAction::Assign, EntryStatus::Open) };
    let open = trail.record(vec![intent]).await.unwrap()[0];
    trail.record((40..60).map(various).collect()).await.unwrap();
    let before = all(trail).await;
    let who = Who::program("contoso.example");

    let cutoff = 1_700_000_030_000;
    let last = trail.retire(&who, cutoff).await.unwrap().unwrap();
    let left = all(trail).await;
    assert!(last > 20 && left[0].number == last + 1, "{last}");
    assert_eq!(left[..left.len() - 1], before[usize::try_from(last).unwrap()..]);
    assert_eq!(left.last().unwrap().action, AuditAction::Retention);
    assert_eq!(trail.store().verify(None).await.unwrap().misfit, None);
    assert_eq!(trail.retire(&who, cutoff).await.unwrap(), None, "there is nothing more to remove");

    // An operation without an outcome stays, and what comes after it.
    let last = trail.retire(&who, 1_800_000_000_000).await.unwrap().unwrap();
    assert_eq!(last, open - 1);
    assert_eq!(trail.store().verify(None).await.unwrap().misfit, None);
    let outcome = AuditEntry { intent: Some(open), ..plain(AuditAction::Assign, EntryStatus::Done) };
    trail.record(vec![outcome]).await.unwrap();
    assert!(trail.retire(&who, 1_800_000_000_000).await.unwrap().unwrap() > open);
    assert_eq!(trail.store().verify(None).await.unwrap().misfit, None);
    let text = AuditFilter { text: Some("user3".to_owned()), ..AuditFilter::default() };
    let found = trail.list(AuditQuery { filter: text, ..AuditQuery::default() }).await.unwrap();
    assert!(found.lines.is_empty(), "what was removed is found no more: {found:?}");
}

#[tokio::test]
async fn removing_old_entries_leaves_a_trail_that_verifies() {
    let file = File::new("retention");
    let trail = file.trail().await;
    leaves_a_trail_that_verifies(&trail).await;
    trail.close().await;
}

#[tokio::test]
async fn a_removal_that_was_interrupted_still_verifies() {
    let file = File::new("interrupted");
    let trail = file.trail().await;
    trail.record((0..60).map(various).collect()).await.unwrap();
    let last = trail.retire(&Who::program(""), 1_700_000_030_000).await.unwrap().unwrap();
    trail.close().await;
    // As if the program had ended before all of it was gone: three of the removed entries are put back.
    let whole = File::new("whole");
    let copy = whole.trail().await;
    copy.record((0..60).map(various).collect()).await.unwrap();
    copy.close().await;
    let back = format!(
        "ATTACH DATABASE '{}' AS whole; \
         INSERT INTO entries SELECT * FROM whole.entries WHERE number BETWEEN {} AND {last}; \
         INSERT INTO search (search) VALUES ('rebuild')",
        whole.path.display(),
        last - 2
    );
    file.tamper(Box::leak(back.into_boxed_str())).await;
    let again = trail_at(&file.at()).await;
    let verdict = again.store().verify(None).await.unwrap();
    assert_eq!((verdict.misfit, verdict.oldest), (None, last - 2));
}

#[tokio::test]
async fn a_removal_that_nobody_announced_shows() {
    let file = File::new("unannounced");
    let trail = file.trail().await;
    trail.record((0..60).map(various).collect()).await.unwrap();
    trail.retire(&Who::program(""), 1_700_000_030_000).await.unwrap().unwrap();
    trail.close().await;
    file.tamper("DELETE FROM entries WHERE number < 40").await;
    let misfit = file.store().await.verify(None).await.unwrap().misfit.unwrap();
    assert_eq!(misfit.number, 40);
}
