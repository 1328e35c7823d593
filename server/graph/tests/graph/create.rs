//! Creations by one POST for each token, in batches: of a single token, and of a tenant that takes no bulk creation (the mock
//! server answers the bulk request with 404).

use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{Change, Directory, Outcome, RefusalKind},
};

use crate::mock_graph::{MockGraph, SEED, answer, changes, device, error, guid, new_token};

#[tokio::test]
async fn posts_all_properties() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(201, device(1, "0012"))).await;
    mock.directory().apply(changes(Change::Create, vec![new_token("0012")]), None).await.unwrap();
    let items = mock.items().await;
    assert_eq!(items[0]["method"], "POST");
    assert_eq!(items[0]["url"], "/directory/authenticationMethodDevices/hardwareOathDevices");
    assert_eq!(items[0]["headers"]["Content-Type"], "application/json");
    let expected = json!({
        "serialNumber": "0012", "manufacturer": "Contoso", "model": "Hardware Token 1000", "secretKey": SEED,
        "timeIntervalInSeconds": 60, "hashFunction": "hmacsha256"
    });
    assert_eq!(items[0]["body"], expected);
}

#[tokio::test]
async fn reads_201_and_200_flat_nested_and_wrapped() {
    for body in [
        device(1, "A1"),
        json!({ "id": guid(1), "device": device(1, "A1") }),
        json!({ "value": device(1, "A1") }),
    ] {
        for status in [200, 201] {
            let mock = MockGraph::start().await;
            let body = body.clone();
            mock.on_items(move |_| answer(status, body.clone())).await;
            let outcomes = mock
                .directory()
                .apply(changes(Change::Create, vec![new_token("A1")]), None)
                .await
                .unwrap()
                .outcomes;
            let [Outcome::Done(Some(token))] = outcomes.as_slice() else { panic!("{outcomes:?}") };
            assert_eq!((token.id.as_str(), token.serial.as_str()), (guid(1).as_str(), "A1"));
        }
    }
}

#[tokio::test]
async fn one_refused_token_does_not_stop_the_others() {
    let mock = MockGraph::start().await;
    mock.on_items(|item: &Value| {
        let serial = item["body"]["serialNumber"].as_str().unwrap();
        if serial == "S1" { answer(409, error("conflict", "taken")) } else { answer(201, device(5, serial)) }
    })
    .await;
    let outcomes = mock
        .directory()
        .apply(changes(Change::Create, ["S0", "S1", "S2"].map(new_token).to_vec()), None)
        .await
        .unwrap()
        .outcomes;
    let [Outcome::Done(Some(first)), Outcome::Refused(refusal), Outcome::Done(Some(last))] =
        outcomes.as_slice()
    else {
        panic!("{outcomes:?}")
    };
    assert_eq!((first.serial.as_str(), last.serial.as_str()), ("S0", "S2"));
    assert_eq!((refusal.kind, refusal.message.as_str()), (RefusalKind::Conflict, "taken"));
    assert_eq!(refusal.request_id.as_deref(), Some("request-of-the-item"));
}

#[tokio::test]
async fn a_created_token_missing_in_the_response_is_unknown() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(201, Value::Null)).await;
    let outcomes =
        mock.directory().apply(changes(Change::Create, vec![new_token("A1")]), None).await.unwrap().outcomes;
    assert!(matches!(outcomes.as_slice(), [Outcome::Unknown(_)]), "{outcomes:?}");
}

#[tokio::test]
async fn redacts_the_seed_in_refusals() {
    let mock = MockGraph::start().await;
    let message = format!("secretKey '{}' is invalid ({SEED})", SEED.to_lowercase());
    mock.on_items(move |_| answer(400, error(SEED, &message))).await;
    let outcomes =
        mock.directory().apply(changes(Change::Create, vec![new_token("A1")]), None).await.unwrap().outcomes;
    let said = format!("{outcomes:?}");
    assert!(said.contains("secretKey '•••' is invalid (•••)"), "{said}");
    assert!(!said.to_uppercase().contains(SEED));
}

#[tokio::test]
async fn fails_as_a_whole_when_every_item_is_forbidden() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(403, error("accessDenied", "Request Authorization failed"))).await;
    let error = mock
        .directory()
        .apply(changes(Change::Create, ["S0", "S1"].map(new_token).to_vec()), None)
        .await
        .unwrap_err();
    let ServiceError::Forbidden { permission, .. } = error else { panic!("{error:?}") };
    assert_eq!(permission, "Policy.ReadWrite.AuthenticationMethod");
}
