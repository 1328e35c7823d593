//! A write is recorded as an intent, made, and recorded as an outcome, in this order.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use token_core::{
    audit::{AuditAction, EntryStatus, RunId, RunRows},
    error::ServiceError,
    ports::{Change, MAX_ITEMS, Outcome, Refusal, RefusalKind, Rename},
};

use crate::support::{
    audit_stores::{all, in_memory},
    device::new_token,
    mock_directory::{MockDirectory, activation, actor, assignment, changes, token},
};

#[tokio::test]
async fn every_write_has_an_intent_before_microsoft_is_asked() {
    let audit_log = in_memory().await;
    let tenant = MockDirectory::accepting(&audit_log);
    let directory = audit_log.audited(tenant.clone(), actor());
    assert!(
        directory
            .apply(changes(Change::Create, vec![new_token("SN-1"), new_token("SN-2")]), None)
            .await
            .is_err()
    );
    directory.apply(changes(Change::Assign, vec![assignment(1), assignment(2)]), None).await.unwrap();
    directory.apply(changes(Change::AssignAndActivate, vec![activation(1)]), None).await.unwrap();
    directory.apply(changes(Change::Activate, vec![activation(1)]), None).await.unwrap();
    directory.apply(changes(Change::Unassign, vec![assignment(1)]), None).await.unwrap();
    directory.apply(changes(Change::Deactivate, vec![assignment(1)]), None).await.unwrap();
    directory.apply(changes(Change::Delete, vec![token(1)]), None).await.unwrap();
    directory
        .apply(changes(Change::Rename, vec![Rename { token: token(1), name: "Reserve".to_owned() }]), None)
        .await
        .unwrap();
    let entries = all(&audit_log).await;
    let actions: Vec<AuditAction> = entries.iter().map(|entry| entry.action).collect();
    let expected = [
        AuditAction::Create,
        AuditAction::Create,
        AuditAction::Assign,
        AuditAction::Assign,
        AuditAction::AssignAndActivate,
        AuditAction::Activate,
        AuditAction::Unassign,
        AuditAction::Deactivate,
        AuditAction::Delete,
        AuditAction::Rename,
    ];
    assert_eq!(actions, expected);
    let intents: Vec<u64> = entries.iter().map(|entry| entry.intent.unwrap()).collect();
    assert_eq!(tenant.open_at_write.lock().unwrap().concat(), intents, "open when Microsoft was asked");
}

#[tokio::test]
async fn each_item_has_the_result_of_its_outcome() {
    let audit_log = in_memory().await;
    let refusal = |kind, message: &str| Refusal {
        kind,
        message: message.to_owned(),
        request_id: Some("request-7".to_owned()),
    };
    let tenant = MockDirectory::new(&audit_log, move |_| {
        Ok(vec![
            Outcome::Done(None),
            Outcome::Refused(refusal(RefusalKind::Conflict, "held by another")),
            Outcome::Later { after_ms: None, refusal: refusal(RefusalKind::Throttled, "slow down") },
            Outcome::Unknown(refusal(RefusalKind::Unanswered, "no answer")),
        ])
    });
    let run = RunId::from_random(9);
    let rows = RunRows { id: run.clone(), rows: vec![11, 12, 13, 14], size: 4 };
    let directory = audit_log.audited(tenant, actor());
    directory.apply(changes(Change::Assign, (1..=4).map(assignment).collect()), Some(rows)).await.unwrap();
    let entries = all(&audit_log).await;
    let results: Vec<_> =
        entries.iter().map(|e| (e.result, e.reason.as_str(), e.request_id.as_deref())).collect();
    assert_eq!(
        results,
        [
            (EntryStatus::Done, "", None),
            (EntryStatus::Refused, "held by another", Some("request-7")),
            (EntryStatus::Unknown, "slow down", Some("request-7")),
            (EntryStatus::Unknown, "no answer", Some("request-7")),
        ]
    );
    let rows: Vec<u32> = entries.iter().map(|entry| entry.run.as_ref().unwrap().row).collect();
    assert_eq!(rows, [11, 12, 13, 14]);
    let summary = audit_log.run(&audit::TenantScope::All, &run).await.unwrap().unwrap();
    assert_eq!(
        (summary.of(EntryStatus::Done), summary.of(EntryStatus::Refused), summary.of(EntryStatus::Unknown)),
        (1, 1, 2)
    );
    assert_eq!(audit_log.status(&audit::TenantScope::All).await.unwrap().open, 0);
}

#[tokio::test]
async fn a_call_that_fails_as_a_whole_gives_every_item_its_result() {
    let audit_log = in_memory().await;
    for (error, ending) in [
        (ServiceError::Unreachable { message: "timed out".to_owned() }, EntryStatus::Unknown),
        (ServiceError::Throttled { after_ms: 5 }, EntryStatus::NotDone),
        (ServiceError::StepUp, EntryStatus::Refused),
    ] {
        let answer = error.clone();
        let directory =
            audit_log.audited(MockDirectory::new(&audit_log, move |_| Err(answer.clone())), actor());
        assert_eq!(
            directory.apply(changes(Change::Assign, vec![assignment(1), assignment(2)]), None).await,
            Err(error)
        );
        let entries = all(&audit_log).await;
        assert!(entries.iter().rev().take(2).all(|entry| entry.result == ending), "{entries:?}");
    }
}

#[tokio::test]
async fn a_run_with_fewer_rows_than_items_is_refused() {
    let audit_log = in_memory().await;
    let tenant = MockDirectory::accepting(&audit_log);
    let rows = RunRows { id: RunId::from_random(1), rows: vec![1], size: 4 };
    let directory = audit_log.audited(tenant.clone(), actor());
    let answer =
        directory.apply(changes(Change::Assign, vec![assignment(1), assignment(2)]), Some(rows)).await;
    assert!(matches!(answer, Err(ServiceError::Invalid { .. })), "{answer:?}");
    assert!(tenant.open_at_write.lock().unwrap().is_empty() && all(&audit_log).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_request_was_dropped_still_gets_its_outcome() {
    let audit_log = in_memory().await;
    let (may_answer, was_called) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (gate, called) = (Arc::clone(&may_answer), Arc::clone(&was_called));
    let tenant = MockDirectory::new(&audit_log, move |_| {
        called.store(true, Ordering::SeqCst);
        while !gate.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        Ok(vec![Outcome::Done(None)])
    });
    let directory = audit_log.audited(tenant, actor());
    let call =
        tokio::spawn(
            async move { directory.apply(changes(Change::Assign, vec![assignment(1)]), None).await },
        );
    while !was_called.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    may_answer.store(true, Ordering::SeqCst);
    while audit_log.status(&audit::TenantScope::All).await.unwrap().open > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(all(&audit_log).await[0].result, EntryStatus::Done);
}

#[tokio::test]
async fn a_call_that_the_tenant_would_refuse_as_a_whole_leaves_no_entries() {
    let audit_log = in_memory().await;
    let tenant = MockDirectory::accepting(&audit_log);
    let directory = audit_log.audited(tenant.clone(), actor());
    let many = (0..=u32::try_from(MAX_ITEMS).unwrap()).map(assignment).collect();
    let mixed = vec![Change::Assign(assignment(1)), Change::Delete(token(2))];
    for refused in [changes(Change::Assign, many), mixed] {
        let answer = directory.apply(refused, None).await;
        assert!(matches!(answer, Err(ServiceError::Invalid { .. })), "{answer:?}");
    }
    assert!(all(&audit_log).await.is_empty() && tenant.open_at_write.lock().unwrap().is_empty());
}
