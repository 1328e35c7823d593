//! `Directory::tokens`: one page of the inventory.

use serde_json::json;
use token_core::{
    error::ServiceError,
    ports::Directory,
    token::{HashFunction, TokenStatus},
};
use wiremock::ResponseTemplate;

use crate::mock_graph::{DEVICES, MockGraph, device, guid, list, refusal, user_id};

#[tokio::test]
async fn sends_a_plain_get_with_headers() {
    let mock = MockGraph::start().await;
    mock.on("GET", DEVICES, ResponseTemplate::new(200).set_body_json(list(&[device(1, "A1")]))).await;
    mock.directory().tokens(None).await.unwrap();
    let requests = mock.received(DEVICES).await;
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert_eq!(request.url.query(), None, "neither $top nor $orderby");
    let header = |name: &str| request.headers.get(name).unwrap().to_str().unwrap();
    assert_eq!(header("authorization"), "Bearer token-1");
    assert_eq!(header("accept"), "application/json");
    assert_eq!(header("client-request-id").len(), 36);
    assert!(header("user-agent").starts_with("token-inventory/"));
}

#[tokio::test]
async fn reads_flat_and_nested_items_and_unknown_values() {
    let mut assigned = device(2, "B2");
    assigned["assignedTo"] = json!({ "id": user_id(2).as_str(), "displayName": "Amy Masters" });
    let nested = json!({ "id": guid(2), "device": assigned });
    let mut odd = device(3, "C3");
    odd["status"] = json!("onHoliday");
    odd["hashFunction"] = json!("hmacsha512");
    odd["somethingNew"] = json!([{}]);
    let mock = MockGraph::start().await;
    let body = list(&[device(1, "A1"), nested, odd, json!({ "id": "no guid" })]);
    mock.on("GET", DEVICES, ResponseTemplate::new(200).set_body_json(body)).await;
    let page = mock.directory().tokens(None).await.unwrap();
    let [flat, nested, odd] = page.items.as_slice() else { panic!("{:?}", page.items) };
    assert_eq!((&flat.status, flat.hash), (&TokenStatus::Available, Some(HashFunction::Sha1)));
    assert_eq!((&nested.status, nested.serial.as_str()), (&TokenStatus::Assigned, "B2"));
    assert_eq!(nested.assigned_to.as_ref().unwrap().id, user_id(2));
    assert_eq!((&odd.status, odd.hash), (&TokenStatus::Other("onHoliday".to_owned()), None));
}

#[tokio::test]
async fn an_unreadable_response_is_an_error() {
    for body in [
        ResponseTemplate::new(200),
        ResponseTemplate::new(200).set_body_string("<html>"),
        refusal(200, "a", "b"),
    ] {
        let mock = MockGraph::start().await;
        mock.on("GET", DEVICES, body).await;
        let error = mock.directory().tokens(None).await.unwrap_err();
        assert!(matches!(error, ServiceError::Upstream { status: 200, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn names_the_permission_that_is_missing() {
    let mock = MockGraph::start().await;
    mock.on("GET", DEVICES, refusal(403, "Authorization_RequestDenied", "Insufficient privileges")).await;
    let error = mock.directory().tokens(None).await.unwrap_err();
    let expected =
        ServiceError::Forbidden { permission: "Policy.Read.All".into(), request_id: "request-1".into() };
    assert_eq!(error, expected);
}
