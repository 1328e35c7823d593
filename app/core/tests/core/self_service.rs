//! The outcome of attempts to activate or claim a token.
#![expect(clippy::unwrap_used, reason = "a test fails when its setup fails")]

use token_core::{
    error::ServiceError,
    ports::{Outcome, Refusal, RefusalKind},
    self_service::{
        ActivationOutcome, Denial,
        outcome::{
            ClaimDecision, RefreshDecision, WriteResponse, activation_outcome, check_activation,
            claim_outcome, classify, deactivation_denial, decide_claim, decide_refresh, is_activated,
            read_denial,
        },
    },
    token::{HashFunction, SerialNumber, Token, TokenId, TokenStatus},
};

fn serial(text: &str) -> SerialNumber {
    SerialNumber::parse(text).unwrap()
}

fn token(number: usize, status: TokenStatus) -> Token {
    Token {
        id: TokenId::parse(&format!("00000000-0000-4000-8000-{number:012}")).unwrap(),
        serial: serial(&format!("S-{number}")),
        manufacturer: "Contoso".to_owned(),
        model: "One".to_owned(),
        hash: Some(HashFunction::Sha1),
        interval_seconds: 30,
        status,
        assigned_to: None,
        last_used: None,
        name: None,
    }
}

const BAD: WriteResponse = WriteResponse::Refused(RefusalKind::BadRequest);

#[test]
fn a_serial_of_no_own_token_is_claimed_while_the_limit_allows() {
    let held: Vec<Token> = (1..=2).map(|number| token(number, TokenStatus::Activated)).collect();
    assert_eq!(decide_claim(&held, &serial("S-9"), 3), ClaimDecision::Claim);
    assert_eq!(decide_claim(&held, &serial("S-9"), 2), ClaimDecision::Denied(Denial::Full { most: 2 }));
}

#[test]
fn a_serial_of_an_own_token_is_activated_whatever_the_limit() {
    for status in [TokenStatus::Assigned, TokenStatus::FailedActivation] {
        let held = [token(1, status)];
        assert_eq!(
            decide_claim(&held, &serial("s-1"), 1),
            ClaimDecision::Activate(held[0].clone()),
            "in any case"
        );
    }
    let held = [token(1, TokenStatus::Activated)];
    assert_eq!(decide_claim(&held, &serial("S-1"), 1), ClaimDecision::Denied(Denial::AlreadyActivated));
}

#[test]
fn of_two_tokens_with_one_serial_the_one_not_activated_is_chosen() {
    let fresh = Token { serial: serial("S-1"), ..token(2, TokenStatus::Assigned) };
    let held = [token(1, TokenStatus::Activated), fresh.clone()];
    assert_eq!(decide_claim(&held, &serial("S-1"), 5), ClaimDecision::Activate(fresh));
}

#[test]
fn only_a_token_of_the_user_is_activated() {
    let held = || vec![token(1, TokenStatus::Assigned), token(2, TokenStatus::Activated)];
    let id = |number| token(number, TokenStatus::Assigned).id;
    assert_eq!(check_activation(held(), &id(1)).unwrap().id, id(1));
    assert_eq!(check_activation(held(), &id(2)), Err(Denial::AlreadyActivated));
    assert_eq!(check_activation(held(), &id(3)), Err(Denial::Gone));
}

#[test]
fn an_activation_is_judged_by_the_tokens_read_again() {
    let before = token(1, TokenStatus::Assigned);
    let (active, failed) = (token(1, TokenStatus::Activated), token(1, TokenStatus::FailedActivation));
    let done = ActivationOutcome::Done(active.clone());
    let denied = ActivationOutcome::Denied;
    let later = WriteResponse::Later { after_ms: Some(7) };
    let cases = [
        (WriteResponse::Accepted, Some(vec![active.clone()]), done.clone()),
        (WriteResponse::Accepted, Some(vec![before.clone()]), denied(Denial::Unclear)),
        (WriteResponse::Accepted, Some(vec![]), denied(Denial::Unclear)),
        (WriteResponse::Accepted, None, denied(Denial::Unclear)),
        (BAD, Some(vec![failed.clone()]), denied(Denial::CodeRefused)),
        (BAD, None, denied(Denial::CodeRefused)),
        (BAD, Some(vec![active.clone()]), denied(Denial::AlreadyActivated)),
        (BAD, Some(vec![]), denied(Denial::Gone)),
        (
            WriteResponse::Refused(RefusalKind::Forbidden),
            Some(vec![before.clone()]),
            denied(Denial::NotAllowed),
        ),
        (WriteResponse::Refused(RefusalKind::NotFound), Some(vec![]), denied(Denial::Gone)),
        (
            WriteResponse::Refused(RefusalKind::NotFound),
            Some(vec![before.clone()]),
            denied(Denial::Later { after_ms: None }),
        ),
        (later, Some(vec![before.clone()]), denied(Denial::Later { after_ms: Some(7) })),
        (later, Some(vec![active.clone()]), done.clone()),
        (WriteResponse::Lost, Some(vec![active]), done),
        (WriteResponse::Lost, Some(vec![failed]), denied(Denial::CodeRefused)),
        (WriteResponse::Lost, Some(vec![before.clone()]), denied(Denial::Unclear)),
        (WriteResponse::Lost, None, denied(Denial::Unclear)),
    ];
    for (answer, now, expected) in cases {
        assert_eq!(activation_outcome(&before, answer, now.as_deref()), expected, "{answer:?} {now:?}");
    }
}

#[test]
fn a_lost_response_for_a_token_that_had_failed_before_is_unclear() {
    let before = token(1, TokenStatus::FailedActivation);
    let attempt = activation_outcome(&before, WriteResponse::Lost, Some(std::slice::from_ref(&before)));
    assert_eq!(attempt, ActivationOutcome::Denied(Denial::Unclear));
}

#[test]
fn a_claim_that_only_assigned_the_token_releases_it_whatever_the_response() {
    let held = [token(1, TokenStatus::Activated)];
    let left = token(2, TokenStatus::FailedActivation);
    let now = [held[0].clone(), left.clone()];
    let cases = [
        (BAD, Denial::CodeRefused),
        (WriteResponse::Lost, Denial::CodeRefused),
        (WriteResponse::Later { after_ms: None }, Denial::Later { after_ms: None }),
        (WriteResponse::Refused(RefusalKind::Conflict), Denial::NotAvailable),
        (WriteResponse::Refused(RefusalKind::Forbidden), Denial::NotAllowed),
    ];
    for (answer, denial) in cases {
        let claimed = claim_outcome(&held, &serial("S-2"), answer, Some(&now));
        assert_eq!(claimed.attempt, ActivationOutcome::Denied(denial), "{answer:?}");
        assert_eq!(claimed.release, Some(left.id.clone()), "{answer:?}");
    }
}

#[test]
fn a_claim_never_releases_an_activated_or_earlier_assigned_token() {
    let held = [token(1, TokenStatus::Assigned)];
    let active = token(2, TokenStatus::Activated);
    let now = [held[0].clone(), active.clone()];
    for answer in [WriteResponse::Accepted, BAD, WriteResponse::Lost, WriteResponse::Later { after_ms: None }]
    {
        let claimed = claim_outcome(&held, &serial("S-2"), answer, Some(&now));
        assert_eq!(
            (claimed.attempt, claimed.release),
            (ActivationOutcome::Done(active.clone()), None),
            "{answer:?}"
        );
        let claimed = claim_outcome(&held, &serial("S-1"), answer, Some(&held));
        assert_eq!(claimed.release, None, "{answer:?}");
    }
}

#[test]
fn unknown_tokens_and_tokens_of_others_are_not_distinguished() {
    let outcome = |kind| claim_outcome(&[], &serial("S-2"), WriteResponse::Refused(kind), Some(&[])).attempt;
    let unavailable = ActivationOutcome::Denied(Denial::NotAvailable);
    for kind in [RefusalKind::NotFound, RefusalKind::Conflict, RefusalKind::BadRequest] {
        assert_eq!(outcome(kind), unavailable);
    }
}

#[test]
fn only_problems_that_somebody_must_fix_are_errors() {
    for error in [
        ServiceError::StepUp,
        ServiceError::SignedOut,
        ServiceError::Credentials { message: "no".to_owned() },
        ServiceError::Internal { reference: "x".to_owned() },
    ] {
        assert_eq!(classify(Err(error.clone())), Err(error.clone()));
        assert_eq!(read_denial(error.clone()), Err(error));
    }
    let upstream =
        |status| ServiceError::Upstream { status, message: "m".to_owned(), request_id: "r".to_owned() };
    assert_eq!(classify(Err(upstream(403))), Ok(WriteResponse::Refused(RefusalKind::Forbidden)));
    assert_eq!(classify(Err(upstream(502))), Ok(WriteResponse::Later { after_ms: None }));
    assert_eq!(classify(Err(upstream(200))), Ok(WriteResponse::Lost));
    assert_eq!(read_denial(upstream(403)), Ok(Denial::NotAllowed));
    assert_eq!(read_denial(ServiceError::Throttled { after_ms: 5 }), Ok(Denial::Later { after_ms: Some(5) }));
    let refusal = Refusal { kind: RefusalKind::Unanswered, message: "gone".to_owned(), request_id: None };
    assert_eq!(classify(Ok(Outcome::Unknown(refusal))), Ok(WriteResponse::Lost));
}

#[test]
fn a_lost_response_to_a_claim_is_unclear_unless_the_code_was_refused() {
    let claimed = |status| {
        let now = [token(2, status)];
        claim_outcome(&[], &serial("S-2"), WriteResponse::Lost, Some(&now)).attempt
    };
    assert_eq!(claimed(TokenStatus::Assigned), ActivationOutcome::Denied(Denial::Unclear));
    assert_eq!(claimed(TokenStatus::FailedActivation), ActivationOutcome::Denied(Denial::CodeRefused));
}

#[test]
fn a_refresh_deactivates_first_unless_the_token_is_not_in_use() {
    let held = || vec![token(1, TokenStatus::Assigned), token(2, TokenStatus::Activated)];
    let (passive, active) = (held()[0].clone(), held()[1].clone());
    assert_eq!(decide_refresh(held(), &active.id), RefreshDecision::Refresh(active));
    assert_eq!(decide_refresh(held(), &passive.id), RefreshDecision::Activate(passive));
    let of_another = token(3, TokenStatus::Activated).id;
    assert_eq!(decide_refresh(held(), &of_another), RefreshDecision::Denied(Denial::Gone));
}

#[test]
fn a_refresh_ends_before_its_second_write_unless_the_token_is_deactivated() {
    let (active, passive) = (token(1, TokenStatus::Activated), token(1, TokenStatus::Assigned));
    let other = token(2, TokenStatus::Assigned);
    let later = WriteResponse::Later { after_ms: Some(7) };
    let forbidden = WriteResponse::Refused(RefusalKind::Forbidden);
    let conflict = WriteResponse::Refused(RefusalKind::Conflict);
    let cases = [
        (WriteResponse::Accepted, None, None),
        (WriteResponse::Lost, Some(vec![other.clone(), passive.clone()]), None),
        (forbidden, Some(vec![passive]), None),
        (WriteResponse::Lost, Some(vec![other.clone(), active.clone()]), Some(Denial::Unclear)),
        (WriteResponse::Lost, Some(vec![other]), Some(Denial::Gone)),
        (WriteResponse::Lost, None, Some(Denial::Unclear)),
        (forbidden, Some(vec![active.clone()]), Some(Denial::NotAllowed)),
        (conflict, Some(vec![active.clone()]), Some(Denial::Later { after_ms: None })),
        (later, Some(vec![active]), Some(Denial::Later { after_ms: Some(7) })),
    ];
    for (answer, now, expected) in cases {
        let id = token(1, TokenStatus::Activated).id;
        assert_eq!(deactivation_denial(&id, answer, now.as_deref()), expected, "{answer:?} {now:?}");
    }
}

#[test]
fn an_activation_is_seen_when_this_token_of_the_user_is_activated() {
    let now = [token(1, TokenStatus::Assigned), token(2, TokenStatus::Activated)];
    let seen = |number| is_activated(&now, &token(number, TokenStatus::Assigned).id);
    assert_eq!([seen(1), seen(2), seen(3)], [false, true, false]);
}

#[test]
fn a_claim_that_graph_confirms_is_done_though_its_list_shows_the_old_status() {
    let now = [token(2, TokenStatus::Assigned)];
    let claimed = claim_outcome(&[], &serial("S-2"), WriteResponse::Accepted, Some(&now));
    let active = ActivationOutcome::Done(token(2, TokenStatus::Activated));
    assert_eq!((claimed.attempt, claimed.release), (active, None));
    let unseen = claim_outcome(&[], &serial("S-2"), WriteResponse::Accepted, Some(&[]));
    assert_eq!(unseen.attempt, ActivationOutcome::Denied(Denial::Unclear));
}
