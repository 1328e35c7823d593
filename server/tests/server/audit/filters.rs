//! Compares what the store lists for a filter with what `AuditFilter::matches` says of each entry.

use audit::AuditLog;
use token_core::audit::{AuditAction, AuditEntry, AuditFilter, AuditQuery, EntryStatus};

use crate::support::{
    audit_entries::{run, various},
    audit_stores::{all, entry, in_memory},
};

const ENTRIES: u64 = 400;

fn filters() -> Vec<AuditFilter> {
    let none = AuditFilter::default();
    let text = |text: &str| Some(text.to_owned());
    vec![
        none.clone(),
        AuditFilter { actor: text("bob@contoso.example"), ..none.clone() },
        AuditFilter { actor: text("zoe@CONTOSO.example"), ..none.clone() },
        AuditFilter { actor: text("Zoë Zebra"), ..none.clone() },
        AuditFilter { actor: text("00000000-0000-4000-8000-000000000001"), ..none.clone() },
        AuditFilter { actor: text("nobody"), ..none.clone() },
        AuditFilter { token: text("sn-00007"), ..none.clone() },
        AuditFilter { token: text("AAAAAAAA-0000-4000-8000-000000000007"), ..none.clone() },
        AuditFilter { person: text("user3@contoso.example"), ..none.clone() },
        AuditFilter { person: text("User 3"), ..none.clone() },
        AuditFilter { action: Some(AuditAction::Assign), ..none.clone() },
        AuditFilter { result: Some(EntryStatus::Refused), ..none.clone() },
        AuditFilter { result: Some(EntryStatus::Open), ..none.clone() },
        AuditFilter { run: Some(run(3)), ..none.clone() },
        AuditFilter { text: text("contoso user1"), ..none.clone() },
        AuditFilter { text: text("reason-2"), ..none.clone() },
        AuditFilter { text: text("\"') OR 1=1 --"), ..none.clone() },
        AuditFilter { from_ms: Some(1_700_000_050_000), to_ms: Some(1_700_000_090_500), ..none.clone() },
        AuditFilter { from_ms: Some(u64::MAX), ..none.clone() },
        AuditFilter { to_ms: Some(1_700_000_003_000), ..none.clone() },
        AuditFilter {
            actor: text("Ann Admin"),
            token: text("SN-00007"),
            result: Some(EntryStatus::Done),
            ..none.clone()
        },
        AuditFilter {
            person: text("user3@contoso.example"),
            action: Some(AuditAction::Create),
            text: text("sn"),
            ..none.clone()
        },
        AuditFilter {
            text: text("assigned"),
            actor: text("bob@contoso.example"),
            run: Some(run(2)),
            ..none.clone()
        },
        AuditFilter {
            from_ms: Some(1_700_000_050_000),
            text: text("user"),
            action: Some(AuditAction::Delete),
            ..none.clone()
        },
        AuditFilter { person: text("o'Brien\"; DROP TABLE entries"), ..none },
    ]
}

/// Fills the audit log and compares the answer to each filter with `AuditFilter::matches`.
pub async fn lists_what_filters_match(audit_log: &AuditLog) {
    for number in 0..ENTRIES / 8 {
        audit_log.append((0..8).map(|at| various(number * 8 + at)).collect()).await.unwrap();
    }
    let everything = all(audit_log).await;
    assert_eq!(everything.len(), usize::try_from(ENTRIES).unwrap());
    for filter in filters() {
        let mut expected: Vec<&AuditEntry> =
            everything.iter().filter(|entry| filter.matches(entry)).collect();
        expected.reverse();
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let ask = AuditQuery { filter: filter.clone(), before, limit: Some(13), ..AuditQuery::default() };
            let page = audit_log.list(&audit::TenantScope::All, ask).await.unwrap();
            found.extend(page.lines.into_iter().map(entry));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn the_store_lists_what_filters_match() {
    lists_what_filters_match(&*in_memory().await).await;
}

#[tokio::test]
async fn each_filter_of_the_test_matches_something() {
    let entries: Vec<AuditEntry> = (0..ENTRIES).map(various).collect();
    let found: Vec<usize> =
        filters().iter().map(|filter| entries.iter().filter(|entry| filter.matches(entry)).count()).collect();
    assert_eq!(
        found.iter().filter(|count| **count == 0).count(),
        5,
        "only the filters meant to match nothing: {found:?}"
    );
}

#[tokio::test]
async fn after_limits_the_list_to_newer_entries() {
    let audit_log = in_memory().await;
    audit_log.append((0..10).map(various).collect()).await.unwrap();
    let page = audit_log
        .list(&audit::TenantScope::All, AuditQuery { limit: Some(3), ..AuditQuery::default() })
        .await
        .unwrap();
    assert_eq!((page.newest, page.next), (10, Some(8)));
    audit_log.append((10..14).map(various).collect()).await.unwrap();
    let ask = AuditQuery { after: Some(page.newest), ..AuditQuery::default() };
    let numbers: Vec<u64> = audit_log
        .list(&audit::TenantScope::All, ask)
        .await
        .unwrap()
        .lines
        .into_iter()
        .map(|line| line.number())
        .collect();
    assert_eq!(numbers, [14, 13, 12, 11]);
}

#[tokio::test]
async fn a_filter_that_is_too_long_is_refused() {
    let audit_log = in_memory().await;
    let filter = AuditFilter { text: Some("x".repeat(300)), ..AuditFilter::default() };
    assert!(
        audit_log
            .list(&audit::TenantScope::All, AuditQuery { filter, ..AuditQuery::default() })
            .await
            .is_err()
    );
}
