//! Runs in fair weather: what becomes of the tokens, how many requests it takes, stopping and resuming.

use token_core::{
    manage::{Action, Ask, seeds},
    rollout::{engine::Ended, report, report::RunTotals},
    token::TokenStatus,
};

use super::{TaskRun, Wanted, asks, seed, shown, stocked, token};
use crate::{
    rows::{entries, serial, user},
    time::virtually,
    weather::Call,
};

const CHUNK: usize = 40;

#[test]
fn each_action_does_what_it_says_with_one_write() {
    use TokenStatus::{Activated, Assigned, Available};
    let by = |n| user(n + 10);
    let cases: [(&TokenStatus, Wanted<'_>, Option<TokenStatus>, &str); 8] = [
        (&Available, &|n| Action::Assign(by(n)), Some(Assigned), "Assigned"),
        (&Available, &|n| Action::AssignAndActivate(by(n), n), Some(Activated), "Assigned and activated"),
        (&Assigned, &Action::Activate, Some(Activated), "Activated"),
        (&Activated, &|_| Action::Unassign, Some(Available), "Unassigned"),
        (&Assigned, &|_| Action::ReturnToStock, Some(Available), "Returned to stock"),
        (&Activated, &|_| Action::Deactivate, Some(Assigned), "Deactivated"),
        (&Available, &|_| Action::Delete { unassign_first: false }, None, "Deleted"),
        (&Available, &|_| Action::Rename("Spare".to_owned()), Some(Available), "Renamed"),
    ];
    for (before, action, after, told) in cases {
        virtually(async {
            let fake = stocked(3, before);
            let proofs = [seed(0), seed(1), seed(2)];
            let run = TaskRun::planned(&fake, &asks(&fake, 3, action), &proofs);
            assert_eq!(run.go().await, Ended::Complete);
            assert!(run.all_done(), "{told}: {}", run.failure(0));
            assert_eq!(fake.log().writes, 3, "{told}");
            for n in 0..3 {
                let now = fake.token(serial(n).as_str());
                assert_eq!(now.as_ref().map(|token| token.status.clone()), after, "{told}");
                let is_named = now.is_some_and(|token| token.name.as_deref() == Some("Spare"));
                assert_eq!(is_named, told == "Renamed");
                assert_eq!(report::tell(&run.rows[n], &run.progress(n)).outcome, told);
            }
        });
    }
}

#[test]
fn a_thousand_tokens_take_one_write_each_and_no_reading() {
    for (before, action) in [
        (TokenStatus::Available, &(|n| Action::Assign(user(n))) as Wanted<'_>),
        (TokenStatus::Assigned, &Action::Activate),
        (TokenStatus::Activated, &|_| Action::Unassign),
        (TokenStatus::Available, &|_| Action::Delete { unassign_first: false }),
    ] {
        virtually(async {
            let fake = stocked(1_000, &before);
            let proofs: Vec<_> = (0..1_000).map(seed).collect();
            let run = TaskRun::planned(&fake, &asks(&fake, 1_000, action), &proofs);
            assert_eq!(run.go().await, Ended::Complete);
            assert!(run.all_done());
            assert_eq!(fake.log().writes, 1_000);
            assert_eq!(fake.log().calls.len(), 1_000 / CHUNK);
        });
    }
}

#[test]
fn a_thousand_tokens_are_unassigned_and_deleted_with_two_writes_each() {
    virtually(async {
        let fake = stocked(1_000, &TokenStatus::Activated);
        let action = |_| Action::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &asks(&fake, 1_000, action), &[]);
        assert_eq!(run.go().await, Ended::Complete);
        assert!(run.all_done());
        let log = fake.log();
        assert_eq!((log.writes, log.unassigned, log.deleted), (2_000, 1_000, 1_000));
        assert!(log.calls.len() <= 2 * 1_000 / CHUNK + 4, "{} calls", log.calls.len());
        assert!(log.calls.iter().all(|(call, _)| *call != Call::Read));
    });
}

#[test]
fn names_are_read_before_they_are_changed() {
    virtually(async {
        let fake = stocked(100, &TokenStatus::Available);
        let run = TaskRun::planned(&fake, &asks(&fake, 100, |n| Action::Rename(format!("No. {n}"))), &[]);
        assert_eq!(run.go().await, Ended::Complete);
        assert!(run.all_done());
        assert_eq!((fake.log().writes, fake.log().calls.len()), (100, 6));
    });
}

#[test]
fn a_seed_file_activates_the_chosen_tokens_that_it_has() {
    virtually(async {
        let fake = stocked(4, &TokenStatus::Assigned);
        let tokens: Vec<_> = (0..4).map(|n| token(&fake, n)).collect();
        let (asks, proofs) = seeds::activations(&tokens.iter().collect::<Vec<_>>(), &entries(3), None);
        let run = TaskRun::planned(&fake, &asks, &proofs);
        assert_eq!(run.go().await, Ended::Complete);
        assert!((0..3).all(|row| run.is_done(row)));
        let told = report::tell(&run.rows[3], &run.progress(3)).reason.into_owned();
        assert_eq!(told, "The seed file has no row for token S00003");
        assert_eq!(fake.log().writes, 3);
    });
}

#[test]
fn each_row_of_a_seed_file_activates_its_token_or_says_why_not() {
    virtually(async {
        let fake = stocked(2, &TokenStatus::Assigned);
        let tokens: Vec<_> = (0..2).map(|n| token(&fake, n)).collect();
        let (asks, proofs) = seeds::of_file(&entries(3), &tokens);
        let run = TaskRun::planned(&fake, &asks, &proofs);
        assert_eq!(run.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4], "lines of the file");
        assert_eq!(run.go().await, Ended::Complete);
        assert!(run.is_done(0) && run.is_done(1));
        let told = report::tell(&run.rows[2], &run.progress(2)).reason.into_owned();
        assert_eq!(told, "serial number: The inventory has no token S00002");
        assert_eq!(fake.log().writes, 2);
    });
}

#[test]
fn a_code_that_was_typed_goes_once_and_at_once() {
    virtually(async {
        let fake = stocked(1, &TokenStatus::Assigned);
        // Two seconds before the interval ends: a code made from a seed would wait.
        tokio::time::sleep(std::time::Duration::from_secs(29)).await;
        let run = TaskRun::planned(&fake, &asks(&fake, 1, |_| Action::Activate(0)), &[shown(&fake, 0)]);
        let began_ms = fake.time.elapsed_ms();
        assert_eq!(run.go().await, Ended::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
        assert!(fake.time.elapsed_ms() - began_ms < 1_000);
    });
}

#[test]
fn a_stop_leaves_whole_tokens_and_a_resume_finishes_them() {
    virtually(async {
        let fake = stocked(600, &TokenStatus::Activated);
        let run = TaskRun::planned(&fake, &asks(&fake, 600, |_| Action::Unassign), &[]);
        run.stop_after.set(Some(100));
        assert_eq!(run.go().await, Ended::Stopped);
        let ended = run.ended();
        assert!((100..600).contains(&ended));
        assert_eq!(fake.log().unassigned, ended, "nothing is under way any more");
        assert_eq!(RunTotals::of(&run.rows, &run.progress.borrow()).left, 600 - ended);
        run.stop_after.set(None);
        run.stop.clear();
        assert_eq!(run.go().await, Ended::Complete);
        assert_eq!((fake.log().writes, run.all_done()), (600, true));
    });
}

#[test]
fn a_row_that_was_stopped_between_its_steps_says_how_far_it_came() {
    virtually(async {
        let fake = stocked(60, &TokenStatus::Activated);
        let action = |_| Action::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &asks(&fake, 60, action), &[]);
        let stop = async {
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            run.stop.request();
        };
        let (ended, ()) = futures_util::future::join(run.go(), stop).await;
        assert_eq!(ended, Ended::Stopped);
        let progress = run.progress(0);
        let told = report::tell(&run.rows[0], &progress);
        assert_eq!((told.outcome, &*told.reason), ("Stopped", "Unassigned"));
        run.stop.clear();
        assert_eq!(run.go().await, Ended::Complete);
        assert_eq!((fake.log().writes, run.all_done()), (120, true));
    });
}

#[test]
fn a_token_that_the_inventory_hides_is_unassigned_and_deleted() {
    virtually(async {
        let fake = stocked(2, &TokenStatus::Activated).hiding(serial(0).as_str()).hiding(serial(1).as_str());
        let asks = [
            Ask::one(1, &token(&fake, 0), Action::Unassign).of_legacy(),
            Ask::one(2, &token(&fake, 1), Action::Delete { unassign_first: true }).of_legacy(),
        ];
        let run = TaskRun::planned(&fake, &asks, &[]);
        assert_eq!(run.go().await, Ended::Complete);
        assert!(run.all_done());
        assert_eq!(token(&fake, 0).holder, None);
        assert_eq!(fake.token(serial(1).as_str()), None);
    });
}
