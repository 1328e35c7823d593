//! Work of several steps: unassign and delete, replace.

use token_core::{
    manage::{Action, Ask},
    ports::RefusalKind,
    rollout::{engine::Ended, report},
    token::TokenStatus,
};

use super::{TaskRun, asks, seed, shown, stocked, token};
use crate::{
    fake::Fake,
    rows::{new_token, serial, user},
    time::virtually,
    weather::{Call, Gust, Weather},
};

/// Token 0 with user 0, token 50 in stock.
fn lost_one() -> Fake {
    stocked(1, &TokenStatus::Activated).with(new_token(50), TokenStatus::Available, None)
}

fn replace(fake: &Fake, proof: Option<usize>, delete_old: bool) -> Ask {
    let by = Box::new(token(fake, 50));
    Ask::one(1, &token(fake, 0), Action::Replace { by, proof, delete_old })
}

#[test]
fn a_lost_token_is_replaced_for_the_same_person() {
    for (proof, delete_old, writes) in [(None, false, 2), (Some(0), false, 2), (Some(1), true, 3)] {
        virtually(async {
            let fake = lost_one();
            let proofs = [seed(50), shown(&fake, 50)];
            let run = TaskRun::planned(&fake, &[replace(&fake, proof, delete_old)], &proofs);
            assert_eq!(run.go().await, Ended::Complete);
            assert!(run.is_done(0), "{}", run.failure(0));
            let new = token(&fake, 50);
            assert_eq!(new.holder.unwrap().id, user(0).id);
            assert_eq!(new.status == TokenStatus::Activated, proof.is_some());
            let old = fake.token(serial(0).as_str());
            assert_eq!(old.is_none(), delete_old);
            assert!(old.is_none_or(|old| old.holder.is_none()));
            assert_eq!(fake.log().writes, writes);
            assert_eq!(report::tell(&run.rows[0], &run.progress(0)).outcome, "Replaced");
        });
    }
}

#[test]
fn a_replacement_that_stops_half_way_says_what_is_done() {
    virtually(async {
        let fake = lost_one();
        fake.turns(Weather::first(99, Call::Assign, Gust::Refused(RefusalKind::Forbidden)));
        let run = TaskRun::planned(&fake, &[replace(&fake, None, true)], &[]);
        assert_eq!(run.go().await, Ended::Complete);
        assert!(
            run.failure(0).starts_with("Already unassigned, but then: Microsoft refused"),
            "{}",
            run.failure(0)
        );
        assert_eq!((run.progress(0).steps, fake.log().deleted), (1, 0));
    });
}

#[test]
fn five_tokens_are_no_obstacle_to_a_replacement_even_when_the_unassignment_counts_late() {
    virtually(async {
        let fake = (1..5)
            .fold(lost_one(), |fake, n| fake.with(new_token(n), TokenStatus::Activated, Some(&user(0))));
        fake.turns(Weather::first(3, Call::Assign, Gust::Refused(RefusalKind::BadRequest)));
        let run = TaskRun::planned(&fake, &[replace(&fake, None, false)], &[]);
        assert_eq!(run.go().await, Ended::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
    });
}

#[test]
fn a_deletion_waits_until_the_unassignment_shows() {
    virtually(async {
        let fake = stocked(3, &TokenStatus::Activated).delayed(|delays| delays.shows_ms = 9_000);
        let action = |_| Action::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &asks(&fake, 3, action), &[]);
        assert_eq!(run.go().await, Ended::Complete);
        assert!(run.all_done(), "{}", run.failure(0));
        assert_eq!(fake.log().deleted, 3);
        assert!(fake.log().writes < 40, "{} writes", fake.log().writes);
    });
}

#[test]
fn lost_answers_between_steps_repeat_nothing_that_was_done() {
    for call in [Call::Unassign, Call::AssignAndActivate, Call::Delete] {
        for carried_out in [true, false] {
            virtually(async {
                let fake = lost_one();
                fake.turns(Weather::first(1, call, Gust::Unanswered { carried_out }));
                let run = TaskRun::planned(&fake, &[replace(&fake, Some(0), true)], &[seed(50)]);
                assert_eq!(run.go().await, Ended::Complete);
                assert!(run.is_done(0), "{call:?}: {}", run.failure(0));
                assert_eq!(fake.log().writes, if carried_out { 3 } else { 4 });
                assert_eq!(fake.log().blind_writes, 0);
            });
        }
    }
}
