use token_core::{
    plan::{CodeSource, snapshot::TenantSnapshot, token_actions::plan},
    token::{AssignedUser, HashFunction, SerialNumber, TokenId},
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

/// A plan says of two tokens that one is used no more and the other from then on; it must not say both of "it".
#[test]
fn no_plan_contradicts_itself() {
    let code = CodeSource::Code(token_core::otp::Code::parse("123456").unwrap());
    let by = |number| Box::new(token(number, false));
    let replace =
        |number, code_source, delete_old| TokenAction::Replace { by: by(number), code_source, delete_old };
    let with = |action: fn() -> TokenAction| move |_| action();
    let actions: Vec<Box<dyn Fn(u32) -> TokenAction>> = vec![
        Box::new(with(|| TokenAction::Unassign)),
        Box::new(with(|| TokenAction::Deactivate)),
        Box::new(with(|| TokenAction::Refresh(0))),
        Box::new(with(|| TokenAction::Delete { unassign_first: true })),
        Box::new(with(|| TokenAction::RepairHash { hash: HashFunction::Sha256, code_source: 0 })),
        Box::new(move |number| replace(number + 10, None, false)),
        Box::new(move |number| replace(number + 10, Some(0), false)),
        Box::new(move |number| replace(number + 10, Some(0), true)),
    ];
    for action in actions {
        for count in 1..=2 {
            let tokens: Vec<Token> = (1..=count).map(|number| token(number, true)).collect();
            let requests: Vec<ActionRequest> = tokens
                .iter()
                .zip(1..)
                .map(|(one, line)| ActionRequest::one(line.into(), one, action(line)))
                .collect();
            let snapshot = TenantSnapshot::new(Vec::new(), vec![ann()]);
            let rows = plan(&requests, &snapshot, std::slice::from_ref(&code));
            let lines = consequences(&rows);
            let of = |begin: &str, end: &str| {
                let found = lines.iter().filter_map(|line| line.split_once(begin)?.1.split_once(end));
                found.map(|(whom, _)| whom.to_owned()).collect::<Vec<_>>()
            };
            let (ended, begun) =
                (of("can't sign in with ", " any more"), of("can sign in with ", " from then on"));
            assert!(ended.iter().all(|whom| !begun.contains(whom)), "{lines:?}");
            assert!(rows.iter().all(|row| matches!(row.verdict, Verdict::Work(_))), "{rows:?}");
        }
    }
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
