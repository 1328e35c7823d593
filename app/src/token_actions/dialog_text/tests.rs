use token_core::{
    plan::{snapshot::TenantSnapshot, token_actions::plan},
    token::{AssignedUser, SerialNumber, TokenId},
    user::UserId,
};

use super::*;

fn ann() -> User {
    let id = UserId::parse("00000000-0000-0000-0000-000000000001").unwrap();
    User { id, name: "Ann".into(), upn: "ann@x".into(), mail: None, enabled: None, guest: None }
}

fn token(number: u32, held: bool) -> Token {
    Token {
        id: TokenId::parse(&format!("00000000-0000-0000-0000-{number:012}")).unwrap(),
        serial: SerialNumber::parse(&number.to_string()).unwrap(),
        manufacturer: "Feitian".into(),
        model: "c200".into(),
        hash: None,
        interval_seconds: 30,
        status: if held { TokenStatus::Activated } else { TokenStatus::Available },
        assigned_to: held.then(|| AssignedUser { id: ann().id, name: Some("Ann".into()) }),
        last_used: None,
        name: None,
    }
}

fn rows(requests: &[ActionRequest]) -> Vec<TaskRow> {
    plan(requests, &TenantSnapshot::new(Vec::new(), vec![ann()]), &[])
}

fn question_text(held: bool, action: TokenAction) -> String {
    let request = ActionRequest::one(1, &token(7, held), action);
    question(&request, &rows(std::slice::from_ref(&request))[0]).to_string()
}

#[test]
fn a_question_names_the_token_and_the_person() {
    let delete = |unassign_first| TokenAction::Delete { unassign_first };
    let by = Box::new(token(8, false));
    let replace = |delete_old| TokenAction::Replace { by: by.clone(), code_source: None, delete_old };
    for (held, action, words) in [
        (false, TokenAction::Assign(ann()), "Assign token 7 (Feitian c200) to Ann (ann@x)?"),
        (true, TokenAction::Unassign, "Unassign token 7 (Feitian c200) from Ann (ann@x)?"),
        (true, TokenAction::Deactivate, "Deactivate token 7 (Feitian c200) of Ann (ann@x)?"),
        (false, delete(false), "Delete token 7 (Feitian c200) from the inventory?"),
        (true, delete(true), "Unassign token 7 (Feitian c200) from Ann (ann@x) and delete it?"),
        (false, delete(true), "Delete token 7 (Feitian c200) from the inventory?"),
        (false, TokenAction::Rename("Desk".into()), "Name token 7 (Feitian c200) “Desk”?"),
        (
            true,
            replace(true),
            "Replace token 7 (Feitian c200) of Ann (ann@x) by token 8 (Feitian c200), and delete the old one?",
        ),
        // Nothing to do.
        (true, delete(false), "Token 7 (Feitian c200)"),
    ] {
        assert_eq!(question_text(held, action), words);
    }
}

#[test]
fn consequences_say_what_cannot_be_undone() {
    let text = |requests: &[ActionRequest]| consequences(&rows(requests)).join(" ");
    let delete = TokenAction::Delete { unassign_first: true };
    let one = text(&[ActionRequest::one(1, &token(7, true), delete.clone())]);
    assert!(!one.contains("You can undo") && one.contains("can't be undone: Microsoft"), "{one}");
    assert!(text(&[ActionRequest::one(1, &token(7, true), TokenAction::Unassign)]).contains("need a code"));
    let two = [token(7, true), token(8, true)];
    assert!(text(&ActionRequest::all(&two, &delete)).contains("secret keys back"));
    assert!(text(&ActionRequest::all(&two, &TokenAction::Deactivate)).contains("no undo"));
    assert_eq!(text(&ActionRequest::all(&[token(7, false)], &TokenAction::Rename("Desk".into()))), "");
}

#[test]
fn the_button_label_names_the_action_and_the_count() {
    let tokens = [token(7, true), token(8, true), token(9, false)];
    let label = |action| button_label(&rows(&ActionRequest::all(&tokens, &action)));
    assert_eq!(label(TokenAction::Unassign), "Unassign 2 tokens");
    assert_eq!(label(TokenAction::Delete { unassign_first: true }), "Unassign and delete 3 tokens");
    assert_eq!(label(TokenAction::Delete { unassign_first: false }), "Delete 1 token");
    assert_eq!(
        button_label(&rows(&ActionRequest::all(&[token(9, false)], &TokenAction::Unassign))),
        "Nothing to do"
    );
}
