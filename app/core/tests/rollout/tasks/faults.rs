//! One fault at a time: what a run makes of it.

use token_core::{
    fault::Fault,
    manage::{Action, Ask},
    ports::RefusalKind,
    rollout::{End, engine::Ended},
    token::TokenStatus,
};

use super::{TaskRun, asks, seed, shown, stocked, token};
use crate::{
    rows::{serial, user},
    time::virtually,
    weather::{Call, Gust, Storm, Weather},
};

type Case = (Call, TokenStatus, fn(usize) -> Action);

/// Each write, with a token that it suits.
const CASES: [Case; 7] = [
    (Call::Assign, TokenStatus::Available, |n| Action::Assign(user(n))),
    (Call::AssignAndActivate, TokenStatus::Available, |n| Action::AssignAndActivate(user(n), n)),
    (Call::Activate, TokenStatus::Assigned, Action::Activate),
    (Call::Unassign, TokenStatus::Activated, |_| Action::Unassign),
    (Call::Deactivate, TokenStatus::Activated, |_| Action::Deactivate),
    (Call::Delete, TokenStatus::Available, |_| Action::Delete { unassign_first: false }),
    (Call::Rename, TokenStatus::Available, |_| Action::Rename("Spare".to_owned())),
];

/// Runs three tokens under this weather and checks that all is well in the end, with so many writes.
fn all_end_well(case: &Case, weather: Weather, shows_ms: u64, writes: Option<usize>) {
    let (call, status, action) = case;
    virtually(async {
        let fake = stocked(3, status).under(weather).delayed(|delays| delays.shows_ms = shows_ms);
        let run = TaskRun::planned(&fake, &asks(&fake, 3, action), &[seed(0), seed(1), seed(2)]);
        assert_eq!(run.go().await, Ended::Complete);
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
fn an_answer_that_never_came_is_read_before_anything_is_repeated() {
    for case in &CASES {
        for carried_out in [true, false] {
            let gust = Gust::Unanswered { carried_out };
            let writes = if carried_out { 3 } else { 6 };
            all_end_well(case, Weather::first(3, case.0, gust), 0, Some(writes));
        }
    }
}

#[test]
fn what_shows_late_is_not_taken_for_a_failure() {
    for case in &CASES {
        let gust = Gust::Unanswered { carried_out: true };
        all_end_well(case, Weather::first(3, case.0, gust), 6_000, None);
    }
}

#[test]
fn throttled_rows_wait_and_are_read_first() {
    for case in &CASES {
        for carried_out in [true, false] {
            let gust = Gust::Throttled { after_ms: Some(7_000), carried_out };
            let writes = if carried_out { 3 } else { 6 };
            all_end_well(case, Weather::first(3, case.0, gust), 0, Some(writes));
        }
    }
}

#[test]
fn a_broken_line_is_waited_for() {
    for case in &CASES {
        for carried_out in [true, false] {
            let mut times = 4;
            let weather = Weather::storms(move |_| {
                times -= 1;
                let fault = Fault::Unreachable { message: "no route".to_owned() };
                (times > 0).then_some(Storm { fault, carried_out })
            });
            all_end_well(case, weather, 0, None);
        }
    }
}

#[test]
fn a_call_that_is_throttled_as_a_whole_is_read_then_repeated() {
    for case in &CASES {
        let mut times = 4;
        let weather = Weather::storms(move |_| {
            times -= 1;
            (times > 0).then_some(Storm { fault: Fault::Throttled { after_ms: 5_000 }, carried_out: false })
        });
        all_end_well(case, weather, 0, None);
    }
}

#[test]
fn a_clash_is_tried_again_and_one_that_never_ends_is_a_failure() {
    for case in &CASES {
        let gust = || Gust::Refused(RefusalKind::Conflict);
        all_end_well(case, Weather::first(3, case.0, gust()), 0, Some(6));
        virtually(async {
            let fake = stocked(1, &case.1).under(Weather::first(999, case.0, gust()));
            let run = TaskRun::planned(&fake, &asks(&fake, 1, case.2), &[seed(0)]);
            assert_eq!(run.go().await, Ended::Complete);
            assert!(run.failure(0).contains("for no reason"), "{:?}: {}", case.0, run.failure(0));
            assert!(fake.log().writes < 10);
        });
    }
}

#[test]
fn a_refused_row_fails_with_the_reason_and_the_request_id_and_stops_no_other() {
    for (call, status, action) in &CASES {
        for kind in [RefusalKind::BadRequest, RefusalKind::Forbidden, RefusalKind::Other] {
            virtually(async {
                let fake = stocked(2, status).under(Weather::first(1, *call, Gust::Refused(kind)));
                let run = TaskRun::planned(&fake, &asks(&fake, 2, action), &[seed(0), seed(1)]);
                assert_eq!(run.go().await, Ended::Complete);
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
    virtually(async {
        let fake =
            stocked(2, &TokenStatus::Activated).under(Weather::gusts(|call, serial| match (call, serial) {
                (Call::Unassign, _) => Gust::Unanswered { carried_out: true },
                (Call::Read, "s00001") => Gust::Refused(RefusalKind::BadRequest),
                _ => Gust::Calm,
            }));
        let run = TaskRun::planned(&fake, &asks(&fake, 2, |_| Action::Unassign), &[]);
        assert_eq!(run.go().await, Ended::Complete);
        assert!(run.is_done(0));
        assert!(run.failure(1).contains("look this"), "{}", run.failure(1));
    });
}

#[test]
fn a_typed_code_that_is_refused_says_what_to_try() {
    virtually(async {
        let fake = stocked(1, &TokenStatus::Assigned);
        // The code of another token.
        let run = TaskRun::planned(&fake, &asks(&fake, 1, |_| Action::Activate(0)), &[shown(&fake, 1)]);
        assert_eq!(run.go().await, Ended::Complete);
        let Some(End::Failed(failure)) = run.progress(0).end else { unreachable!() };
        assert!(failure.reason.contains("refused the code"), "{}", failure.reason);
        for hint in ["next code", "this token", "drifted"] {
            assert!(failure.remedy.contains(hint), "{hint}");
        }
        assert_eq!(fake.log().writes, 1);
    });
}

#[test]
fn a_typed_code_whose_fate_is_unknown_is_not_sent_again() {
    for (carried_out, writes) in [(true, 1), (false, 1)] {
        virtually(async {
            let gust = Gust::Unanswered { carried_out };
            let fake = stocked(1, &TokenStatus::Assigned).under(Weather::first(1, Call::Activate, gust));
            let run = TaskRun::planned(&fake, &asks(&fake, 1, |_| Action::Activate(0)), &[shown(&fake, 0)]);
            assert_eq!(run.go().await, Ended::Complete);
            assert_eq!((run.is_done(0), fake.log().writes), (carried_out, writes));
            assert!(carried_out || run.failure(0).contains("not activated"), "{}", run.failure(0));
        });
    }
}

#[test]
fn a_typed_code_that_was_surely_not_looked_at_goes_again() {
    virtually(async {
        let gust = Gust::Throttled { after_ms: Some(2_000), carried_out: false };
        let fake = stocked(1, &TokenStatus::Assigned).under(Weather::first(1, Call::Activate, gust));
        let run = TaskRun::planned(&fake, &asks(&fake, 1, |_| Action::Activate(0)), &[shown(&fake, 0)]);
        assert_eq!(run.go().await, Ended::Complete);
        assert_eq!((run.is_done(0), fake.log().writes), (true, 2));
    });
}

#[test]
fn a_hidden_token_is_read_in_its_users_own_list() {
    for carried_out in [true, false] {
        virtually(async {
            let gust = Gust::Unanswered { carried_out };
            let fake = stocked(1, &TokenStatus::Activated).hiding(serial(0).as_str());
            let fake = fake.under(Weather::first(1, Call::Unassign, gust));
            let ask = Ask::one(1, &token(&fake, 0), Action::Unassign).of_legacy();
            let run = TaskRun::planned(&fake, &[ask], &[]);
            assert_eq!(run.go().await, Ended::Complete);
            assert!(run.is_done(0), "{}", run.failure(0));
            assert_eq!((fake.log().unassigned, fake.log().blind_writes), (1, 0));
        });
    }
}

#[test]
fn a_hidden_token_that_may_not_be_deleted_is_not_said_to_be() {
    virtually(async {
        let fake = stocked(1, &TokenStatus::Activated).hiding(serial(0).as_str());
        let fake = fake.under(Weather::first(9, Call::Delete, Gust::Refused(RefusalKind::Forbidden)));
        let ask = Ask::one(1, &token(&fake, 0), Action::Delete { unassign_first: true }).of_legacy();
        let run = TaskRun::planned(&fake, &[ask], &[]);
        assert_eq!(run.go().await, Ended::Complete);
        assert!(run.failure(0).starts_with("Already unassigned, but then: "), "{}", run.failure(0));
    });
}
