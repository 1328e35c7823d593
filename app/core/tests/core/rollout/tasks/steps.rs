//! Actions of several writes: unassign and delete, replace.

use token_core::{
    plan::{ActionRequest, TokenAction},
    ports::RefusalKind,
    run::{End, engine::RunResult, report},
    token::{AssignedUser, TokenStatus},
};

use super::{PEOPLE, TaskRun, requests, seed, shown, stocked, token};
use crate::rollout::{
    fake::FakeTenant,
    fault_plan::{Call, FaultPlan, ItemFault},
    rows::{new_token, serial, user},
    time::with_virtual_time,
};

/// Token 0 with user 0, token 50 in stock.
fn lost_one() -> FakeTenant {
    stocked(1, &TokenStatus::Activated).with(new_token(50), TokenStatus::Available, None)
}

fn replace(fake: &FakeTenant, code_source: Option<usize>, delete_old: bool) -> ActionRequest {
    let by = Box::new(token(fake, 50));
    ActionRequest::one(1, &token(fake, 0), TokenAction::Replace { by, code_source, delete_old })
}

#[test]
fn a_lost_token_is_replaced_for_the_same_person() {
    for (code_source, delete_old, writes) in [(None, false, 2), (Some(0), false, 2), (Some(1), true, 3)] {
        with_virtual_time(async {
            let fake = lost_one();
            let code_sources = [seed(50), shown(&fake, 50)];
            let run = TaskRun::planned(&fake, &[replace(&fake, code_source, delete_old)], &code_sources);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.is_done(0), "{}", run.failure(0));
            let new = token(&fake, 50);
            assert_eq!(new.assigned_to.unwrap().id, user(0).id);
            assert_eq!(new.status == TokenStatus::Activated, code_source.is_some());
            let old = fake.token(serial(0).as_str());
            assert_eq!(old.is_none(), delete_old);
            assert!(old.is_none_or(|old| old.assigned_to.is_none()));
            assert_eq!(fake.log().writes, writes);
            let ms = fake.time.elapsed_ms();
            assert!(
                (1_000..2_000).contains(&ms),
                "{ms} ms: the unassignment takes a second to take effect, no other write"
            );
            assert_eq!(report::row_report(&run.rows[0], &run.progress(0)).outcome, "Replaced");
        });
    }
}

#[test]
fn a_replacement_that_fails_half_way_reports_what_is_done() {
    with_virtual_time(async {
        let fake = lost_one();
        fake.set_faults(FaultPlan::first_items(99, Call::Assign, ItemFault::Refused(RefusalKind::Forbidden)));
        let run = TaskRun::planned(&fake, &[replace(&fake, None, true)], &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(
            run.failure(0).starts_with("Already unassigned, but then: Microsoft refused"),
            "{}",
            run.failure(0)
        );
        assert_eq!((run.progress(0).steps, fake.log().deleted), (1, 0));
    });
}

#[test]
fn a_user_with_five_tokens_gets_a_replacement_even_when_the_unassignment_shows_late() {
    with_virtual_time(async {
        let fake = (1..5)
            .fold(lost_one(), |fake, n| fake.with(new_token(n), TokenStatus::Activated, Some(&user(0))));
        fake.set_faults(FaultPlan::first_items(3, Call::Assign, ItemFault::Refused(RefusalKind::BadRequest)));
        let run = TaskRun::planned(&fake, &[replace(&fake, None, false)], &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
    });
}

#[test]
fn a_deletion_waits_until_the_unassignment_shows() {
    with_virtual_time(async {
        let fake = stocked(3, &TokenStatus::Activated).delayed(|delays| delays.shows_ms = 9_000);
        let action = |_| TokenAction::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &requests(&fake, 3, action), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.all_done(), "{}", run.failure(0));
        assert_eq!(fake.log().deleted, 3);
        assert!(fake.log().writes < 40, "{} writes", fake.log().writes);
    });
}

#[test]
fn lost_answers_between_writes_repeat_no_finished_write() {
    for call in [Call::Unassign, Call::AssignAndActivate, Call::Delete] {
        for carried_out in [true, false] {
            with_virtual_time(async {
                let fake = lost_one();
                fake.set_faults(FaultPlan::first_items(1, call, ItemFault::Unanswered { carried_out }));
                let run = TaskRun::planned(&fake, &[replace(&fake, Some(0), true)], &[seed(50)]);
                assert_eq!(run.go().await, RunResult::Complete);
                assert!(run.is_done(0), "{call:?}: {}", run.failure(0));
                assert_eq!(fake.log().writes, if carried_out { 3 } else { 4 });
                assert_eq!(fake.log().blind_writes, 0);
            });
        }
    }
}

#[test]
fn a_deletion_that_is_never_accepted_after_the_unassignment_is_given_up() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Activated);
        fake.set_faults(FaultPlan::first_items(
            usize::MAX,
            Call::Delete,
            ItemFault::Refused(RefusalKind::BadRequest),
        ));
        let action = |_| TokenAction::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &requests(&fake, 1, action), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).starts_with("Already unassigned, but then: "), "{}", run.failure(0));
        let (ms, writes) = (fake.time.elapsed_ms(), fake.log().writes);
        assert!((20_000..75_000).contains(&ms), "{ms} ms");
        assert!((10..=25).contains(&writes), "{writes} writes");
    });
}

#[test]
fn a_deletion_without_permission_is_not_repeated() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Activated);
        let forbidden = ItemFault::Refused(RefusalKind::Forbidden);
        fake.set_faults(FaultPlan::first_items(usize::MAX, Call::Delete, forbidden));
        let action = |_| TokenAction::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &requests(&fake, 1, action), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(
            run.failure(0),
            "Already unassigned, but then: Microsoft refused for lack of permission: for no reason"
        );
        assert_eq!(fake.log().writes, 2);
    });
}

#[test]
fn a_replacement_that_is_never_accepted_is_given_up_after_some_tries() {
    with_virtual_time(async {
        let fake = lost_one();
        let refused = ItemFault::Refused(RefusalKind::BadRequest);
        fake.set_faults(FaultPlan::first_items(usize::MAX, Call::Assign, refused));
        let run = TaskRun::planned(&fake, &[replace(&fake, None, false)], &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).starts_with("Already unassigned, but then: "), "{}", run.failure(0));
        let (ms, writes) = (fake.time.elapsed_ms(), fake.log().writes);
        assert!((5..=12).contains(&writes), "{writes} writes");
        assert!((8_000..75_000).contains(&ms), "{ms} ms");
    });
}

#[test]
fn a_persons_default_method_goes_last() {
    with_virtual_time(async {
        let fake = (0..4).fold(FakeTenant::new((0..PEOPLE).map(user)), |fake, n| {
            fake.with(new_token(n), TokenStatus::Activated, Some(&user(n % 2)))
        });
        let fake = fake.keeping_default_methods();
        let run = TaskRun::planned(&fake, &requests(&fake, 4, |_| TokenAction::Unassign), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.all_done(), "{}", run.failure(0));
        assert_eq!(fake.log().unassigned, 4);
    });
}

#[test]
fn a_default_method_beside_methods_that_stay_is_refused_with_a_remedy() {
    with_virtual_time(async {
        let fake = (0..2).fold(FakeTenant::new((0..PEOPLE).map(user)), |fake, n| {
            fake.with(new_token(n), TokenStatus::Activated, Some(&user(0)))
        });
        let fake = fake.keeping_default_methods();
        let run = TaskRun::planned(&fake, &requests(&fake, 1, |_| TokenAction::Unassign), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        let Some(End::Failed(failure)) = run.progress(0).end else { panic!("{:?}", run.progress(0)) };
        assert!(failure.reason.contains("default sign-in method"), "{}", failure.reason);
        assert!(failure.remedy.contains("Security info"), "{}", failure.remedy);
    });
}

#[test]
fn a_default_method_does_not_wait_for_the_tokens_of_others() {
    with_virtual_time(async {
        let fake = (0..3).fold(FakeTenant::new((0..PEOPLE).map(user)), |fake, n| {
            fake.with(new_token(n), TokenStatus::Activated, Some(&user(usize::from(n > 0))))
        });
        let fake = fake.keeping_default_methods();
        let run = TaskRun::planned(&fake, &requests(&fake, 2, |_| TokenAction::Unassign), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0) && run.failure(1).contains("default sign-in method"), "{}", run.failure(1));
        assert_eq!(fake.log().writes, 2, "the refused one is not repeated");
    });
}

#[test]
fn a_token_that_somebody_assigned_again_after_the_write_was_unassigned() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Assigned).delayed(|delays| delays.shows_ms = 15_000);
        let run = TaskRun::planned(&fake, &requests(&fake, 1, |_| TokenAction::Unassign), &[]);
        let assigned_again = async {
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            fake.change_concurrently(
                serial(0).as_str(),
                Some(&|token| {
                    token.status = TokenStatus::Assigned;
                    token.assigned_to = Some(AssignedUser { id: user(7).id, name: None });
                }),
            );
        };
        let (ended, ()) = futures_util::future::join(run.go(), assigned_again).await;
        assert_eq!(ended, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
        assert_eq!(fake.log().writes, 1);
    });
}

#[test]
fn a_default_method_says_that_it_waits_for_the_other_tokens_of_its_person() {
    with_virtual_time(async {
        let fake = (0..2).fold(FakeTenant::new((0..PEOPLE).map(user)), |fake, n| {
            fake.with(new_token(n), TokenStatus::Activated, Some(&user(0)))
        });
        let fake = fake.keeping_default_methods();
        let run = TaskRun::planned(&fake, &requests(&fake, 2, |_| TokenAction::Unassign), &[]);
        let looked = async {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            run.progress(0).waiting
        };
        let (ended, waiting) = futures_util::future::join(run.go(), looked).await;
        assert_eq!((ended, run.all_done()), (RunResult::Complete, true));
        assert!(waiting.is_some_and(|text| text.contains("default")), "{:?}", run.progress(0));
    });
}

#[test]
fn a_deletion_is_repeated_until_the_unassignment_is_effective() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Activated);
        fake.set_faults(FaultPlan::first_items(5, Call::Delete, ItemFault::Refused(RefusalKind::BadRequest)));
        let action = |_| TokenAction::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &requests(&fake, 1, action), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
        assert_eq!(fake.log().writes, 1 + 6);
        // After each refusal a lookup, after 0, 2, 4, 8 and 8 s, and a second more.
        let ms = fake.time.elapsed_ms();
        assert!((28_000..32_000).contains(&ms), "{ms} ms");
    });
}
