//! Error responses of Graph to a whole request or to one item of a write.

use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{Change, Directory, Outcome, Refusal, RefusalKind},
    token::Token,
};
use wiremock::ResponseTemplate;

use crate::mock_graph::{BATCH, DEVICES, MockGraph, RETRIES, answer, assignment, changes, error, refusal};

async fn list_fault(response: ResponseTemplate) -> ServiceError {
    let mock = MockGraph::start().await;
    mock.on("GET", DEVICES, response).await;
    mock.directory().tokens(None).await.unwrap_err()
}

async fn assign_outcome(item: Value) -> Outcome<Option<Token>> {
    let mock = MockGraph::start().await;
    mock.on_items(move |_| item.clone()).await;
    let mut outcomes =
        mock.directory().apply(changes(Change::Assign, vec![assignment(1)]), None).await.unwrap().outcomes;
    assert_eq!(mock.received(BATCH).await.len(), 1, "a write is never repeated here");
    outcomes.pop().unwrap()
}

fn said(kind: RefusalKind, message: &str) -> Refusal {
    Refusal { kind, message: message.to_owned(), request_id: Some("request-of-the-item".to_owned()) }
}

#[tokio::test]
async fn passes_on_graphs_message_and_request_id() {
    for status in [400, 404, 405, 409, 500, 503] {
        let expected =
            ServiceError::Upstream { status, message: "why".into(), request_id: "request-1".into() };
        assert_eq!(list_fault(refusal(status, "code", "why")).await, expected);
    }
}

#[tokio::test]
async fn reads_the_request_id_in_the_body_without_a_header() {
    let error = list_fault(ResponseTemplate::new(400).set_body_json(error("code", "why"))).await;
    assert!(error.to_string().contains("request-inside"), "{error}");
}

#[tokio::test]
async fn the_body_may_be_empty_or_not_json() {
    for body in
        [ResponseTemplate::new(400), ResponseTemplate::new(400).set_body_string("<h1>Bad gateway</h1>")]
    {
        let message = "status 400 without a message".to_owned();
        assert_eq!(
            list_fault(body).await,
            ServiceError::Upstream { status: 400, message, request_id: "none".into() }
        );
    }
}

#[tokio::test]
async fn follows_no_redirect() {
    let elsewhere = ResponseTemplate::new(302).insert_header("Location", "/beta/elsewhere");
    assert!(matches!(list_fault(elsewhere).await, ServiceError::Upstream { status: 302, .. }));
}

#[tokio::test]
async fn refused_items_have_graphs_message() {
    for (status, kind) in [
        (400, RefusalKind::BadRequest),
        (404, RefusalKind::NotFound),
        (409, RefusalKind::Conflict),
        (424, RefusalKind::Other),
    ] {
        let outcome = assign_outcome(answer(status, error("code", "why"))).await;
        assert_eq!(outcome, Outcome::Refused(said(kind, "why")), "{status}");
    }
}

#[tokio::test]
async fn a_forbidden_item_names_the_permission() {
    let outcome = assign_outcome(answer(403, error("accessDenied", "Request Authorization failed"))).await;
    let message =
        "Request Authorization failed (needs the permission UserAuthMethod-HardwareOATH.ReadWrite.All)";
    assert_eq!(outcome, Outcome::Refused(said(RefusalKind::Forbidden, message)));
}

#[tokio::test]
async fn a_throttled_item_may_be_repeated_later() {
    let mut item = answer(429, error("TooManyRequests", "Please retry again later."));
    let refusal = || said(RefusalKind::Throttled, "Please retry again later.");
    assert_eq!(assign_outcome(item.clone()).await, Outcome::Later { after_ms: None, refusal: refusal() });
    item["headers"]["retry-after"] = json!("7");
    assert_eq!(assign_outcome(item).await, Outcome::Later { after_ms: Some(7_000), refusal: refusal() });
}

#[tokio::test]
async fn fractions_of_a_second_are_rounded_up() {
    for (value, after_ms) in [(json!("0.249"), 1_000), (json!(1.5), 2_000)] {
        let mut item = answer(429, error("TooManyRequests", "slow down"));
        item["headers"]["Retry-After"] = value;
        let outcome = assign_outcome(item).await;
        assert!(
            matches!(outcome, Outcome::Later { after_ms: Some(ms), .. } if ms == after_ms),
            "{outcome:?}"
        );
    }
    let busy = refusal(429, "TooManyRequests", "slow down").insert_header("Retry-After", "29.01");
    assert_eq!(list_fault(busy).await, ServiceError::Throttled { after_ms: 30_000 });
}

#[tokio::test]
async fn the_default_method_is_not_removed() {
    for message in [
        "The method matches the user's current default authentication method, and cannot be deleted until the default \
         authentication method is changed",
        "Cannot delete default method with other methods configured. Change the default first.",
    ] {
        let mock = MockGraph::start().await;
        mock.on_items(move |_| answer(400, error("badRequest", message))).await;
        let unassign = changes(Change::Unassign, vec![assignment(1)]);
        let outcomes = mock.directory().apply(unassign, None).await.unwrap().outcomes;
        assert_eq!(outcomes, [Outcome::Refused(said(RefusalKind::DefaultMethod, message))]);
    }
}

#[tokio::test]
async fn an_error_without_the_envelope_has_its_message() {
    let body =
        || json!({ "Message": "An error has occurred.", "MessageDetail": "Bearer token-1 was no use." });
    let outcome = assign_outcome(answer(400, body())).await;
    let Outcome::Refused(refusal) = outcome else { panic!("{outcome:?}") };
    assert_eq!(refusal.kind, RefusalKind::BadRequest);
    assert!(refusal.message.starts_with("An error has occurred. "), "{refusal:?}");
    let error = list_fault(ResponseTemplate::new(500).set_body_json(body())).await;
    assert!(error.to_string().contains("An error has occurred. Bearer ••• was no use."), "{error}");
}

#[tokio::test]
async fn an_unavailable_item_keeps_its_retry_after() {
    let mut item = answer(503, error("serviceNotAvailable", "down"));
    item["headers"]["Retry-After"] = json!("17");
    let refusal = said(RefusalKind::Unanswered, "down");
    assert_eq!(assign_outcome(item).await, Outcome::Later { after_ms: Some(17_000), refusal });
}

#[tokio::test]
async fn users_who_are_all_forbidden_may_be_administrators() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(403, error("accessDenied", "Request Authorization failed"))).await;
    let outcomes = mock
        .directory()
        .apply(changes(Change::Assign, vec![assignment(1), assignment(2)]), None)
        .await
        .unwrap()
        .outcomes;
    let forbidden = |outcome: &Outcome<Option<Token>>| matches!(outcome, Outcome::Refused(refusal) if refusal.kind == RefusalKind::Forbidden);
    assert!(outcomes.len() == 2 && outcomes.iter().all(forbidden), "{outcomes:?}");
}

#[tokio::test]
async fn a_403_without_message_is_attributed_to_a_gateway() {
    let error = list_fault(ResponseTemplate::new(403).set_body_string("<h1>Blocked</h1>")).await;
    assert!(matches!(&error, ServiceError::Upstream { status: 403, .. }), "{error:?}");
    assert!(error.to_string().contains("a proxy or gateway"), "{error}");
}

#[tokio::test]
async fn redacts_the_access_token_in_refusals() {
    let echo = error("BadRequest", "Authorization: Bearer token-1 is not welcome");
    let error = list_fault(ResponseTemplate::new(400).set_body_json(echo)).await;
    assert!(error.to_string().contains("Bearer ••• is not welcome"), "{error}");
}

#[tokio::test]
async fn an_item_with_a_server_error_is_unknown() {
    // 401: the access token expired meanwhile; the next attempt uses a new one.
    for status in [401, 408, 500, 502, 503, 504] {
        let outcome = assign_outcome(answer(status, error("code", "why"))).await;
        assert_eq!(outcome, Outcome::Unknown(said(RefusalKind::Unanswered, "why")), "{status}");
    }
}

#[tokio::test]
async fn a_write_whose_batches_all_fail_is_an_error() {
    let mock = MockGraph::start().await;
    mock.on("POST", BATCH, refusal(503, "serviceNotAvailable", "down")).await;
    let error = mock.directory().apply(changes(Change::Assign, vec![assignment(1)]), None).await.unwrap_err();
    assert!(matches!(error, ServiceError::Upstream { status: 503, .. }), "{error:?}");
    assert_eq!(mock.received(BATCH).await.len(), 1, "it may have been carried out");
}

#[tokio::test]
async fn more_than_a_hundred_writes_are_refused_here() {
    let mock = MockGraph::start().await;
    let error = mock
        .directory()
        .apply(changes(Change::Assign, (0..101).map(assignment).collect()), None)
        .await
        .unwrap_err();
    assert!(matches!(error, ServiceError::Invalid { .. }));
}

#[tokio::test]
async fn refuses_http_to_other_machines() {
    let mock = MockGraph::start().await;
    let mut settings = mock.settings();
    settings.authority = "http://login.example".parse().unwrap();
    let refused = graph::GraphDirectory::with_retries(settings, RETRIES).err().unwrap();
    assert!(refused.to_string().contains("https://"), "{refused}");
}

#[tokio::test]
async fn a_concurrency_violation_is_no_serial_that_exists() {
    for code in ["Directory_ConcurrencyViolation", "directory_concurrencyviolation"] {
        let outcome = assign_outcome(answer(409, error(code, "why"))).await;
        assert_eq!(outcome, Outcome::Unknown(said(RefusalKind::Unanswered, "why")), "{code}");
    }
}
