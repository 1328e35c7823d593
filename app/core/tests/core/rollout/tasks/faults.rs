//! One fault at a time, and how a run handles it.

use token_core::{
    error::ServiceError,
    plan::{ActionRequest, TokenAction},
    ports::RefusalKind,
    run::{End, engine::RunResult},
    token::TokenStatus,
};

use super::{TaskRun, requests, seed, shown, stocked, token};
use crate::rollout::{
    fault_plan::{Call, CallFault, FaultPlan, ItemFault},
    rows::{serial, user},
    time::with_virtual_time,
};

type Case = (Call, TokenStatus, fn(usize) -> TokenAction);

/// Each write, with the token status that it needs.
const CASES: [Case; 7] = [
    (Call::Assign, TokenStatus::Available, |n| TokenAction::Assign(user(n))),
    (Call::AssignAndActivate, TokenStatus::Available, |n| TokenAction::AssignAndActivate(user(n), n)),
    (Call::Activate, TokenStatus::Assigned, TokenAction::Activate),
    (Call::Unassign, TokenStatus::Activated, |_| TokenAction::Unassign),
    (Call::Deactivate, TokenStatus::Activated, |_| TokenAction::Deactivate),
    (Call::Delete, TokenStatus::Available, |_| TokenAction::Delete { unassign_first: false }),
    (Call::Rename, TokenStatus::Available, |_| TokenAction::Rename("Spare".to_owned())),
];

/// Runs three tokens with these faults and checks that all are done, with this number of writes.
fn all_are_done(case: &Case, fault_plan: FaultPlan, shows_ms: u64, writes: Option<usize>) {
    let (call, status, action) = case;
    with_virtual_time(async {
        let fake = stocked(3, status).with_faults(fault_plan).delayed(|delays| delays.shows_ms = shows_ms);
        let run = TaskRun::planned(&fake, &requests(&fake, 3, action), &[seed(0), seed(1), seed(2)]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.all_done(), "{call:?}: {}", run.failure(0));
        let log = fake.log();
        assert_eq!((log.blind_writes, log.repeated_codes), (0, 0), "{call:?}");
        if let Some(writes) = writes {
            assert_eq!(log.writes, writes, "{call:?}");
        }
        assert!(fake.histories().iter().all(|(activations, holders)| *activations <= 1 && *holders <= 1));
    });
}

#[test]
fn a_write_without_an_answer_is_retried_only_after_a_lookup() {
    for case in &CASES {
        for carried_out in [true, false] {
            let item_fault = ItemFault::Unanswered { carried_out };
            let writes = if carried_out { 3 } else { 6 };
            all_are_done(case, FaultPlan::first_items(3, case.0, item_fault), 0, Some(writes));
        }
    }
}

#[test]
fn a_write_without_effect_is_reported_with_its_new_name_and_repeated() {
    for (call, status, action) in &CASES {
        with_virtual_time(async {
            let fault_plan = FaultPlan::first_items(1, *call, ItemFault::WithoutEffect);
            let fake = stocked(3, status).with_faults(fault_plan);
            let run = TaskRun::planned(&fake, &requests(&fake, 3, action), &[seed(0), seed(1), seed(2)]);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.all_done(), "{call:?}: {}", run.failure(0));
            let names: Vec<_> = fake.log().unseen.iter().map(|write| write.name.clone()).collect();
            assert_eq!(names, [(*call == Call::Rename).then(|| "Spare".to_owned())], "{call:?}");
        });
    }
}

#[test]
fn a_change_that_shows_late_is_no_failure() {
    for case in &CASES {
        let item_fault = ItemFault::Unanswered { carried_out: true };
        all_are_done(case, FaultPlan::first_items(3, case.0, item_fault), 6_000, None);
    }
}

#[test]
fn throttled_rows_wait_and_are_read_first() {
    for case in &CASES {
        for carried_out in [true, false] {
            let item_fault = ItemFault::Throttled { after_ms: Some(7_000), carried_out };
            let writes = if carried_out { 3 } else { 6 };
            all_are_done(case, FaultPlan::first_items(3, case.0, item_fault), 0, Some(writes));
        }
    }
}

#[test]
fn a_broken_connection_is_waited_for() {
    for case in &CASES {
        for carried_out in [true, false] {
            let mut times = 4;
            let fault_plan = FaultPlan::calls(move |_| {
                times -= 1;
                let error = ServiceError::Unreachable { message: "no route".to_owned() };
                (times > 0).then_some(CallFault { error, carried_out })
            });
            all_are_done(case, fault_plan, 0, None);
        }
    }
}

#[test]
fn a_throttled_call_is_retried_after_a_lookup() {
    for case in &CASES {
        let mut times = 4;
        let fault_plan = FaultPlan::calls(move |_| {
            times -= 1;
            (times > 0).then_some(CallFault {
                error: ServiceError::Throttled { after_ms: 5_000 },
                carried_out: false,
            })
        });
        all_are_done(case, fault_plan, 0, None);
    }
}

#[test]
fn a_conflict_is_retried_and_a_permanent_one_is_a_failure() {
    for case in &CASES {
        let item_fault = || ItemFault::Refused(RefusalKind::Conflict);
        all_are_done(case, FaultPlan::first_items(3, case.0, item_fault()), 0, Some(6));
        with_virtual_time(async {
            let fake = stocked(1, &case.1).with_faults(FaultPlan::first_items(999, case.0, item_fault()));
            let run = TaskRun::planned(&fake, &requests(&fake, 1, case.2), &[seed(0)]);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.failure(0).contains("for no reason"), "{:?}: {}", case.0, run.failure(0));
            assert!(fake.log().writes < 10);
        });
    }
}

#[test]
fn a_refused_row_fails_with_the_reason_and_the_request_id_and_stops_no_other() {
    for (call, status, action) in &CASES {
        for kind in [RefusalKind::BadRequest, RefusalKind::Forbidden, RefusalKind::Other] {
            with_virtual_time(async {
                let fake = stocked(2, status).with_faults(FaultPlan::first_items(
                    1,
                    *call,
                    ItemFault::Refused(kind),
                ));
                let run = TaskRun::planned(&fake, &requests(&fake, 2, action), &[seed(0), seed(1)]);
                assert_eq!(run.go().await, RunResult::Complete);
                let Some(End::Failed(failure)) = run.progress(0).end else {
                    unreachable!("{call:?} {kind:?}")
                };
                assert!(failure.reason.contains("for no reason"), "{}", failure.reason);
                assert_eq!(failure.request_id.as_deref(), Some("request-1"));
                assert!(!failure.remedy.is_empty());
                assert_eq!(failure.reason.contains("permission"), kind == RefusalKind::Forbidden);
                assert!(run.is_done(1));
                assert!(fake.time.elapsed_ms() < 5_000, "a plain refusal is not waited for");
            });
        }
    }
}

#[test]
fn a_token_that_cannot_be_looked_up_fails_its_own_row_alone() {
    with_virtual_time(async {
        let fake = stocked(2, &TokenStatus::Activated).with_faults(FaultPlan::items(|call, serial| {
            match (call, serial) {
                (Call::Unassign, _) => ItemFault::Unanswered { carried_out: true },
                (Call::Read, "s00001") => ItemFault::Refused(RefusalKind::BadRequest),
                _ => ItemFault::None,
            }
        }));
        let run = TaskRun::planned(&fake, &requests(&fake, 2, |_| TokenAction::Unassign), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0));
        assert!(run.failure(1).contains("look this"), "{}", run.failure(1));
    });
}

#[test]
fn a_typed_code_that_is_refused_says_what_to_try() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Assigned);
        // The code of another token.
        let run =
            TaskRun::planned(&fake, &requests(&fake, 1, |_| TokenAction::Activate(0)), &[shown(&fake, 1)]);
        assert_eq!(run.go().await, RunResult::Complete);
        let Some(End::Failed(failure)) = run.progress(0).end else { unreachable!() };
        assert!(failure.reason.contains("refused the code"), "{}", failure.reason);
        for hint in ["next code", "this token", "drifted"] {
            assert!(failure.remedy.contains(hint), "{hint}");
        }
        assert_eq!(fake.log().writes, 1);
    });
}

#[test]
fn a_typed_code_without_an_answer_is_not_sent_again() {
    for (carried_out, writes) in [(true, 1), (false, 1)] {
        with_virtual_time(async {
            let item_fault = ItemFault::Unanswered { carried_out };
            let fake = stocked(1, &TokenStatus::Assigned).with_faults(FaultPlan::first_items(
                1,
                Call::Activate,
                item_fault,
            ));
            let run = TaskRun::planned(
                &fake,
                &requests(&fake, 1, |_| TokenAction::Activate(0)),
                &[shown(&fake, 0)],
            );
            assert_eq!(run.go().await, RunResult::Complete);
            assert_eq!((run.is_done(0), fake.log().writes), (carried_out, writes));
            assert!(carried_out || run.failure(0).contains("not activated"), "{}", run.failure(0));
        });
    }
}

#[test]
fn a_typed_code_that_was_not_checked_is_sent_again() {
    with_virtual_time(async {
        let item_fault = ItemFault::Throttled { after_ms: Some(2_000), carried_out: false };
        let fake = stocked(1, &TokenStatus::Assigned).with_faults(FaultPlan::first_items(
            1,
            Call::Activate,
            item_fault,
        ));
        let run =
            TaskRun::planned(&fake, &requests(&fake, 1, |_| TokenAction::Activate(0)), &[shown(&fake, 0)]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!((run.is_done(0), fake.log().writes), (true, 2));
    });
}

#[test]
fn a_legacy_token_is_read_in_its_users_own_list() {
    for carried_out in [true, false] {
        with_virtual_time(async {
            let item_fault = ItemFault::Unanswered { carried_out };
            let fake = stocked(1, &TokenStatus::Activated).hiding(serial(0).as_str());
            let fake = fake.with_faults(FaultPlan::first_items(1, Call::Unassign, item_fault));
            let request = ActionRequest::one(1, &token(&fake, 0), TokenAction::Unassign).of_legacy();
            let run = TaskRun::planned(&fake, &[request], &[]);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.is_done(0), "{}", run.failure(0));
            assert_eq!((fake.log().unassigned, fake.log().blind_writes), (1, 0));
        });
    }
}

#[test]
fn a_legacy_token_whose_deletion_is_refused_is_not_reported_as_deleted() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Activated).hiding(serial(0).as_str());
        let fake = fake.with_faults(FaultPlan::first_items(
            9,
            Call::Delete,
            ItemFault::Refused(RefusalKind::Forbidden),
        ));
        let request =
            ActionRequest::one(1, &token(&fake, 0), TokenAction::Delete { unassign_first: true }).of_legacy();
        let run = TaskRun::planned(&fake, &[request], &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).starts_with("Already unassigned, but then: "), "{}", run.failure(0));
    });
}

#[test]
fn a_legacy_token_whose_deletion_had_no_answer_is_deleted_once() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Activated).hiding(serial(0).as_str());
        let unanswered = ItemFault::Unanswered { carried_out: true };
        let fake = fake.with_faults(FaultPlan::first_items(1, Call::Delete, unanswered));
        let request =
            ActionRequest::one(1, &token(&fake, 0), TokenAction::Delete { unassign_first: true }).of_legacy();
        let run = TaskRun::planned(&fake, &[request], &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
        // Unassigned, deleted without an answer, and asked once more: Graph does not find the token.
        assert_eq!((fake.log().deleted, fake.log().writes), (1, 3));
    });
}

#[test]
fn a_write_that_is_never_answered_is_given_up_after_twenty_tries() {
    for (call, status, action) in &CASES {
        let unanswered = ItemFault::Unanswered { carried_out: false };
        with_virtual_time(async {
            let fake = stocked(1, status).with_faults(FaultPlan::first_items(usize::MAX, *call, unanswered));
            let run = TaskRun::planned(&fake, &requests(&fake, 1, action), &[seed(0)]);
            assert_eq!(run.go().await, RunResult::Complete);
            let Some(End::Failed(failure)) = run.progress(0).end else { unreachable!("{call:?}") };
            assert_eq!(
                failure.reason,
                "Microsoft Graph gave no usable answer after several tries. Its last answer: 503"
            );
            assert_eq!(failure.remedy, "Try again later: it goes on from where this token stands.");
            let (ms, writes) = (fake.time.elapsed_ms(), fake.log().writes);
            assert!((10..=20).contains(&writes), "{call:?}: {writes} writes");
            assert!((300_000..1_000_000).contains(&ms), "{call:?}: {ms} ms");
        });
    }
}

#[test]
fn a_refusal_after_a_write_without_an_answer_is_final_after_a_minute() {
    for (call, status, action) in &CASES[3..6] {
        with_virtual_time(async {
            let (mut answers, faulty) = (0, *call);
            let fake = stocked(1, status).with_faults(FaultPlan::items(move |call, _| {
                answers += usize::from(call == faulty);
                match answers {
                    _ if call != faulty => ItemFault::None,
                    1 => ItemFault::Unanswered { carried_out: false },
                    _ => ItemFault::Refused(RefusalKind::BadRequest),
                }
            }));
            let run = TaskRun::planned(&fake, &requests(&fake, 1, action), &[]);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.failure(0).ends_with(": for no reason"), "{}", run.failure(0));
            let ms = fake.time.elapsed_ms();
            assert!((60_000..75_000).contains(&ms), "{call:?}: {ms} ms");
            assert_eq!(fake.log().writes, 2);
        });
    }
}

#[test]
fn a_throttled_row_says_what_it_waits_for() {
    for (call, status, action) in &CASES {
        with_virtual_time(async {
            let throttled = ItemFault::Throttled { after_ms: Some(100_000), carried_out: false };
            let fake = stocked(1, status).with_faults(FaultPlan::first_items(usize::MAX, *call, throttled));
            let run = TaskRun::planned(&fake, &requests(&fake, 1, action), &[seed(0)]);
            let stop = async {
                tokio::time::sleep(std::time::Duration::from_secs(5)).await;
                run.stop.request();
            };
            let (result, ()) = futures_util::future::join(run.go(), stop).await;
            assert_eq!(result, RunResult::Stopped);
            assert_eq!(run.progress(0).waiting.as_deref(), Some("Microsoft asks for a pause"), "{call:?}");
        });
    }
}

#[test]
fn a_typed_code_that_only_assigned_the_token_is_not_sent_again() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Available).with_faults(FaultPlan::first_items(
            1,
            Call::AssignAndActivate,
            ItemFault::Partial,
        ));
        let action = |_| TokenAction::AssignAndActivate(user(0), 0);
        let run = TaskRun::planned(&fake, &requests(&fake, 1, action), &[shown(&fake, 0)]);
        assert_eq!(run.go().await, RunResult::Complete);
        let both_halves =
            "The token is assigned to its user, but not activated: Microsoft refused the code: not activated";
        assert_eq!(run.failure(0), both_halves);
        assert_eq!(fake.log().writes, 1);
    });
}
