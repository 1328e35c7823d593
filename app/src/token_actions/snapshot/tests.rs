use token_core::{
    ports::{Refusal, RefusalKind},
    token::SerialNumber,
};

use super::*;

fn token(assigned_to: Option<&str>) -> Token {
    let id = |name: &str| UserId::parse(&format!("00000000-0000-0000-0000-{:0>12}", name.len())).unwrap();
    Token {
        id: TokenId::parse("00000000-0000-0000-0000-000000000007").unwrap(),
        serial: SerialNumber::parse("7").unwrap(),
        manufacturer: "Feitian".into(),
        model: "c200".into(),
        hash: None,
        interval_seconds: 30,
        status: if assigned_to.is_some() { TokenStatus::Assigned } else { TokenStatus::Available },
        assigned_to: assigned_to.map(|name| AssignedUser { id: id(name), name: Some(name.into()) }),
        last_used: None,
        name: None,
    }
}

/// The request after reading; `Err` is why it is not possible.
fn read(
    before: Option<&str>,
    action: TokenAction,
    now: IdLookup,
    allows_change: bool,
) -> Result<ResolvedAction, String> {
    let before = token(before);
    let seen = HashMap::from([(before.id.clone(), now)]);
    let request = refreshed(&ActionRequest::one(1, &before, action), &seen, |_| allows_change);
    request.resolved.map_err(|issues| issues[0].message.clone())
}

#[test]
fn a_request_gets_the_token_as_it_is_now() {
    let resolved = read(Some("Ann"), TokenAction::Unassign, Ok(Some(token(None))), false).unwrap();
    assert_eq!(*resolved.token, token(None));
}

#[test]
fn a_dangerous_action_fails_in_a_batch_when_the_token_was_reassigned() {
    let now = || Ok(Some(token(Some("Roberta"))));
    let message = "The token was meanwhile assigned to Roberta";
    assert_eq!(read(Some("Ann"), TokenAction::Unassign, now(), false).unwrap_err(), message);
    assert_eq!(read(None, TokenAction::Delete { unassign_first: true }, now(), false).unwrap_err(), message);
    assert!(
        read(Some("Ann"), TokenAction::Unassign, now(), true).is_ok(),
        "the question names the new holder"
    );
    assert_eq!(assignee_change(&token(Some("Roberta")), &token(Some("Roberta"))), None);
}

#[test]
fn a_deleted_token_and_a_refused_read_have_different_messages() {
    let gone = read(None, TokenAction::Rename("x".into()), Ok(None), false).unwrap_err();
    assert!(gone.contains("deleted meanwhile"), "{gone}");
    let refusal = Refusal { kind: RefusalKind::Forbidden, message: "No.".into(), request_id: None };
    assert!(read(None, TokenAction::Unassign, Err(refusal), false).unwrap_err().contains("refused to look"));
}

#[test]
fn an_expected_state_replaces_a_stale_one() {
    let mut seen = token(Some("Ann"));
    apply_expected(&mut seen, &Expected::Free);
    assert_eq!(seen, token(None));
    let user = token(Some("Ann")).assigned_to.map(|assigned_to| assigned_to.id);
    apply_expected(&mut seen, &Expected::Held { user: user.clone(), activated: Some(true) });
    assert_eq!(
        (seen.assigned_to.map(|assigned_to| assigned_to.id), seen.status),
        (user, TokenStatus::Activated)
    );
}
