//! `GraphDirectory::try_out`: single requests whose answers are shown as they are.

use graph::trial::{KnownValues, TokenForm, TrialRequest};
use serde_json::json;
use token_core::token::SerialNumber;
use wiremock::ResponseTemplate;

use crate::mock_graph::{DEVICES, MockGraph, SEED, guid, json_of, new_token, token_id};

#[tokio::test]
async fn a_creation_of_two_is_one_patch_with_a_key_that_is_no_base32() {
    let mock = MockGraph::start().await;
    let failed = json!({ "@contentId": "2", "@Core.DataModificationException": { "responseCode": 400 } });
    let made = json!({ "id": guid(1), "device": { "id": guid(1), "serialNumber": "A1" } });
    let body = json!({ "value": [made, failed] });
    mock.on("PATCH", DEVICES, ResponseTemplate::new(200).set_body_json(body)).await;
    let (good, other) = (new_token("A1"), new_token("A2"));
    let request = TrialRequest::CreateTwo { good: &good, other: &other, invalid_key: true };
    let answer = mock.directory().try_out(request).await.unwrap();
    assert!(answer.is_success() && answer.has_failed_item());
    assert_eq!(answer.tokens().len(), 1);
    assert_eq!(answer.tokens()[0].1, TokenForm::Nested);
    let sent = json_of(&mock.received(DEVICES).await[0]);
    assert_eq!(sent["@context"], "#$delta");
    assert_eq!(
        (&sent["value"][0]["@contentId"], &sent["value"][0]["secretKey"]),
        (&json!("1"), &json!(SEED))
    );
    assert_eq!(sent["value"][1]["secretKey"], "0189018901890189");
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_its_message_holds_no_secret() {
    let mock = MockGraph::start().await;
    let refusal = json!({ "error": { "code": "conflict", "message": format!("{SEED} exists") } });
    mock.on("POST", DEVICES, ResponseTemplate::new(409).set_body_json(refusal)).await;
    let answer = mock.directory().try_out(TrialRequest::Create(&new_token("A1"))).await.unwrap();
    assert_eq!((answer.status, answer.message.as_str()), (409, "conflict: ••• exists"));
    let serial = SerialNumber::parse("A1").unwrap();
    assert!(!answer.body(&KnownValues::default(), &[serial]).contains(SEED));
}

#[tokio::test]
async fn a_write_is_sent_once_whatever_the_answer_but_again_after_429() {
    let mock = MockGraph::start().await;
    let token = token_id(1);
    let path = format!("{DEVICES}/{}", guid(1));
    mock.on("DELETE", &path, ResponseTemplate::new(503)).await;
    let directory = mock.directory();
    assert_eq!(directory.try_out(TrialRequest::Delete(&token)).await.unwrap().status, 503);
    assert_eq!(mock.received(&path).await.len(), 1);

    let busy = MockGraph::start().await;
    busy.on("DELETE", &path, ResponseTemplate::new(429)).await;
    _ = busy.directory().try_out(TrialRequest::Delete(&token)).await;
    let sent = busy.received(&path).await;
    assert!(sent.len() > 1 && sent.iter().all(|request| request.method == "DELETE"));
}
