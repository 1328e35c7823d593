//! `Directory::tokens_by_id`: each token by its own GET, in batches.

use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{Directory, RefusalKind},
    token::{TokenId, TokenStatus},
};

use crate::mock_graph::{BATCH, MockGraph, answer, device, error, guid, token_id, user_id};

fn number(item: &Value) -> usize {
    item["url"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn gets_each_token_of_the_inventory() {
    let mock = MockGraph::start().await;
    mock.on_items(|item| answer(200, device(number(item), "A1"))).await;
    let seen = mock.directory().tokens_by_id(vec![token_id(7)]).await.unwrap();
    let [Ok(Some(token))] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((token.id.clone(), token.serial.as_str()), (token_id(7), "A1"));
    let items = mock.items().await;
    let url = format!("/directory/authenticationMethodDevices/hardwareOathDevices/{}", guid(7));
    assert_eq!((&items[0]["method"], &items[0]["url"]), (&"GET".into(), &url.into()));
    assert!(items[0].get("body").is_none());
}

#[tokio::test]
async fn reads_flat_nested_and_wrapped() {
    let mut held = device(1, "A1");
    held["assignedTo"] = json!({ "id": user_id(1).as_str(), "displayName": "Amy Masters" });
    let nested = json!({ "id": guid(1), "device": held });
    for body in [held.clone(), nested.clone(), json!({ "value": held }), json!({ "value": nested })] {
        let mock = MockGraph::start().await;
        mock.on_items(move |_| answer(200, body.clone())).await;
        let seen = mock.directory().tokens_by_id(vec![token_id(1)]).await.unwrap();
        let [Ok(Some(token))] = seen.as_slice() else { panic!("{seen:?}") };
        assert_eq!(
            (&token.status, &token.assigned_to.as_ref().unwrap().id),
            (&TokenStatus::Assigned, &user_id(1))
        );
    }
}

#[tokio::test]
async fn returns_a_hundred_in_the_order_of_the_ids() {
    let mock = MockGraph::start().await;
    mock.on_items(|item| match number(item) {
        odd if odd % 2 == 1 => answer(404, error("ResourceNotFound", "Resource not found.")),
        even => answer(200, device(even, &format!("S{even}"))),
    })
    .await;
    let seen = mock.directory().tokens_by_id((0..100).map(token_id).collect()).await.unwrap();
    assert_eq!(mock.received(BATCH).await.len(), 5);
    assert_eq!(seen.len(), 100);
    for (number, seen) in seen.iter().enumerate() {
        let id = seen.as_ref().unwrap().as_ref().map(|token| token.id.clone());
        assert_eq!(id, (number % 2 == 0).then(|| token_id(number)));
    }
}

#[tokio::test]
async fn only_404_means_that_a_token_is_gone() {
    let mock = MockGraph::start().await;
    mock.on_items(|item| match number(item) {
        1 => answer(400, error("badRequest", "no such id")),
        2 => answer(200, Value::Null),
        3 => answer(200, device(30, "another token")),
        4 => answer(404, Value::Null),
        _ => answer(200, device(5, "S5")),
    })
    .await;
    let seen = mock.directory().tokens_by_id((1..6).map(token_id).collect()).await.unwrap();
    let [Err(refused), Err(empty), Err(other), Ok(None), Ok(Some(_))] = seen.as_slice() else {
        panic!("{seen:?}")
    };
    assert_eq!((refused.kind, refused.message.as_str()), (RefusalKind::BadRequest, "no such id"));
    assert_eq!((empty.kind, other.kind), (RefusalKind::Unanswered, RefusalKind::Unanswered));
    assert_eq!(empty.request_id.as_deref(), Some("request-of-the-item"));
}

#[tokio::test]
async fn retries_a_throttled_item() {
    let mock = MockGraph::start().await;
    let first = std::sync::atomic::AtomicBool::new(true);
    mock.on_items(move |item| match number(item) {
        2 if first.swap(false, std::sync::atomic::Ordering::SeqCst) => {
            answer(429, error("TooManyRequests", "slow down"))
        }
        number => answer(200, device(number, "A1")),
    })
    .await;
    let seen = mock.directory().tokens_by_id((1..4).map(token_id).collect()).await.unwrap();
    assert!(seen.iter().all(|seen| matches!(seen, Ok(Some(_)))), "{seen:?}");
    assert_eq!(mock.items().await.len(), 4, "only what was throttled goes again");
}

#[tokio::test]
async fn any_other_refusal_fails_the_whole_call() {
    for (status, is_right) in [
        (
            403,
            (|error| matches!(error, ServiceError::Forbidden { permission, .. } if permission == "Policy.Read.All"))
                as fn(&ServiceError) -> bool,
        ),
        (409, |error| matches!(error, ServiceError::Upstream { status: 409, .. })),
        (503, |error| matches!(error, ServiceError::Upstream { status: 503, .. })),
    ] {
        let mock = MockGraph::start().await;
        mock.on_items(move |_| answer(status, error("code", "why"))).await;
        let error = mock.directory().tokens_by_id(vec![token_id(1)]).await.unwrap_err();
        assert!(is_right(&error), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn accepts_at_most_a_hundred_ids() {
    let mock = MockGraph::start().await;
    let error = mock.directory().tokens_by_id((0..101).map(token_id).collect()).await.unwrap_err();
    assert!(matches!(error, ServiceError::Invalid { .. }));
    assert_eq!(mock.directory().tokens_by_id(Vec::new()).await.unwrap(), []);
    assert!(mock.server.received_requests().await.unwrap().is_empty());
    for hostile in ["../users", "a/b", "$batch", "1", "%2e%2e", &format!("{}?", guid(1))] {
        assert_eq!(TokenId::parse(hostile), None, "{hostile}");
        assert!(serde_json::from_value::<TokenId>(json!(hostile)).is_err(), "{hostile}");
    }
}
