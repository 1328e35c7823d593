//! Changes by another administrator during a run are detected, not overwritten.

use token_core::{
    drift::OwnClock,
    plan::{CodeSource, TokenAction},
    ports::NewToken,
    run::engine::RunResult,
    token::{AssignedUser, HashFunction, Token, TokenStatus},
};

use super::{TaskRun, Wanted, requests, seed, stocked, token};
use crate::rollout::{
    fault_plan::{Call, FaultPlan, ItemFault},
    rows::{new_token, serial, user},
    time::with_virtual_time,
};

type Change<'a> = Option<&'a dyn Fn(&mut Token)>;

fn moved(token: &mut Token) {
    token.assigned_to = Some(AssignedUser { id: user(7).id, name: Some(user(7).name) });
    token.status = TokenStatus::Assigned;
}

fn freed(token: &mut Token) {
    (token.assigned_to, token.status) = (None, TokenStatus::Available);
}

fn named(token: &mut Token) {
    token.name = Some("Theirs".to_owned());
}

/// Plans for one token, lets another administrator change it, runs: how the row ended, and the token before and after.
fn after(
    status: &TokenStatus,
    action: impl Fn(usize) -> TokenAction,
    change: Change<'_>,
) -> (Result<(), String>, Option<Token>, Option<Token>) {
    with_virtual_time(async {
        let fake = stocked(1, status);
        let run = TaskRun::planned(&fake, &requests(&fake, 1, action), &[seed(0)]);
        fake.change_concurrently(serial(0).as_str(), change);
        let theirs = fake.token(serial(0).as_str());
        assert_eq!(run.go().await, RunResult::Complete);
        let end = if run.is_done(0) { Ok(()) } else { Err(run.failure(0)) };
        (end, theirs, fake.token(serial(0).as_str()))
    })
}

#[test]
fn a_token_that_somebody_changed_is_not_changed_again_and_the_row_says_why() {
    use TokenStatus::{Activated, Assigned, Available};
    let assigned = "meanwhile assigned to User 7";
    let deleted = "deleted meanwhile";
    let unassigned = "meanwhile unassigned";
    let assign = |_| TokenAction::Assign(user(0));
    let delete = |_| TokenAction::Delete { unassign_first: false };
    let both = |_| TokenAction::Delete { unassign_first: true };
    let rename = |_| TokenAction::Rename("Mine".to_owned());
    let cases: [(&TokenStatus, Wanted<'_>, Change<'_>, &str); 15] = [
        (&Available, &assign, Some(&moved), assigned),
        (&Available, &assign, None, deleted),
        (&Available, &|_| TokenAction::AssignAndActivate(user(0), 0), Some(&moved), assigned),
        (&Assigned, &TokenAction::Activate, Some(&moved), assigned),
        (&Assigned, &TokenAction::Activate, Some(&freed), unassigned),
        (&Assigned, &TokenAction::Activate, None, deleted),
        (&Activated, &|_| TokenAction::Unassign, Some(&moved), assigned),
        (&Activated, &|_| TokenAction::Unassign, None, deleted),
        (&Activated, &|_| TokenAction::Deactivate, Some(&moved), assigned),
        (&Activated, &|_| TokenAction::Deactivate, Some(&freed), unassigned),
        (&Available, &delete, Some(&moved), "meanwhile assigned to User 7, so it was not deleted"),
        (&Activated, &both, Some(&moved), assigned),
        (&Available, &rename, Some(&moved), "meanwhile assigned to User 7, so it was not named"),
        (&Available, &rename, Some(&named), "meanwhile named \"Theirs\""),
        (&Available, &rename, None, deleted),
    ];
    for (status, action, change, words) in cases {
        let (end, theirs, now) = after(status, action, change);
        assert!(end.as_ref().is_err_and(|why| why.contains(words)), "{:?}: {end:?}", action(0));
        assert_eq!(now, theirs, "{:?} is left as it is", action(0));
    }
}

#[test]
fn what_somebody_else_did_already_is_done() {
    use TokenStatus::{Activated, Available};
    let deactivated = |token: &mut Token| token.status = TokenStatus::Assigned;
    let renamed = |token: &mut Token| token.name = Some("Mine".to_owned());
    let cases: [(&TokenStatus, Wanted<'_>, Change<'_>); 6] = [
        (&Available, &|_| TokenAction::Assign(user(7)), Some(&moved)),
        (&Activated, &|_| TokenAction::Unassign, Some(&freed)),
        (&Activated, &|_| TokenAction::Deactivate, Some(&deactivated)),
        (&Available, &|_| TokenAction::Delete { unassign_first: false }, None),
        (&Activated, &|_| TokenAction::Delete { unassign_first: true }, None),
        (&Available, &|_| TokenAction::Rename("Mine".to_owned()), Some(&renamed)),
    ];
    for (status, action, change) in cases {
        let (end, theirs, now) = after(status, action, change);
        assert_eq!(end, Ok(()), "{:?}", action(0));
        assert_eq!(now, theirs);
    }
}

#[test]
fn a_token_that_is_reassigned_between_two_writes_is_not_deleted() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Activated);
        fake.set_faults(FaultPlan::first_items(1, Call::Delete, ItemFault::MovedTo(user(7).id)));
        let action = |_| TokenAction::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &requests(&fake, 1, action), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        let words =
            "Already unassigned, but then: The token was meanwhile assigned to User 7, so it was not deleted";
        assert_eq!(run.failure(0), words);
        assert_eq!(token(&fake, 0).assigned_to.unwrap().id, user(7).id);
        assert!(fake.time.elapsed_ms() < 5_000, "another user is no unassignment that shows late");
    });
}

#[test]
fn a_token_that_shows_as_unassigned_may_only_show_its_assignment_late() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Assigned);
        let unanswered = ItemFault::Unanswered { carried_out: false };
        fake.set_faults(FaultPlan::first_items(1, Call::Activate, unanswered));
        let run = TaskRun::planned(&fake, &requests(&fake, 1, |_| TokenAction::Activate(0)), &[seed(0)]);
        fake.change_concurrently(serial(0).as_str(), Some(&freed));
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(run.failure(0), "The token was meanwhile unassigned");
        assert_eq!(fake.log().writes, 1);
        let ms = fake.time.elapsed_ms();
        assert!((60_000..75_000).contains(&ms), "{ms} ms");
    });
}

/// Only a deletion that follows makes it right that a token is gone.
#[test]
fn a_token_that_somebody_deletes_while_its_hash_is_corrected_is_no_success() {
    with_virtual_time(async {
        let fake = stocked(1, &TokenStatus::Activated);
        fake.set_faults(FaultPlan::first_items(1, Call::Unassign, ItemFault::Deleted));
        let hash = HashFunction::Sha1;
        assert_ne!(new_token(0).hash, hash);
        let right = CodeSource::Seed(Box::new(NewToken { hash, ..new_token(0) }), OwnClock::default());
        let repair = |_| TokenAction::RepairHash { hash, code_source: 0 };
        let run = TaskRun::planned(&fake, &requests(&fake, 1, repair), &[right]);
        assert_eq!(run.go().await, RunResult::Complete);
        let reason = run.failure(0);
        assert!(!reason.starts_with("Already") && !reason.starts_with("not failed"), "{reason}");
        assert_eq!(fake.log().writes, 1);
    });
}
