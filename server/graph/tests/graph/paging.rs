//! Links to next pages are followed unchanged, and within the same collection only.

use serde_json::json;
use token_core::{
    error::ServiceError,
    ports::{Cursor, Directory},
};
use wiremock::{Request, ResponseTemplate};

use crate::mock_graph::{DEVICES, MockGraph, answer, device, list, serial, user_id};

/// Five tokens in pages of two, with an empty page in between.
fn pages(base: String) -> impl Fn(&Request) -> ResponseTemplate {
    move |request: &Request| {
        let (items, next): (&[usize], _) = match request.url.query() {
            None => (&[1, 2], Some("$skiptoken=a%2Fb+c")),
            Some("$skiptoken=a%2Fb+c") => (&[], Some("$skiptoken=2")),
            Some("$skiptoken=2") => (&[3, 4], Some("$skiptoken=3")),
            Some("$skiptoken=3") => (&[5], None),
            Some(_) => return ResponseTemplate::new(400),
        };
        let items: Vec<_> = items.iter().map(|number| device(*number, &format!("S{number}"))).collect();
        let mut body = list(&items);
        if let Some(next) = next {
            body["@odata.nextLink"] = json!(format!("{base}{DEVICES}?{next}"));
        }
        ResponseTemplate::new(200).set_body_json(body)
    }
}

#[tokio::test]
async fn reads_all_pages_past_an_empty_one() {
    let mock = MockGraph::start().await;
    mock.on("GET", DEVICES, pages(mock.server.uri())).await;
    let directory = mock.directory();
    let (mut serials, mut cursor) = (Vec::new(), None);
    loop {
        let page = directory.tokens(cursor).await.unwrap();
        serials.extend(page.items.iter().map(|token| token.serial.to_string()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(serials, ["S1", "S2", "S3", "S4", "S5"]);
}

#[tokio::test]
async fn an_empty_link_ends_the_list_and_a_circle_is_an_error() {
    let mock = MockGraph::start().await;
    let here = format!("{}{DEVICES}?$skiptoken=1", mock.server.uri());
    let circle = here.clone();
    let answers = move |request: &Request| {
        let mut body = list(&[device(1, "A1")]);
        body["@odata.nextLink"] = json!(request.url.query().map_or("", |_| circle.as_str()));
        ResponseTemplate::new(200).set_body_json(body)
    };
    mock.on("GET", DEVICES, answers).await;
    assert_eq!(mock.directory().tokens(None).await.unwrap().next, None);
    let error = mock.directory().tokens(Some(Cursor(here))).await.unwrap_err();
    assert!(error.to_string().contains("circle"), "{error}");
}

#[tokio::test]
async fn follows_a_relative_link_within_its_collection() {
    for link in ["?$skiptoken=1", "hardwareOathDevices?$skiptoken=1", &format!("{DEVICES}?$skiptoken=1")] {
        let mock = MockGraph::start().await;
        let next = json!(link);
        let answers = move |request: &Request| {
            let number = 1 + usize::from(request.url.query() == Some("$skiptoken=1"));
            let mut body = list(&[device(number, &format!("S{number}"))]);
            if number == 1 {
                body["@odata.nextLink"] = next.clone();
            }
            ResponseTemplate::new(200).set_body_json(body)
        };
        mock.on("GET", DEVICES, answers).await;
        let directory = mock.directory();
        let next = directory.tokens(None).await.unwrap().next;
        let second = directory.tokens(next).await.unwrap();
        assert_eq!((second.items[0].serial.as_str(), second.next), ("S2", None), "{link}");
    }
}

#[tokio::test]
async fn refuses_a_link_of_graph_that_leads_elsewhere() {
    for link in ["https://graph.evil.example", "http://127.0.0.1:1"] {
        let mock = MockGraph::start().await;
        let mut body = list(&[device(1, "A1")]);
        body["@odata.nextLink"] = json!(format!("{link}{DEVICES}?$skiptoken=1"));
        mock.on("GET", DEVICES, ResponseTemplate::new(200).set_body_json(body)).await;
        let error = mock.directory().tokens(None).await.unwrap_err();
        assert!(error.to_string().contains("leads somewhere else"), "{error}");
    }
}

#[tokio::test]
async fn refuses_a_cursor_that_leads_elsewhere_without_a_request() {
    let mock = MockGraph::start().await;
    let here = mock.server.uri();
    for link in [
        format!("https://graph.evil.example{DEVICES}"),
        format!("{here}/beta/users"),
        "//graph.evil.example".to_owned() + DEVICES,
        "../users".to_owned(),
        format!("{here}{DEVICES}/../users"),
        "no link".to_owned(),
    ] {
        let error = mock.directory().tokens(Some(Cursor(link))).await.unwrap_err();
        assert!(matches!(error, ServiceError::Invalid { .. }), "{error:?}");
    }
    assert!(mock.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn reads_the_next_pages_of_a_list_in_a_batch() {
    let id = user_id(1);
    for user in [format!("/{}", id.as_str()), format!("('{}')", id.as_str())] {
        next_pages_of_a_list_in_a_batch(&format!("/beta/users{user}/authentication/hardwareOathMethods"))
            .await;
    }
}

async fn next_pages_of_a_list_in_a_batch(methods: &str) {
    let mock = MockGraph::start().await;
    let next = format!("{}{methods}?$skiptoken=1", mock.server.uri());
    mock.on_items(move |_| {
        let mut body = list(&[json!({ "id": device(1, "")["id"], "device": device(1, "A1") })]);
        body["@odata.nextLink"] = json!(next);
        answer(200, body)
    })
    .await;
    let second = list(&[json!({ "id": device(2, "")["id"], "device": device(2, "B2") })]);
    mock.on("GET", methods, ResponseTemplate::new(200).set_body_json(second)).await;
    let holdings = mock.directory().tokens_of_users(vec![user_id(1)]).await.unwrap();
    let serials: Vec<_> = holdings[0].as_ref().unwrap().iter().map(|token| token.serial.clone()).collect();
    assert_eq!(serials, [serial("A1"), serial("B2")]);
}
