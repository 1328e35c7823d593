//! The users who are to get a token, in the plan.

use token_core::{
    plan::{
        ActionRequest, TokenAction,
        snapshot::TenantSnapshot,
        token_actions::{load_snapshot, plan},
    },
    token::{Token, TokenStatus},
};

use super::{plan::says, requests, seed, stocked, token};
use crate::rollout::{
    rows::{new_token, user},
    time::with_virtual_time,
};

#[test]
fn a_row_that_assigns_names_the_user_who_is_to_get_the_token() {
    let fake = stocked(1, &TokenStatus::Available);
    for action in [TokenAction::Assign(user(3)), TokenAction::AssignAndActivate(user(3), 0)] {
        let requests = requests(&fake, 1, |_| action.clone());
        let row = plan(&requests, &TenantSnapshot::default(), &[seed(0)]).remove(0);
        assert_eq!((row.owner.as_str(), row.owner_name.as_str()), ("user3@contoso.example", "User 3"));
    }
}

#[test]
fn a_token_that_an_unknown_user_has_is_assigned_to_nobody_else() {
    for status in [TokenStatus::Assigned, TokenStatus::Activated] {
        let token = Token { assigned_to: None, ..token(&stocked(1, &status), 0) };
        let request = ActionRequest::one(1, &token, TokenAction::Assign(user(1)));
        assert_eq!(
            says(&[request], &TenantSnapshot::default(), &[]),
            ["Conflict: Somebody holds the token already, and the inventory does not say who"]
        );
    }
}

#[test]
fn the_lists_of_the_users_who_get_a_token_are_read_when_one_call_suffices() {
    for (users, known) in [(0, 0), (1, 1), (100, 1), (101, 0)] {
        with_virtual_time(async {
            let fake = stocked(101, &TokenStatus::Available);
            let fake = fake.with(new_token(500), TokenStatus::Activated, Some(&user(0)));
            let requests = requests(&fake, users, |n| TokenAction::Assign(user(n)));
            let snapshot = load_snapshot(&fake, &requests, Vec::new(), Vec::new()).await.unwrap();
            assert_eq!(snapshot.token_count(&user(0).id), known, "{users} users");
        });
    }
}
