//! Random combinations of faults and delays: the invariants of a run always hold.

use proptest::prelude::*;
use token_core::{
    error::ServiceError,
    plan::{ActionRequest, TokenAction},
    ports::RefusalKind,
    run::{End, engine::RunResult},
    token::TokenStatus,
};

use super::{TaskRun, seed, stocked, token};
use crate::rollout::{
    fake::FakeTenant,
    fault_plan::{Call, CallFault, FaultPlan, ItemFault, SeededRng},
    rows::{serial, user},
    time::with_virtual_time,
};

const ROWS: usize = 60;

fn fault_plan(seed: u64, item_faults: u64, call_faults: u64) -> FaultPlan {
    let (mut call_rng, mut item_rng) = (SeededRng(seed), SeededRng(!seed));
    FaultPlan {
        call_fault: Box::new(move |_| {
            call_rng.percent(call_faults).then(|| {
                let error = match call_rng.below(3) {
                    0 => ServiceError::Throttled { after_ms: call_rng.below(20_000) },
                    1 => ServiceError::Disconnected,
                    _ => ServiceError::SignedOut,
                };
                CallFault { error, carried_out: call_rng.percent(50) }
            })
        }),
        item_fault: Box::new(move |call, _| {
            if call == Call::Read || !item_rng.percent(item_faults) {
                return ItemFault::None;
            }
            let carried_out = item_rng.percent(50);
            match item_rng.below(6) {
                0 | 1 => ItemFault::Throttled { after_ms: Some(item_rng.below(15_000)), carried_out },
                2..=3 => ItemFault::Unanswered { carried_out },
                4 => ItemFault::Refused(RefusalKind::Conflict),
                _ if item_rng.percent(10) => ItemFault::MovedTo(user(1_000).id),
                _ => ItemFault::Refused(RefusalKind::Forbidden),
            }
        }),
    }
}

fn action(kind: usize, n: usize) -> (TokenStatus, TokenAction) {
    match kind {
        0 => (TokenStatus::Available, TokenAction::Assign(user(n))),
        1 => (TokenStatus::Available, TokenAction::AssignAndActivate(user(n), n)),
        2 => (TokenStatus::Assigned, TokenAction::Activate(n)),
        3 => (TokenStatus::Activated, TokenAction::Unassign),
        4 => (TokenStatus::Activated, TokenAction::Deactivate),
        _ => (TokenStatus::Activated, TokenAction::Delete { unassign_first: true }),
    }
}

/// Whether a token is in the state that its action requests.
fn is_as_wanted(fake: &FakeTenant, kind: usize, n: usize) -> bool {
    let Some(token) = fake.token(serial(n).as_str()) else { return kind == 5 };
    let mine = token.assigned_to.as_ref().is_some_and(|assigned_to| assigned_to.id == user(n).id);
    match kind {
        0 => mine,
        1 | 2 => mine && token.status == TokenStatus::Activated,
        3 => !mine,
        4 => mine && token.status != TokenStatus::Activated,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_for_every_action(
        seed_number in any::<u64>(), kind in 0..6_usize, item_faults in 0..60_u64, call_faults in 0..25_u64, shows_ms in 0..10_000_u64,
    ) {
        with_virtual_time(async {
            let fake = stocked(ROWS, &action(kind, 0).0)
                .with_faults(fault_plan(seed_number, item_faults, call_faults))
                .delayed(|delays| delays.shows_ms = shows_ms);
            let requests: Vec<ActionRequest> =
                (0..ROWS).map(|n| ActionRequest::one(n as u64, &token(&fake, n), action(kind, n).1)).collect();
            let code_sources: Vec<_> = (0..ROWS).map(seed).collect();
            let run = TaskRun::planned(&fake, &requests, &code_sources);
            let mut ended = run.go().await;
            for _ in 0..500 {
                if ended == RunResult::Complete {
                    break;
                }
                ended = run.go().await;
            }
            assert_eq!(ended, RunResult::Complete, "every row ends");
            for n in 0..ROWS {
                match run.progress(n).end {
                    _ if fake.was_changed_concurrently(serial(n).as_str()) => {}
                    Some(End::Done) => assert!(is_as_wanted(&fake, kind, n), "row {n}: {:?}", token(&fake, n)),
                    Some(End::Failed(why)) => {
                        assert!(!is_as_wanted(&fake, kind, n), "row {n} is as wanted: {why:?}");
                    }
                    end => unreachable!("row {n} ended as {end:?}"),
                }
            }
            let log = fake.log();
            assert_eq!((log.blind_writes, log.repeated_codes), (0, 0));
            assert!(log.unassigned <= ROWS && log.deleted <= ROWS);
        });
    }
}
