//! `UserTokens::claim`: `assignAndActivateBySerialNumber` (MICROSOFT_GRAPH.md 2.5).

use serde_json::json;
use token_core::{
    error::ServiceError,
    otp::Code,
    ports::{Outcome, RefusalKind},
};

use crate::mock_graph::{BATCH, CODE, MockGraph, answer, error, refusal, serial, user_id};

fn code() -> Code {
    Code::parse(CODE).unwrap()
}

#[tokio::test]
async fn posts_serial_and_code_as_strings() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| json!({ "status": 204 })).await;
    let user = user_id(1);
    let outcome = mock.directory().user_tokens(&user).claim(&serial("TOTP/1 '2"), &code()).await.unwrap();
    assert_eq!(outcome, Outcome::Done(()));
    let items = mock.items().await;
    let url = format!(
        "/users/{}/authentication/hardwareOathMethods/assignAndActivateBySerialNumber",
        user.as_str()
    );
    assert_eq!((&items[0]["method"], &items[0]["url"]), (&json!("POST"), &json!(url)));
    assert_eq!(items[0]["body"], json!({ "serialNumber": "TOTP/1 '2", "verificationCode": CODE }));
}

#[tokio::test]
async fn redacts_the_code_in_refusals() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(409, error("conflict", &format!("Not with {CODE}.")))).await;
    let user = user_id(1);
    let outcome = mock.directory().user_tokens(&user).claim(&serial("A-1"), &code()).await.unwrap();
    let Outcome::Refused(refusal) = outcome else { panic!("{outcome:?}") };
    assert_eq!((refusal.kind, refusal.message.as_str()), (RefusalKind::Conflict, "Not with •••."));
}

#[tokio::test]
async fn a_code_is_not_sent_again_after_a_delay() {
    let mock = MockGraph::start().await;
    let busy = refusal(429, "TooManyRequests", "slow down").insert_header("Retry-After", "1");
    mock.on("POST", BATCH, busy).await;
    let user = user_id(1);
    let error = mock.directory().user_tokens(&user).claim(&serial("A-1"), &code()).await.unwrap_err();
    assert_eq!(error, ServiceError::Throttled { after_ms: 1_000 });
    assert_eq!(mock.received(BATCH).await.len(), 1);
}

#[tokio::test]
async fn an_unknown_outcome_is_not_repeated() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(500, error("generalException", "what"))).await;
    let user = user_id(1);
    let outcome = mock.directory().user_tokens(&user).claim(&serial("A-1"), &code()).await.unwrap();
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!(mock.items().await.len(), 1);
}
