//! Lists with each run as one line.

use audit::AuditLog;
use token_core::audit::{
    AuditAction, AuditEntry, AuditFilter, AuditLogLine, AuditQuery, EntryStatus, RunRow,
};

use crate::support::{
    audit_entries::{plain, run},
    audit_stores::in_memory,
};

fn of_run(number: u64, row: u32, result: EntryStatus) -> AuditEntry {
    AuditEntry { run: Some(RunRow { id: run(number), row }), ..plain(AuditAction::Assign, result) }
}

fn grouped_by_run() -> AuditQuery {
    AuditQuery { group_runs: true, ..AuditQuery::default() }
}

#[tokio::test]
async fn a_run_is_one_line_that_moves_up_while_it_runs() {
    let audit_log = in_memory().await;
    audit_log.append(vec![plain(AuditAction::SignIn, EntryStatus::Done)]).await.unwrap();
    audit_log.append((1..=30).map(|row| of_run(1, row, EntryStatus::Done)).collect()).await.unwrap();
    audit_log.append(vec![plain(AuditAction::Check, EntryStatus::Done)]).await.unwrap();
    let page = audit_log.list(&audit::TenantScope::All, grouped_by_run()).await.unwrap();
    let numbers: Vec<u64> = page.lines.iter().map(AuditLogLine::number).collect();
    assert_eq!(numbers, [32, 31, 1]);

    audit_log.append(vec![of_run(1, 31, EntryStatus::Refused)]).await.unwrap();
    let new = audit_log
        .list(&audit::TenantScope::All, AuditQuery { after: Some(page.newest), ..grouped_by_run() })
        .await
        .unwrap();
    let [AuditLogLine::Run(line)] = new.lines.as_slice() else { panic!("{new:?}") };
    assert_eq!((line.first, line.last), (2, 33));
    assert_eq!((line.of(EntryStatus::Done), line.of(EntryStatus::Refused)), (30, 1));
    assert_eq!(line.actor.upn, "ann@contoso.example");
}

#[tokio::test]
async fn operations_in_progress_are_counted() {
    let audit_log = in_memory().await;
    audit_log.append((1..=3).map(|row| of_run(1, row, EntryStatus::Open)).collect()).await.unwrap();
    let page = audit_log.list(&audit::TenantScope::All, grouped_by_run()).await.unwrap();
    let [AuditLogLine::Run(line)] = page.lines.as_slice() else { panic!("{page:?}") };
    assert_eq!(line.of(EntryStatus::Open), 3);
    let outcome = AuditEntry { intent: Some(2), ..of_run(1, 2, EntryStatus::Done) };
    audit_log.append(vec![outcome]).await.unwrap();
    let line = audit_log.run(&audit::TenantScope::All, &run(1)).await.unwrap().unwrap();
    assert_eq!((line.of(EntryStatus::Open), line.of(EntryStatus::Done)), (2, 1));
}

#[tokio::test]
async fn pages_with_many_runs_and_entries_leave_nothing_out() {
    let audit_log = in_memory().await;
    for number in 0..120 {
        audit_log
            .append(vec![of_run(number, 1, EntryStatus::Done), of_run(number, 2, EntryStatus::Done)])
            .await
            .unwrap();
        audit_log
            .append((0..3).map(|_| plain(AuditAction::Check, EntryStatus::Done)).collect())
            .await
            .unwrap();
    }
    let mut numbers = Vec::new();
    let mut before = None;
    loop {
        let page = audit_log
            .list(&audit::TenantScope::All, AuditQuery { before, limit: Some(100), ..grouped_by_run() })
            .await
            .unwrap();
        numbers.extend(page.lines.iter().map(AuditLogLine::number));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    // Of each five entries the first two are one line, with the number of the second.
    let expected: Vec<u64> = (1..=600).filter(|number| number % 5 != 1).rev().collect();
    assert_eq!(numbers, expected);
}

#[tokio::test]
async fn a_second_outcome_of_an_operation_is_not_stored() {
    let audit_log = in_memory().await;
    audit_log.append(vec![of_run(1, 1, EntryStatus::Open)]).await.unwrap();
    let outcome = AuditEntry { intent: Some(1), ..of_run(1, 1, EntryStatus::Done) };
    assert_eq!(audit_log.append(vec![outcome.clone(), outcome.clone()]).await.unwrap(), [2, 0]);
    assert_eq!(audit_log.append(vec![outcome]).await.unwrap(), [0]);
    assert_eq!(audit_log.status(&audit::TenantScope::All).await.unwrap().head.unwrap().number, 2);
}

#[tokio::test]
async fn runs_are_lines_within_a_time_range_too() {
    groups_a_time_range(&*in_memory().await).await;
}

pub async fn groups_a_time_range(audit_log: &AuditLog) {
    let at = |at_ms: u64, entry: AuditEntry| AuditEntry { at_ms, ..entry };
    let run = |number: u64, moments: [u64; 2]| {
        moments.map(|moment| at(moment, of_run(number, 1, EntryStatus::Done))).to_vec()
    };
    audit_log.append(run(1, [1_000, 2_000])).await.unwrap();
    audit_log.append(vec![at(2_500, plain(AuditAction::SignIn, EntryStatus::Done))]).await.unwrap();
    audit_log.append(run(2, [3_000, 6_000])).await.unwrap();
    audit_log.append(vec![at(6_500, plain(AuditAction::SignOut, EntryStatus::Done))]).await.unwrap();
    audit_log.append(run(3, [7_000, 8_000])).await.unwrap();
    for (from, to, expected) in [
        (None, None, vec![8, 6, 5, 3, 2]),
        // A run is listed when it overlaps the range.
        (Some(2_500), Some(6_500), vec![5, 3]),
        (Some(6_000), None, vec![8, 6, 5]),
        (None, Some(3_000), vec![3, 2]),
        (Some(8_001), None, vec![]),
    ] {
        let filter = AuditFilter { from_ms: from, to_ms: to, ..AuditFilter::default() };
        let page = audit_log
            .list(&audit::TenantScope::All, AuditQuery { filter, ..grouped_by_run() })
            .await
            .unwrap();
        let numbers: Vec<u64> = page.lines.iter().map(AuditLogLine::number).collect();
        assert_eq!(numbers, expected, "{from:?} to {to:?}");
    }
    let refused = AuditFilter { from_ms: Some(1), result: Some(EntryStatus::Done), ..AuditFilter::default() };
    let page = audit_log
        .list(&audit::TenantScope::All, AuditQuery { filter: refused, ..grouped_by_run() })
        .await
        .unwrap();
    assert_eq!(page.lines.len(), 8, "with other conditions the list is entry by entry");
}
