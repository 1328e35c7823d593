//! Runs without faults: the resulting tokens, the number of requests, stopping and resuming.

use token_core::{
    drift::OwnClock,
    manage::seeds,
    plan::{ActionRequest, CodeSource, TokenAction, Verdict},
    ports::{MAX_ITEMS, NewToken},
    run::{
        engine::RunResult,
        report::{self, RunTotals},
    },
    token::{AssignedUser, HashFunction, TokenStatus},
};

use super::{TaskRun, Wanted, requests, seed, shown, stocked, token};
use crate::rollout::{
    fault_plan::Call,
    rows::{entries, new_token, serial, user},
    time::with_virtual_time,
};

const CHUNK: usize = 40;

#[test]
fn each_action_does_what_it_says_with_one_write() {
    use TokenStatus::{Activated, Assigned, Available};
    let by = |n| user(n + 10);
    let cases: [(&TokenStatus, Wanted<'_>, Option<TokenStatus>, &str); 8] = [
        (&Available, &|n| TokenAction::Assign(by(n)), Some(Assigned), "Assigned"),
        (
            &Available,
            &|n| TokenAction::AssignAndActivate(by(n), n),
            Some(Activated),
            "Assigned and activated",
        ),
        (&Assigned, &TokenAction::Activate, Some(Activated), "Activated"),
        (&Activated, &|_| TokenAction::Unassign, Some(Available), "Unassigned"),
        (&Assigned, &|_| TokenAction::Unassign, Some(Available), "Unassigned"),
        (&Activated, &|_| TokenAction::Deactivate, Some(Assigned), "Deactivated"),
        (&Available, &|_| TokenAction::Delete { unassign_first: false }, None, "Deleted"),
        (&Available, &|_| TokenAction::Rename("Spare".to_owned()), Some(Available), "Renamed"),
    ];
    for (before, action, after, outcome) in cases {
        with_virtual_time(async {
            let fake = stocked(3, before);
            let code_sources = [seed(0), seed(1), seed(2)];
            let run = TaskRun::planned(&fake, &requests(&fake, 3, action), &code_sources);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.all_done(), "{outcome}: {}", run.failure(0));
            assert_eq!(fake.log().writes, 3, "{outcome}");
            for n in 0..3 {
                let now = fake.token(serial(n).as_str());
                assert_eq!(now.as_ref().map(|token| token.status.clone()), after, "{outcome}");
                let is_named = now.is_some_and(|token| token.name.as_deref() == Some("Spare"));
                assert_eq!(is_named, outcome == "Renamed");
                assert_eq!(report::row_report(&run.rows[n], &run.progress(n)).outcome, outcome);
            }
        });
    }
}

#[test]
fn a_thousand_tokens_take_one_write_each_and_are_read_once() {
    for (before, action) in [
        (TokenStatus::Available, &(|n| TokenAction::Assign(user(n))) as Wanted<'_>),
        (TokenStatus::Assigned, &TokenAction::Activate),
        (TokenStatus::Activated, &|_| TokenAction::Unassign),
        (TokenStatus::Available, &|_| TokenAction::Delete { unassign_first: false }),
    ] {
        with_virtual_time(async {
            let fake = stocked(1_000, &before);
            let code_sources: Vec<_> = (0..1_000).map(seed).collect();
            let run = TaskRun::planned(&fake, &requests(&fake, 1_000, action), &code_sources);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.all_done());
            assert_eq!(fake.log().writes, 1_000);
            assert_eq!(fake.log().calls.len(), 1_000 / CHUNK + 1_000 / MAX_ITEMS);
        });
    }
}

#[test]
fn tokens_are_unassigned_and_deleted_with_two_writes_each() {
    with_virtual_time(async {
        let fake = stocked(500, &TokenStatus::Activated);
        let action = |_| TokenAction::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &requests(&fake, 500, action), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.all_done());
        let log = fake.log();
        assert_eq!((log.writes, log.unassigned, log.deleted), (1_000, 500, 500));
        let lookups = log.calls.iter().filter(|(call, _)| *call == Call::Read).count();
        assert!(lookups <= 2 * 500 / MAX_ITEMS + 2, "{lookups} lookups");
        assert!(log.calls.len() - lookups <= 2 * 500 / CHUNK + 4, "{} calls", log.calls.len());
    });
}

/// The hash with which a token really computes, which the tenant does not have.
fn right_hash(n: usize) -> HashFunction {
    match new_token(n).hash {
        HashFunction::Sha1 => HashFunction::Sha256,
        HashFunction::Sha256 => HashFunction::Sha1,
    }
}

fn right_seed(n: usize) -> CodeSource {
    CodeSource::Seed(Box::new(NewToken { hash: right_hash(n), ..new_token(n) }), OwnClock::default())
}

#[test]
fn a_hash_is_corrected_and_the_token_activated_again_for_its_user() {
    let repair = |n| TokenAction::RepairHash { hash: right_hash(n), code_source: n };
    for (before, writes) in
        [(TokenStatus::Available, 1), (TokenStatus::Assigned, 3), (TokenStatus::Activated, 3)]
    {
        with_virtual_time(async {
            let fake = stocked(20, &before);
            let held = fake.token(serial(7).as_str()).unwrap().assigned_to;
            let code_sources: Vec<_> = (0..20).map(right_seed).collect();
            let run = TaskRun::planned(&fake, &requests(&fake, 20, repair), &code_sources);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.all_done(), "{before:?}: {}", run.failure(0));
            assert_eq!(fake.log().writes, 20 * writes);
            let after = fake.token(serial(7).as_str()).unwrap();
            assert_eq!(after.hash, Some(right_hash(7)));
            let user = |token: Option<AssignedUser>| token.map(|user| user.id);
            assert_eq!(user(after.assigned_to), user(held.clone()));
            let status = if held.is_some() { TokenStatus::Activated } else { TokenStatus::Available };
            assert_eq!(after.status, status);
            assert_eq!(report::row_report(&run.rows[7], &run.progress(7)).outcome, "Hash corrected");
        });
    }
}

#[test]
fn a_hash_that_is_right_is_left_and_a_seed_of_another_hash_corrects_none() {
    let fake = stocked(1, &TokenStatus::Activated);
    let right = |n| TokenAction::RepairHash { hash: new_token(n).hash, code_source: n };
    let run = TaskRun::planned(&fake, &requests(&fake, 1, right), &[seed(0)]);
    assert!(matches!(&run.rows[0].verdict, Verdict::Nothing(why) if why == "It has this hash already"));
    let wrong = |n| TokenAction::RepairHash { hash: right_hash(n), code_source: n };
    let run = TaskRun::planned(&fake, &requests(&fake, 1, wrong), &[seed(0)]);
    assert!(!matches!(run.rows[0].verdict, Verdict::Work(_)), "the seed says otherwise");
}

#[test]
fn names_are_read_before_they_are_changed() {
    with_virtual_time(async {
        let fake = stocked(100, &TokenStatus::Available);
        let run =
            TaskRun::planned(&fake, &requests(&fake, 100, |n| TokenAction::Rename(format!("No. {n}"))), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.all_done());
        assert_eq!((fake.log().writes, fake.log().calls.len()), (100, 7));
    });
}

#[test]
fn a_seed_file_activates_the_selected_tokens_that_it_has() {
    with_virtual_time(async {
        let fake = stocked(4, &TokenStatus::Assigned);
        let tokens: Vec<_> = (0..4).map(|n| token(&fake, n)).collect();
        let (requests, code_sources) =
            seeds::activations(&tokens.iter().collect::<Vec<_>>(), &entries(3), None);
        let run = TaskRun::planned(&fake, &requests, &code_sources);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..3).all(|row| run.is_done(row)));
        let reason = report::row_report(&run.rows[3], &run.progress(3)).reason.into_owned();
        assert_eq!(reason, "The seed file has no row for token S00003");
        assert_eq!(fake.log().writes, 3);
    });
}

#[test]
fn each_row_of_a_seed_file_activates_its_token_or_says_why_not() {
    with_virtual_time(async {
        let fake = stocked(2, &TokenStatus::Assigned);
        let tokens: Vec<_> = (0..2).map(|n| token(&fake, n)).collect();
        let (requests, code_sources) = seeds::of_file(&entries(3), &tokens);
        let run = TaskRun::planned(&fake, &requests, &code_sources);
        assert_eq!(run.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4], "lines of the file");
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0) && run.is_done(1));
        let reason = report::row_report(&run.rows[2], &run.progress(2)).reason.into_owned();
        assert_eq!(reason, "serial number: The inventory has no token S00002");
        assert_eq!(fake.log().writes, 2);
    });
}

#[test]
fn a_typed_code_is_sent_once_and_at_once() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Assigned);
        // Two seconds before the interval ends: a code computed from a seed would be deferred.
        tokio::time::sleep(std::time::Duration::from_secs(29)).await;
        let run =
            TaskRun::planned(&fake, &requests(&fake, 1, |_| TokenAction::Activate(0)), &[shown(&fake, 0)]);
        let began_ms = fake.time.elapsed_ms();
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
        assert!(fake.time.elapsed_ms() - began_ms < 1_000);
    });
}

#[test]
fn a_computed_code_is_sent_until_the_last_second_of_its_interval_begins() {
    for (began_ms, waits) in [(29_000, false), (29_001, true)] {
        with_virtual_time(async {
            let fake = stocked(1, &TokenStatus::Assigned);
            tokio::time::sleep(std::time::Duration::from_millis(began_ms)).await;
            let run = TaskRun::planned(&fake, &requests(&fake, 1, |_| TokenAction::Activate(0)), &[seed(0)]);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.is_done(0), "{}", run.failure(0));
            assert_eq!(fake.time.elapsed_ms() >= 30_000, waits, "{began_ms}");
        });
    }
}

#[test]
fn a_stop_leaves_whole_tokens_and_a_resume_finishes_them() {
    with_virtual_time(async {
        let fake = stocked(600, &TokenStatus::Activated);
        let run = TaskRun::planned(&fake, &requests(&fake, 600, |_| TokenAction::Unassign), &[]);
        run.stop_after.set(Some(100));
        assert_eq!(run.go().await, RunResult::Stopped);
        let ended = run.ended();
        assert!((100..600).contains(&ended));
        assert_eq!(fake.log().unassigned, ended, "nothing is under way any more");
        assert_eq!(RunTotals::of(&run.rows, &run.progress.borrow()).left, 600 - ended);
        run.stop_after.set(None);
        run.stop.clear();
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!((fake.log().writes, run.all_done()), (600, true));
    });
}

#[test]
fn a_row_that_was_stopped_between_its_writes_reports_its_progress() {
    with_virtual_time(async {
        let fake = stocked(60, &TokenStatus::Activated);
        let action = |_| TokenAction::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &requests(&fake, 60, action), &[]);
        let stop = async {
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            run.stop.request();
        };
        let (ended, ()) = futures_util::future::join(run.go(), stop).await;
        assert_eq!(ended, RunResult::Stopped);
        let progress = run.progress(0);
        let row = report::row_report(&run.rows[0], &progress);
        assert_eq!((row.outcome, &*row.reason), ("Stopped", "Unassigned"));
        run.stop.clear();
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!((fake.log().writes, run.all_done()), (120, true));
    });
}

#[test]
fn a_legacy_token_is_unassigned_and_deleted() {
    with_virtual_time(async {
        let fake = stocked(2, &TokenStatus::Activated).hiding(serial(0).as_str()).hiding(serial(1).as_str());
        let requests = [
            ActionRequest::one(1, &token(&fake, 0), TokenAction::Unassign).of_legacy(),
            ActionRequest::one(2, &token(&fake, 1), TokenAction::Delete { unassign_first: true }).of_legacy(),
        ];
        let run = TaskRun::planned(&fake, &requests, &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.all_done());
        assert_eq!(token(&fake, 0).assigned_to, None);
        assert_eq!(fake.token(serial(1).as_str()), None);
    });
}

#[test]
fn the_time_left_counts_all_writes_of_a_task() {
    for unassign_first in [false, true] {
        with_virtual_time(async {
            let status = if unassign_first { TokenStatus::Assigned } else { TokenStatus::Available };
            let fake = stocked(3_000, &status);
            let action = |_| TokenAction::Delete { unassign_first };
            let run = TaskRun::planned(&fake, &requests(&fake, 3_000, action), &[]);
            run.stop_after.set(Some(1));
            assert_eq!(run.go().await, RunResult::Stopped);
            // 3,000 writes in 150 s.
            let least_ms = if unassign_first { 240_000 } else { 100_000 };
            let told_ms = run.remaining.borrow()[0];
            assert!((least_ms..least_ms + 80_000).contains(&told_ms), "{unassign_first}: {told_ms}");
        });
    }
}
