//! One fault at a time, and how a run handles it.

use token_core::{
    plan::Mode,
    ports::RefusalKind,
    run::{End, Stage, engine::RunResult},
    token::TokenStatus,
};

use super::{
    fake::FakeTenant,
    fault_plan::{Call, FaultPlan, ItemFault},
    rows::{entries, new_token, user},
    time::with_virtual_time,
    watch::Run,
};

pub(super) fn fake_tenant() -> FakeTenant {
    FakeTenant::new((0..200).map(user))
}

/// Runs three rows to activation with these faults and checks that all of them are done.
pub(super) fn all_are_done(fake: impl FnOnce(FakeTenant) -> FakeTenant) -> (u64, super::fake::Log) {
    with_virtual_time(async {
        let fake = fake(fake_tenant());
        let run = Run::planned(&fake, Mode::Activate, &entries(3)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        for row in 0..3 {
            assert!(run.is_done(row), "{}", run.failure(row));
            assert_eq!(run.truth(row), Stage::Activated);
        }
        assert!(fake.histories().iter().all(|history| *history == (1, 1)));
        assert_eq!(fake.log().created, 3);
        assert_eq!(fake.log().blind_writes, 0);
        assert_eq!(fake.log().repeated_codes, 0);
        (fake.time.elapsed_ms(), fake.log())
    })
}

#[test]
fn a_write_without_an_answer_is_retried_only_after_a_lookup() {
    for call in [Call::Create, Call::AssignAndActivate] {
        for carried_out in [true, false] {
            let item_fault = ItemFault::Unanswered { carried_out };
            let (_, log) = all_are_done(|fake| fake.with_faults(FaultPlan::first_items(3, call, item_fault)));
            assert_eq!(log.writes, if carried_out { 6 } else { 9 }, "{call:?}, carried out: {carried_out}");
        }
    }
}

#[test]
fn a_throttled_row_waits_for_retry_after() {
    for call in [Call::Create, Call::AssignAndActivate] {
        for carried_out in [true, false] {
            let item_fault = ItemFault::Throttled { after_ms: Some(17_000), carried_out };
            let (ms, log) =
                all_are_done(|fake| fake.with_faults(FaultPlan::first_items(1, call, item_fault)));
            assert!((17_000..60_000).contains(&ms), "{ms} ms");
            assert_eq!(log.writes, if carried_out { 6 } else { 7 });
        }
    }
}

#[test]
fn throttling_without_retry_after_causes_a_back_off() {
    let item_fault = ItemFault::Throttled { after_ms: None, carried_out: false };
    let (ms, _) = all_are_done(|fake| fake.with_faults(FaultPlan::first_items(30, Call::Create, item_fault)));
    assert!(ms > 60_000, "ten throttled tries of three rows took {ms} ms");
}

#[test]
fn when_most_rows_are_throttled_the_whole_run_pauses_and_says_so() {
    with_virtual_time(async {
        let item_fault = ItemFault::Throttled { after_ms: Some(20_000), carried_out: false };
        let fake = fake_tenant().with_faults(FaultPlan::first_items(160, Call::Create, item_fault));
        let run = Run::planned(&fake, Mode::Import, &entries(200)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(*run.pauses.borrow(), [Some(20_000), None]);
        assert_eq!(fake.log().created, 200);
    });
}

#[test]
fn late_visibility_is_waited_out() {
    let (ms, log) = all_are_done(|fake| {
        fake.delayed(|delays| {
            delays.usable_ms = 12_000;
            delays.appears_ms = 12_000;
        })
    });
    assert!((12_000..40_000).contains(&ms), "{ms} ms");
    assert!(log.writes < 25, "{} writes wait for three tokens", log.writes);
}

#[test]
fn a_delayed_status_is_no_failure() {
    for carried_out in [true, false] {
        all_are_done(|fake| {
            let item_fault = ItemFault::Unanswered { carried_out };
            fake.with_faults(FaultPlan::first_items(3, Call::AssignAndActivate, item_fault))
                .delayed(|delays| delays.shows_ms = 9_000)
        });
    }
}

#[test]
fn a_created_token_without_an_answer_is_found_when_it_shows_late() {
    for item_fault in [
        ItemFault::Unanswered { carried_out: true },
        ItemFault::Throttled { after_ms: None, carried_out: true },
    ] {
        all_are_done(|fake| {
            fake.with_faults(FaultPlan::first_items(3, Call::Create, item_fault)).delayed(|delays| {
                delays.appears_ms = 25_000;
                delays.usable_ms = 30_000;
            })
        });
    }
}

#[test]
fn an_assignment_with_a_conflict_is_retried() {
    with_virtual_time(async {
        let item_fault = ItemFault::Refused(RefusalKind::Conflict);
        let fake = fake_tenant().with_faults(FaultPlan::first_items(6, Call::Assign, item_fault));
        let run = Run::planned(&fake, Mode::Assign, &entries(3)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..3).all(|row| run.is_done(row)));
    });
    all_are_done(|fake| {
        fake.with_faults(FaultPlan::first_items(
            3,
            Call::AssignAndActivate,
            ItemFault::Refused(RefusalKind::Conflict),
        ))
    });
}

#[test]
fn a_permanent_conflict_is_a_failure() {
    with_virtual_time(async {
        let fake = fake_tenant().with_faults(FaultPlan::first_items(
            999,
            Call::Assign,
            ItemFault::Refused(RefusalKind::Conflict),
        ));
        let run = Run::planned(&fake, Mode::Assign, &entries(1)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).contains("for no reason"));
        assert!(fake.log().writes < 10);
    });
}

#[test]
fn a_serial_that_exists_but_never_shows_fails_after_a_minute() {
    with_virtual_time(async {
        let fake = fake_tenant().with(new_token(0), TokenStatus::Available, None);
        let fake = fake.delayed(|delays| delays.appears_ms = u64::MAX / 2);
        let run = Run::planned(&fake, Mode::Activate, &entries(1)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).contains("exists, but does not show it"), "{}", run.failure(0));
        assert_eq!(fake.log().writes, 1);
        assert!((60_000..90_000).contains(&fake.time.elapsed_ms()));
    });
}

#[test]
fn a_token_that_somebody_created_meanwhile_is_used() {
    with_virtual_time(async {
        let fake = fake_tenant();
        let run = Run::planned(&fake, Mode::Activate, &entries(3)).await;
        let meanwhile = Run::planned(&fake, Mode::Import, &entries(2)).await;
        assert_eq!(meanwhile.go().await, RunResult::Complete);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..3).all(|row| run.is_done(row) && run.truth(row) == Stage::Activated));
        assert_eq!(fake.log().created, 3);
    });
}

#[test]
fn a_token_that_somebody_created_meanwhile_may_show_late() {
    with_virtual_time(async {
        let fake = fake_tenant().delayed(|delays| (delays.appears_ms, delays.usable_ms) = (20_000, 20_000));
        let run = Run::planned(&fake, Mode::Activate, &entries(1)).await;
        assert_eq!(Run::planned(&fake, Mode::Import, &entries(1)).await.go().await, RunResult::Complete);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
    });
}

#[test]
fn a_token_that_somebody_deleted_and_created_anew_is_found_under_its_new_id() {
    with_virtual_time(async {
        let fake = fake_tenant().with(new_token(0), TokenStatus::Available, None);
        let planned = Run::planned(&fake, Mode::Activate, &entries(1)).await.rows;
        let fake = fake.with(new_token(0), TokenStatus::Available, None);
        fake.set_faults(FaultPlan::first_items(
            1,
            Call::AssignAndActivate,
            ItemFault::Throttled { after_ms: None, carried_out: false },
        ));
        let run = Run::of(&fake, planned, &entries(1));
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
    });
}

#[test]
fn a_token_that_was_assigned_but_not_activated_is_activated() {
    let (_, log) = all_are_done(|fake| {
        fake.with_faults(FaultPlan::first_items(1, Call::AssignAndActivate, ItemFault::Partial))
    });
    assert_eq!(log.writes, 7);
    assert_eq!(log.calls.iter().filter(|(call, _)| *call == Call::Activate).count(), 1);
}

#[test]
fn no_other_code_is_sent_after_a_refused_one() {
    for assigned_to in [None, Some(user(0))] {
        with_virtual_time(async {
            let mut other = new_token(0);
            other.seed = token_core::seed::Seed::from_bytes(vec![9; 20]).unwrap();
            let status = if assigned_to.is_some() { TokenStatus::Assigned } else { TokenStatus::Available };
            let fake = fake_tenant().with(other, status, assigned_to.as_ref());
            let run = Run::planned(&fake, Mode::Activate, &entries(1)).await;
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.failure(0).contains("the code is not valid"), "{}", run.failure(0));
            assert_eq!(fake.log().writes, 1);
        });
    }
}

#[test]
fn a_token_that_was_assigned_to_somebody_else_is_not_changed() {
    with_virtual_time(async {
        let fake = fake_tenant().with_faults(FaultPlan::first_items(
            1,
            Call::AssignAndActivate,
            ItemFault::TakenBy(user(7).id),
        ));
        let run = Run::planned(&fake, Mode::Activate, &entries(2)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(run.failure(0), "The token was meanwhile assigned to User 7");
        assert_eq!(fake.stage(&run.rows[0].serial, Some(&user(7).id)), Stage::Assigned);
        assert!(run.is_done(1));
    });
}

#[test]
fn a_token_that_was_deleted_meanwhile_is_reported() {
    with_virtual_time(async {
        let fake = fake_tenant()
            .with(new_token(0), TokenStatus::Available, None)
            .with_faults(FaultPlan::first_items(1, Call::AssignAndActivate, ItemFault::Deleted));
        let run = Run::planned(&fake, Mode::Activate, &entries(1)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).contains("deleted meanwhile"), "{}", run.failure(0));
    });
}

#[test]
fn a_refused_row_fails_with_the_reason_and_the_request_id() {
    for (call, kind) in [
        (Call::Create, RefusalKind::BadRequest),
        (Call::Create, RefusalKind::Forbidden),
        (Call::AssignAndActivate, RefusalKind::Forbidden),
        (Call::AssignAndActivate, RefusalKind::Other),
    ] {
        with_virtual_time(async {
            let fake = fake_tenant().with_faults(FaultPlan::first_items(1, call, ItemFault::Refused(kind)));
            let run = Run::planned(&fake, Mode::Activate, &entries(2)).await;
            assert_eq!(run.go().await, RunResult::Complete);
            let Some(End::Failed(failure)) = run.progress(0).end else { unreachable!("{call:?} {kind:?}") };
            assert!(failure.reason.contains("for no reason"), "{}", failure.reason);
            assert_eq!(failure.request_id.as_deref(), Some("request-1"));
            assert!(!failure.remedy.is_empty());
            assert_eq!(run.progress(0).stage, run.truth(0));
            assert!(run.is_done(1));
            assert!(fake.time.elapsed_ms() < 5_000, "a plain refusal is not waited for");
        });
    }
}

#[test]
fn a_serial_that_cannot_be_looked_up_fails_its_own_row_alone() {
    with_virtual_time(async {
        let fake = fake_tenant().with_faults(FaultPlan::items(|call, serial| match (call, serial) {
            (Call::Create, _) => ItemFault::Throttled { after_ms: None, carried_out: true },
            (Call::Read, "s00001") => ItemFault::Refused(RefusalKind::BadRequest),
            _ => ItemFault::None,
        }));
        let run = Run::planned(&fake, Mode::Activate, &entries(3)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0) && run.is_done(2));
        assert!(run.failure(1).contains("look this serial number up"), "{}", run.failure(1));
        assert_eq!(fake.log().created, 3);
    });
}

#[test]
fn another_manufacturers_token_is_not_taken_for_the_rows() {
    with_virtual_time(async {
        let fake = fake_tenant();
        let rows = Run::planned(&fake, Mode::Activate, &entries(1)).await.rows;
        let mut other = new_token(0);
        other.manufacturer = "Fabrikam".to_owned();
        let fake = fake.with(other, TokenStatus::Available, None);
        let run = Run::of(&fake, rows, &entries(1));
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).contains("a token of Fabrikam has this serial"), "{}", run.failure(0));
        assert_eq!(fake.stage(&run.rows[0].serial, None), Stage::Created);
        assert_eq!(fake.log().writes, 1);
    });
}

#[test]
fn a_create_without_an_answer_is_retried_only_after_five_seconds() {
    for (item_fault, least_ms) in [
        (ItemFault::Unanswered { carried_out: false }, 5_000),
        (ItemFault::Throttled { after_ms: None, carried_out: false }, 1_000),
    ] {
        with_virtual_time(async {
            let fake = fake_tenant().with_faults(FaultPlan::first_items(1, Call::Create, item_fault));
            let run = Run::planned(&fake, Mode::Import, &entries(1)).await;
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.is_done(0), "{}", run.failure(0));
            let ms = fake.time.elapsed_ms();
            assert!((least_ms..least_ms + 1_000).contains(&ms), "{ms} ms");
            assert_eq!(fake.log().created, 1);
        });
    }
}

#[test]
fn a_token_that_shows_within_five_seconds_is_not_created_twice() {
    let (_, log) = all_are_done(|fake| {
        fake.with_faults(FaultPlan::first_items(3, Call::Create, ItemFault::Unanswered { carried_out: true }))
            .delayed(|delays| delays.appears_ms = 4_500)
    });
    assert_eq!(log.calls.iter().filter(|(call, _)| *call == Call::Create).count(), 1);
}

#[test]
fn an_activation_that_does_not_find_the_token_is_retried_a_few_times() {
    for (times, ends_well) in [(4, true), (99, false)] {
        with_virtual_time(async {
            let fake = fake_tenant().with(new_token(0), TokenStatus::Assigned, Some(&user(0)));
            let item_fault = ItemFault::Refused(RefusalKind::NotFound);
            let fake = fake.with_faults(FaultPlan::first_items(times, Call::Activate, item_fault));
            let run = Run::planned(&fake, Mode::Activate, &entries(1)).await;
            assert_eq!(run.go().await, RunResult::Complete);
            assert_eq!(run.is_done(0), ends_well, "{}", run.failure(0));
            assert_eq!(fake.log().writes, 5);
        });
    }
}

#[test]
fn when_only_half_of_the_rows_are_throttled_the_others_go_on() {
    with_virtual_time(async {
        let item_fault = ItemFault::Throttled { after_ms: Some(20_000), carried_out: false };
        let fake = fake_tenant().with_faults(FaultPlan::first_items(20, Call::Create, item_fault));
        let run = Run::planned(&fake, Mode::Import, &entries(40)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(*run.pauses.borrow(), []);
        assert_eq!(fake.log().created, 40);
    });
}
