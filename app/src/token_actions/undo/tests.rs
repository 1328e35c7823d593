use token_core::{
    plan::{snapshot::TenantSnapshot, token_actions::plan},
    token::{AssignedUser, SerialNumber, TokenId},
};

use super::*;

fn guid(number: u32) -> String {
    format!("00000000-0000-0000-0000-{number:012}")
}

fn user(number: u32) -> User {
    let id = UserId::parse(&guid(number)).unwrap();
    User { id, name: "Ann".into(), upn: "ann@x".into(), mail: None, enabled: None, guest: None }
}

fn token(number: u32, assigned_to: Option<&User>, status: TokenStatus) -> Token {
    Token {
        id: TokenId::parse(&guid(number)).unwrap(),
        serial: SerialNumber::parse(&number.to_string()).unwrap(),
        manufacturer: "Feitian".into(),
        model: "c200".into(),
        hash: None,
        interval_seconds: 30,
        status,
        assigned_to: assigned_to.map(|user| AssignedUser { id: user.id.clone(), name: None }),
        last_used: None,
        name: Some("Old".into()),
    }
}

/// The undo after this many steps.
fn after_steps(request: ActionRequest, steps: usize) -> Option<Undo> {
    let known = user(1);
    let rows = plan(&[request], &TenantSnapshot::new(Vec::new(), vec![known.clone()]), &[]);
    assert!(matches!(rows[0].verdict, Verdict::Work(_)), "{:?}", rows[0].verdict);
    let progress = Progress { steps, ..Progress::default() };
    undo(&rows, &[progress], |id| (*id == known.id).then(|| known.clone()))
}

fn action(undo: &Undo) -> &TokenAction {
    &undo.requests[0].resolved.as_ref().unwrap().action
}

#[test]
fn an_unassigned_token_is_assigned_again_and_needs_a_code_if_it_was_activated() {
    let held = token(7, Some(&user(1)), TokenStatus::Activated);
    let undo = after_steps(ActionRequest::one(1, &held, TokenAction::Unassign), 1).unwrap();
    assert_eq!(action(&undo), &TokenAction::Assign(user(1)));
    assert_eq!(undo.codes, 1);
    assert_eq!(
        undo.requests[0].resolved.as_ref().unwrap().token.assigned_to,
        None,
        "the request has the token as it is now"
    );
    let held = token(7, Some(&user(1)), TokenStatus::Assigned);
    assert_eq!(after_steps(ActionRequest::one(1, &held, TokenAction::Unassign), 1).unwrap().hint(), None);
}

#[test]
fn a_step_that_was_not_done_has_no_undo() {
    let held = token(7, Some(&user(1)), TokenStatus::Assigned);
    assert_eq!(after_steps(ActionRequest::one(1, &held, TokenAction::Unassign), 0), None);
}

#[test]
fn a_token_of_a_deleted_user_stays_unassigned() {
    let held = token(7, Some(&user(2)), TokenStatus::Assigned);
    assert_eq!(after_steps(ActionRequest::one(1, &held, TokenAction::Unassign), 1), None);
}

#[test]
fn an_assigned_token_is_unassigned_and_a_renamed_one_gets_its_name_back() {
    let free = token(7, None, TokenStatus::Available);
    let undo = after_steps(ActionRequest::one(1, &free, TokenAction::Assign(user(1))), 1).unwrap();
    assert_eq!(action(&undo), &TokenAction::Unassign);
    assert_eq!(
        undo.requests[0].resolved.as_ref().unwrap().token.assigned_to.as_ref().unwrap().id,
        user(1).id
    );
    let undo = after_steps(ActionRequest::one(1, &free, TokenAction::Rename("New".into())), 1).unwrap();
    assert_eq!(action(&undo), &TokenAction::Rename("Old".into()));
}

#[test]
fn a_deleted_token_has_no_undo_but_one_that_was_only_unassigned_has() {
    let held = token(7, Some(&user(1)), TokenStatus::Activated);
    let delete = || ActionRequest::one(1, &held, TokenAction::Delete { unassign_first: true });
    assert_eq!(after_steps(delete(), 2), None);
    assert_eq!(action(&after_steps(delete(), 1).unwrap()), &TokenAction::Assign(user(1)));
}

#[test]
fn a_replacement_is_undone_by_the_reverse_replacement_unless_the_old_token_is_deleted() {
    let old = token(7, Some(&user(1)), TokenStatus::Activated);
    let by = Box::new(token(8, None, TokenStatus::Available));
    let replace = |delete_old| {
        ActionRequest::one(1, &old, TokenAction::Replace { by: by.clone(), code_source: None, delete_old })
    };
    let undo = after_steps(replace(false), 2).unwrap();
    let TokenAction::Replace { by: back, delete_old: false, .. } = action(&undo) else { panic!("{undo:?}") };
    assert_eq!((&back.id, &undo.requests[0].resolved.as_ref().unwrap().token.id), (&old.id, &by.id));
    assert_eq!(after_steps(replace(true), 3), None);
}
