//! Another administrator was quicker: what they did is noticed, not overwritten.

use token_core::{
    manage::Action,
    rollout::engine::Ended,
    token::{Holder, Token, TokenStatus},
};

use super::{TaskRun, Wanted, asks, seed, stocked, token};
use crate::{
    rows::{serial, user},
    time::virtually,
    weather::{Call, Gust, Weather},
};

type Change<'a> = Option<&'a dyn Fn(&mut Token)>;

fn moved(token: &mut Token) {
    token.holder = Some(Holder { id: user(7).id, name: Some(user(7).name) });
    token.status = TokenStatus::Assigned;
}

fn freed(token: &mut Token) {
    (token.holder, token.status) = (None, TokenStatus::Available);
}

fn named(token: &mut Token) {
    token.name = Some("Theirs".to_owned());
}

/// Plans for one token, lets another administrator change it, runs: how the row ended, and the token before and after.
fn after(
    status: &TokenStatus,
    action: impl Fn(usize) -> Action,
    change: Change<'_>,
) -> (Result<(), String>, Option<Token>, Option<Token>) {
    virtually(async {
        let fake = stocked(1, status);
        let run = TaskRun::planned(&fake, &asks(&fake, 1, action), &[seed(0)]);
        fake.meddle(serial(0).as_str(), change);
        let theirs = fake.token(serial(0).as_str());
        assert_eq!(run.go().await, Ended::Complete);
        let end = if run.is_done(0) { Ok(()) } else { Err(run.failure(0)) };
        (end, theirs, fake.token(serial(0).as_str()))
    })
}

#[test]
fn a_token_that_changed_is_left_as_it_is_and_the_row_says_what_was_found() {
    use TokenStatus::{Activated, Assigned, Available};
    let assigned = "meanwhile assigned to User 7";
    let deleted = "deleted meanwhile";
    let unassigned = "meanwhile unassigned";
    let assign = |_| Action::Assign(user(0));
    let delete = |_| Action::Delete { unassign_first: false };
    let both = |_| Action::Delete { unassign_first: true };
    let rename = |_| Action::Rename("Mine".to_owned());
    let cases: [(&TokenStatus, Wanted<'_>, Change<'_>, &str); 15] = [
        (&Available, &assign, Some(&moved), assigned),
        (&Available, &assign, None, deleted),
        (&Available, &|_| Action::AssignAndActivate(user(0), 0), Some(&moved), assigned),
        (&Assigned, &Action::Activate, Some(&moved), assigned),
        (&Assigned, &Action::Activate, Some(&freed), unassigned),
        (&Assigned, &Action::Activate, None, deleted),
        (&Activated, &|_| Action::Unassign, Some(&moved), assigned),
        (&Activated, &|_| Action::Unassign, None, deleted),
        (&Activated, &|_| Action::Deactivate, Some(&moved), assigned),
        (&Activated, &|_| Action::Deactivate, Some(&freed), unassigned),
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
        (&Available, &|_| Action::Assign(user(7)), Some(&moved)),
        (&Activated, &|_| Action::Unassign, Some(&freed)),
        (&Activated, &|_| Action::Deactivate, Some(&deactivated)),
        (&Available, &|_| Action::Delete { unassign_first: false }, None),
        (&Activated, &|_| Action::Delete { unassign_first: true }, None),
        (&Available, &|_| Action::Rename("Mine".to_owned()), Some(&renamed)),
    ];
    for (status, action, change) in cases {
        let (end, theirs, now) = after(status, action, change);
        assert_eq!(end, Ok(()), "{:?}", action(0));
        assert_eq!(now, theirs);
    }
}

#[test]
fn a_token_that_is_handed_on_between_two_steps_is_not_deleted() {
    virtually(async {
        let fake = stocked(1, &TokenStatus::Activated);
        fake.turns(Weather::first(1, Call::Delete, Gust::MovedTo(user(7).id)));
        let action = |_| Action::Delete { unassign_first: true };
        let run = TaskRun::planned(&fake, &asks(&fake, 1, action), &[]);
        assert_eq!(run.go().await, Ended::Complete);
        let words =
            "Already unassigned, but then: The token was meanwhile assigned to User 7, so it was not deleted";
        assert_eq!(run.failure(0), words);
        assert_eq!(token(&fake, 0).holder.unwrap().id, user(7).id);
    });
}
