//! Refresh: a token in use is deactivated and activated with the code on its display.

use token_core::{
    plan::{ActionKind, CodeSource, TokenAction, Verdict, allowed},
    run::{End, engine::RunResult, report},
    token::TokenStatus,
};

use super::{TaskRun, requests, shown, stocked, token};
use crate::rollout::{
    fault_plan::{Call, FaultPlan, ItemFault},
    time::with_virtual_time,
};

#[test]
fn two_writes_and_one_reading_refresh_a_token_in_use() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Activated);
        let run = TaskRun::planned(&fake, &requests(&fake, 1, TokenAction::Refresh), &[shown(&fake, 0)]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
        let log = fake.log();
        let reads = log.calls.iter().filter(|(call, _)| *call == Call::Read).count();
        assert_eq!((log.writes, reads), (2, 1));
        assert_eq!(token(&fake, 0).status, TokenStatus::Activated);
        assert_eq!(report::row_report(&run.rows[0], &run.progress(0)).outcome, "Refreshed");
        assert_eq!(fake.histories()[0].0, 1, "it was activated anew");
    });
}

#[test]
fn lost_answers_of_a_refresh_repeat_no_code() {
    for call in [Call::Deactivate, Call::Activate] {
        with_virtual_time(async {
            let fake = stocked(1, &TokenStatus::Activated);
            fake.set_faults(FaultPlan::first_items(1, call, ItemFault::Unanswered { carried_out: true }));
            let run = TaskRun::planned(&fake, &requests(&fake, 1, TokenAction::Refresh), &[shown(&fake, 0)]);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!(run.is_done(0), "{call:?}: {}", run.failure(0));
            assert_eq!((fake.log().writes, fake.log().repeated_codes), (2, 0), "{call:?}");
            assert_eq!(token(&fake, 0).status, TokenStatus::Activated);
        });
    }
}

#[test]
fn a_refresh_whose_code_is_refused_says_first_that_the_token_is_deactivated() {
    with_virtual_time(async {
        let fake = stocked(2, &TokenStatus::Activated);
        // The code of another token.
        let wrong = shown(&fake, 1);
        let run = TaskRun::planned(&fake, &requests(&fake, 1, TokenAction::Refresh), &[wrong]);
        assert_eq!(run.go().await, RunResult::Complete);
        let Some(End::Failed(failure)) = run.progress(0).end else { panic!("{:?}", run.progress(0)) };
        let first = "The token is deactivated, so its user cannot sign in with it now.";
        assert!(failure.reason.starts_with(first), "{}", failure.reason);
        assert!(failure.remedy.starts_with("Activate it with the next code on its display."));
        assert_ne!(token(&fake, 0).status, TokenStatus::Activated);
        // Then its next code activates it.
        let action = |_| TokenAction::Activate(0);
        let again = TaskRun::planned(&fake, &requests(&fake, 1, action), &[shown(&fake, 0)]);
        assert_eq!(again.go().await, RunResult::Complete);
        assert!(again.is_done(0), "{}", again.failure(0));
    });
}

#[test]
fn only_a_token_in_use_is_refreshed() {
    for status in [TokenStatus::Available, TokenStatus::Assigned] {
        let fake = stocked(1, &status);
        assert!(allowed(&token(&fake, 0), ActionKind::Refresh).is_err());
        let code: CodeSource = shown(&fake, 0);
        let run = TaskRun::planned(&fake, &requests(&fake, 1, TokenAction::Refresh), &[code]);
        assert!(matches!(run.rows[0].verdict, Verdict::Cannot(_)));
    }
}
