//! Users who hold a directory role: marked, asked for by name, or refused.

use token_core::{
    plan::{
        ActionRequest, Mode, PlannedRow, Planner, TokenAction, Verdict,
        privileged::{PlanTargets, PrivilegedTargets, RoleHolder, load_roles, unknown_note},
        snapshot::load_snapshot,
        token_actions,
    },
    token::TokenStatus,
    user::DirectoryRoles,
};

use crate::rollout::{
    fake::FakeTenant,
    rows::{entries, new_token, user},
    time::with_virtual_time,
};

const POLICIES: [PrivilegedTargets; 3] =
    [PrivilegedTargets::Confirm, PrivilegedTargets::Refuse, PrivilegedTargets::Allow];

/// User 0 holds a role, of user 1 it is not known, user 2 holds none.
fn tenant() -> FakeTenant {
    let roles = |names: &[&str]| DirectoryRoles::Known(names.iter().map(|name| (*name).to_owned()).collect());
    FakeTenant::new((0..3).map(user))
        .with_roles(&user(0), roles(&["Global Administrator"]))
        .with_roles(&user(1), DirectoryRoles::Unknown)
}

fn is_work<W>(row: &PlannedRow<W>) -> bool {
    matches!(row.verdict, Verdict::Work(_))
}

#[test]
fn an_import_marks_asks_or_refuses() {
    with_virtual_time(async {
        let fake = tenant();
        let rows = entries(3);
        for policy in POLICIES {
            let mut read = load_snapshot(&fake, &rows, true, |_| ()).await.unwrap();
            let roles = load_roles(&fake, policy, read.user_ids().collect::<Vec<_>>()).await.unwrap();
            read.add_roles(roles);
            let mut planner = Planner::new(Mode::Activate, &read, &rows);
            let plan: Vec<_> = rows.iter().enumerate().map(|(at, row)| planner.plan(at, row)).collect();
            let PlanTargets { holders, unknown } = PlanTargets::of(read.roles(), &plan);
            let names: Vec<&str> = holders.iter().map(|holder| holder.name.as_str()).collect();
            match policy {
                PrivilegedTargets::Confirm => {
                    assert!(plan.iter().all(is_work));
                    assert_eq!(plan[0].notes, ["holds the directory role Global Administrator"]);
                    assert!(plan[1].notes.is_empty() && plan[2].notes.is_empty(), "no certainty is made up");
                    assert_eq!((names, unknown), (vec!["User 0 (user0@contoso.example)"], 1));
                    assert_eq!(holders[0].user, user(0).id);
                }
                PrivilegedTargets::Refuse => {
                    assert_eq!(plan.iter().map(is_work).collect::<Vec<_>>(), [false, false, true]);
                    assert!(names.is_empty() && unknown == 0, "nothing is left to confirm");
                }
                PrivilegedTargets::Allow => {
                    assert!(plan.iter().all(|row| is_work(row) && row.notes.is_empty()));
                    assert!(names.is_empty() && unknown == 0);
                }
            }
        }
    });
}

#[test]
fn tokens_in_stock_concern_nobody() {
    with_virtual_time(async {
        let fake = tenant();
        let rows = entries(1);
        let mut read = load_snapshot(&fake, &rows, true, |_| ()).await.unwrap();
        read.add_roles(load_roles(&fake, PrivilegedTargets::Refuse, [user(0).id]).await.unwrap());
        let mut planner = Planner::new(Mode::Import, &read, &rows);
        let plan = [planner.plan(0, &rows[0])];
        assert!(is_work(&plan[0]) && PlanTargets::of(read.roles(), &plan).holders.is_empty());
    });
}

#[test]
fn actions_on_a_holders_tokens_are_asked_for_once() {
    with_virtual_time(async {
        let fake = tenant()
            .with(new_token(0), TokenStatus::Activated, Some(&user(0)))
            .with(new_token(1), TokenStatus::Activated, Some(&user(0)))
            .with(new_token(2), TokenStatus::Available, None);
        let tokens = token_core::ports::Directory::tokens(&fake, None).await.unwrap().items;
        let mut requests = ActionRequest::all(&tokens[..2], &TokenAction::Unassign);
        requests.push(ActionRequest::one(3, &tokens[2], TokenAction::Rename("Spare".to_owned())));
        let users = token_actions::target_users(&requests).collect::<Vec<_>>();
        assert_eq!(users, [user(0).id, user(0).id]);
        let mut read =
            token_actions::load_snapshot(&fake, &requests, tokens.clone(), vec![user(0)]).await.unwrap();
        read.add_roles(load_roles(&fake, PrivilegedTargets::Confirm, users).await.unwrap());
        let plan = token_actions::plan(&requests, &read, &[]);
        assert!(plan.iter().all(is_work));
        assert_eq!(plan[1].notes, ["holds the directory role Global Administrator"]);
        assert!(plan[2].notes.is_empty());
        assert_eq!(PlanTargets::of(read.roles(), &plan).holders.len(), 1);
    });
}

#[test]
fn what_cannot_be_told_is_said_with_the_permission() {
    assert_eq!(unknown_note(0), None);
    assert!(unknown_note(2).unwrap().contains("these 2 users hold"));
    assert!(unknown_note(1).unwrap().contains("User.Read.All"));
}

#[test]
fn the_policy_is_named_in_the_settings_in_any_case() {
    let parsed = ["confirm", " Refuse ", "ALLOW"].map(PrivilegedTargets::parse);
    assert_eq!(parsed, POLICIES.map(Some));
    assert_eq!(PrivilegedTargets::parse("yes"), None);
}

#[test]
fn each_holder_of_a_role_is_confirmed_by_name() {
    let holder =
        |n| RoleHolder { user: user(n).id, name: user(n).name, owner: user(n).upn, roles: Vec::new() };
    let targets = PlanTargets { holders: vec![holder(0), holder(1)], unknown: 3 };
    assert!(!targets.are_confirmed(&[user(0).id]), "one is not all");
    assert!(targets.are_confirmed(&[user(1).id, user(2).id, user(0).id]));
    assert!(PlanTargets::default().are_confirmed(&[]), "there is nobody to confirm");
}

#[test]
fn an_assignment_concerns_its_recipient() {
    let fake = tenant().with(new_token(0), TokenStatus::Available, None);
    let token = fake.token(new_token(0).serial.as_str()).unwrap();
    for action in [TokenAction::Assign(user(0)), TokenAction::AssignAndActivate(user(0), 0)] {
        let request = ActionRequest::one(1, &token, action);
        assert_eq!(token_actions::target_users(&[request]).collect::<Vec<_>>(), [user(0).id]);
    }
}
