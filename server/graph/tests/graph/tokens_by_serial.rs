//! `Directory::tokens_by_serial`: many serials, one filter each.

use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{Directory, RefusalKind, SerialLookup},
};

use crate::mock_graph::{MockGraph, answer, device, error, list, serial};

#[tokio::test]
async fn filters_by_quoted_and_encoded_serial() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(200, list(&[]))).await;
    let found = mock.directory().tokens_by_serial(vec![serial("O'Neil 1+#&")]).await.unwrap();
    assert_eq!(found, [Ok(Vec::new())]);
    let items = mock.items().await;
    assert_eq!(items[0]["method"], "GET");
    assert_eq!(
        items[0]["url"],
        "/directory/authenticationMethodDevices/hardwareOathDevices?$filter=serialNumber%20eq%20%27O%27%27Neil%201%2B%23%26%27"
    );
    assert_eq!(items[0]["headers"]["client-request-id"].as_str().unwrap().len(), 36);
    assert!(items[0].get("body").is_none());
}

#[tokio::test]
async fn returns_tokens_in_the_order_of_the_serials() {
    let mock = MockGraph::start().await;
    mock.on_items(|item: &Value| {
        let url = item["url"].as_str().unwrap();
        let number: usize = url.split("%27").nth(1).unwrap().parse().unwrap();
        answer(200, list(&[device(number, &number.to_string())]))
    })
    .await;
    let serials: Vec<_> = (100..145).map(|number: usize| serial(&number.to_string())).collect();
    let found = mock.directory().tokens_by_serial(serials.clone()).await.unwrap();
    let found: Vec<_> = found.into_iter().flat_map(Result::unwrap).map(|token| token.serial).collect();
    assert_eq!(found, serials);
}

#[tokio::test]
async fn returns_exact_matches_first_and_ignores_other_serials() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(200, list(&[device(1, "ab1"), device(2, "AB1"), device(3, "other")]))).await;
    let serials = ["AB1", "ab1", "Ab1", "AB2"].map(serial).to_vec();
    let found = mock.directory().tokens_by_serial(serials).await.unwrap();
    let written = |found: &SerialLookup| -> Vec<String> {
        found.as_ref().unwrap().iter().map(|token| token.serial.as_str().to_owned()).collect()
    };
    let found: Vec<_> = found.iter().map(written).collect();
    let expected: [&[&str]; 4] = [&["AB1", "ab1"], &["ab1", "AB1"], &["ab1", "AB1"], &[]];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_refused_serial_does_not_fail_the_others() {
    let mock = MockGraph::start().await;
    mock.on_items(|item: &Value| match item["id"].as_str().unwrap() {
        "1" => answer(400, error("Request_UnsupportedQuery", "no such filter")),
        "2" => answer(404, error("ResourceNotFound", "nothing")),
        _ => answer(200, list(&[device(3, "S3")])),
    })
    .await;
    let found = mock.directory().tokens_by_serial(["S1", "S2", "S3"].map(serial).to_vec()).await.unwrap();
    let [Err(refused), Ok(none), Ok(one)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((refused.kind, refused.message.as_str()), (RefusalKind::BadRequest, "no such filter"));
    assert_eq!((none.len(), one.len()), (0, 1));
}

#[tokio::test]
async fn a_forbidden_item_fails_the_whole_call() {
    let mock = MockGraph::start().await;
    let refuse = |item: &Value| {
        if item["id"] == "2" { answer(403, error("accessDenied", "no")) } else { answer(200, list(&[])) }
    };
    mock.on_items(refuse).await;
    let error = mock.directory().tokens_by_serial(["1", "2"].map(serial).to_vec()).await.unwrap_err();
    let request_id = "request-of-the-item".to_owned();
    assert_eq!(error, ServiceError::Forbidden { permission: "Policy.Read.All".to_owned(), request_id });
}

#[tokio::test]
async fn accepts_at_most_a_hundred_serials() {
    let mock = MockGraph::start().await;
    let serials = |count: usize| (0..count).map(|number| serial(&number.to_string())).collect::<Vec<_>>();
    let error = mock.directory().tokens_by_serial(serials(101)).await.unwrap_err();
    assert!(matches!(error, ServiceError::Invalid { .. }));
    assert_eq!(mock.directory().tokens_by_serial(Vec::new()).await.unwrap(), []);
    assert!(mock.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn leaves_out_items_without_id_or_serial() {
    let mock = MockGraph::start().await;
    mock.on_items(|_| answer(200, json!({ "value": [{ "id": null }, 7, device(1, "1")] }))).await;
    let found = mock.directory().tokens_by_serial(vec![serial("1")]).await.unwrap();
    assert_eq!(found[0].as_ref().unwrap().len(), 1);
}
