//! Fault injection: at the configured rates, reproducible, and hiding whether a request was executed.

use http::Method;
use jiff::fmt::rfc2822::DateTimeParser;
use practice::{PracticeSettings, RetryAfterForm};
use serde_json::{Value, json};

use crate::test_client::{DEVICES, TestClient, answer, device, methods, small, walk};

/// Creates this many tokens one by one; returns the status of each, or `None` for a dropped connection.
async fn create_many(client: &TestClient, count: usize) -> Vec<Option<u16>> {
    let mut seen = Vec::new();
    for n in 0..count {
        let request = client.request(Method::POST, DEVICES).json(&device(&format!("F-{n}")));
        seen.push(answer(request).await.map(|(status, _)| status));
    }
    seen
}

/// Whether those tokens exist, regardless of the answers.
async fn exist(settings: &PracticeSettings, client: &TestClient, count: usize) -> Vec<bool> {
    assert!(settings.tokens + count <= settings.page_size);
    // Reads get faults, too: repeats until one succeeds.
    let serials = loop {
        if let Some((200, page)) =
            answer(client.request(Method::GET, &format!("{DEVICES}?$select=serialNumber"))).await
        {
            break page["value"].clone();
        }
    };
    let serials: Vec<_> =
        serials.as_array().unwrap().iter().map(|token| token["serialNumber"].clone()).collect();
    (0..count).map(|n| serials.contains(&Value::from(format!("F-{n}")))).collect()
}

/// Faults of one kind occur on executed writes as well as on others, in the same way each time.
async fn faults_hide_both(settings: PracticeSettings, fault: Option<u16>) {
    let client = TestClient::start(settings.clone()).await;
    let seen = create_many(&client, 40).await;
    let exist = exist(&settings, &client, 40).await;
    let hidden = |was: bool| seen.iter().zip(&exist).filter(|(s, e)| **s == fault && **e == was).count();
    assert!(hidden(true) > 0 && hidden(false) > 0, "{seen:?}");
    assert!(seen.contains(&Some(201)));
    assert_eq!(
        seen,
        create_many(&TestClient::start(settings).await, 40).await,
        "the faults are reproducible"
    );
}

#[tokio::test]
async fn throttled_writes_may_have_been_executed() {
    faults_hide_both(PracticeSettings { throttle_rate: 0.4, ..small() }, Some(429)).await;
}

#[tokio::test]
async fn unavailable_writes_may_have_been_executed() {
    faults_hide_both(PracticeSettings { unavailable_rate: 0.4, ..small() }, Some(503)).await;
}

#[tokio::test]
async fn dropped_writes_may_have_been_executed() {
    faults_hide_both(PracticeSettings { drop_rate: 0.4, ..small() }, None).await;
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer_at_all() {
    let client = TestClient::start(PracticeSettings { drop_rate: 1.0, ..small() }).await;
    let error = client.request(Method::GET, DEVICES).send().await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout() && error.status().is_none(), "{error:?}");
    assert_eq!(client.stats().await["dropped"], 1);
}

#[tokio::test]
async fn faults_do_not_depend_on_the_order_of_requests() {
    let settings = PracticeSettings { throttle_rate: 0.5, ..small() };
    let statuses = async |serials: Vec<usize>| {
        let client = TestClient::start(settings.clone()).await;
        let mut seen = Vec::new();
        for n in serials {
            seen.push((n, client.post(DEVICES, device(&format!("F-{n}"))).await.0));
        }
        seen.sort_unstable();
        seen
    };
    assert_eq!(statuses((0..20).collect()).await, statuses((0..20).rev().collect()).await);
}

#[tokio::test]
async fn a_repeated_request_does_not_fail_for_ever() {
    let client = TestClient::start(PracticeSettings { drop_rate: 0.5, ..small() }).await;
    let mut tries = (0..64).map(|_| answer(client.request(Method::GET, DEVICES)));
    let mut answered = 0;
    for request in tries.by_ref() {
        answered += usize::from(request.await.is_some());
    }
    assert!((10..54).contains(&answered), "{answered} of 64 answered");
    assert_eq!(client.stats().await["dropped"], 64 - answered);
}

#[tokio::test]
async fn throttling_looks_as_documented() {
    let settings = PracticeSettings { throttle_rate: 1.0, retry_after_seconds: 7.0, ..small() };
    let client = TestClient::start(settings).await;
    let response = client.request(Method::GET, DEVICES).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["Retry-After"].to_str().unwrap()), (429, "7"));
    let error = response.json::<Value>().await.unwrap()["error"].clone();
    assert_eq!(
        (&error["code"], &error["message"]),
        (&"TooManyRequests".into(), &"Please retry again later.".into())
    );
    let inner = &error["innerError"];
    assert_eq!(
        (&inner["code"], &inner["message"], &inner["status"]),
        (&"429".into(), &"Please retry after".into(), &"429".into())
    );
}

#[tokio::test]
async fn items_of_a_batch_are_throttled_one_by_one() {
    let client =
        TestClient::start(PracticeSettings { throttle_rate: 0.3, retry_after_seconds: 7.0, ..small() }).await;
    let requests: Vec<_> = (0..20)
        .map(|n| json!({ "id": n.to_string(), "method": "GET", "url": format!("/users?$top={}", n + 1) }))
        .collect();
    let answer = loop {
        let (status, answer) = client.post("v1.0/$batch", json!({ "requests": requests })).await;
        if status == 200 {
            break answer;
        }
    };
    let responses = answer["responses"].as_array().unwrap();
    let throttled: Vec<_> = responses.iter().filter(|response| response["status"] == 429).collect();
    assert!(!throttled.is_empty() && throttled.len() < 20);
    assert!(throttled.iter().all(|response| response["headers"]["Retry-After"] == "7"));
}

#[tokio::test]
async fn writes_beyond_the_budget_are_throttled() {
    let client = TestClient::start(PracticeSettings { write_budget: 3, ..small() }).await;
    assert_eq!(create_many(&client, 4).await, [Some(201), Some(201), Some(201), Some(429)]);
    let response = client.request(Method::POST, DEVICES).json(&device("F-9")).send().await.unwrap();
    let seconds: u64 = response.headers()["Retry-After"].to_str().unwrap().parse().unwrap();
    assert!((100..=150).contains(&seconds));
    assert_eq!(walk(&client, DEVICES).await.len(), 63, "reads are not throttled");
    assert_eq!(client.stats().await["throttled"], 2);
}

#[tokio::test]
async fn a_concurrency_violation_is_never_executed() {
    let settings = PracticeSettings { concurrency_rate: 0.4, ..small() };
    let client = TestClient::start(settings.clone()).await;
    let seen = create_many(&client, 40).await;
    assert!(seen.contains(&Some(201)) && seen.contains(&Some(409)), "{seen:?}");
    let created: Vec<bool> = seen.iter().map(|status| *status == Some(201)).collect();
    assert_eq!(exist(&settings, &client, 40).await, created);
    let client = TestClient::start(PracticeSettings { concurrency_rate: 1.0, ..small() }).await;
    let (status, body) = client.get(DEVICES).await;
    assert_eq!((status, &body["error"]["code"]), (409, &"Directory_ConcurrencyViolation".into()));
}

#[tokio::test]
async fn retry_after_may_be_a_date_or_missing() {
    for form in [RetryAfterForm::Date, RetryAfterForm::None] {
        let settings = PracticeSettings {
            throttle_rate: 0.5,
            retry_after_seconds: 7.0,
            retry_after_form: form,
            ..small()
        };
        let client = TestClient::start(settings).await;
        let throttled = loop {
            let response = client.request(Method::GET, DEVICES).send().await.unwrap();
            if response.status() == 429 {
                break response;
            }
        };
        let at = |name: &str| {
            let text = throttled.headers().get(name)?.to_str().unwrap();
            Some(DateTimeParser::new().parse_timestamp(text).unwrap().as_second())
        };
        let pause = at("Retry-After").map(|again| again - at("Date").unwrap());
        match form {
            RetryAfterForm::Date => assert!(pause.is_some_and(|pause| (0..=7).contains(&pause)), "{pause:?}"),
            _ => assert_eq!(pause, None),
        }
        let items: Vec<_> = (0..20)
            .map(|n| json!({ "id": n.to_string(), "method": "GET", "url": format!("/users?$top={}", n + 1) }))
            .collect();
        let batch = loop {
            let (status, batch) = client.post("v1.0/$batch", json!({ "requests": items })).await;
            if status == 200 {
                break batch;
            }
        };
        let mut refused = batch["responses"].as_array().unwrap().iter().filter(|item| item["status"] == 429);
        let headers = &refused.next().unwrap()["headers"];
        let is_date = headers["Retry-After"].as_str().is_some_and(|text| text.ends_with(" GMT"));
        assert_eq!(is_date, form == RetryAfterForm::Date, "{headers}");
    }
}

#[tokio::test]
async fn errors_about_methods_may_lack_graphs_envelope() {
    let client = TestClient::start(PracticeSettings { bare_errors: true, ..small() }).await;
    let user = client.free_user().await;
    let (status, body) = client.get(&format!("{}/x", methods(&user))).await;
    assert_eq!(
        (status, &body),
        (404, &json!({ "Message": "Resource not found.", "MessageDetail": "ResourceNotFound" }))
    );
    let (status, body) = client.get(&format!("{DEVICES}/x")).await;
    assert_eq!((status, &body["error"]["code"]), (404, &"ResourceNotFound".into()));
}

#[tokio::test]
async fn stats_count_requests_and_begin_anew() {
    let client = TestClient::small().await;
    let get = || client.get("v1.0/users");
    tokio::join!(get(), get(), get());
    let stats = client.stats().await;
    assert_eq!((&stats["requests"], &stats["tokenRequests"]), (&3.into(), &1.into()));
    assert_eq!((&stats["tokens"], &stats["writes"]), (&60.into(), &0.into()));
    assert_eq!(client.post("practice/stats/reset", Value::Null).await.0, 204);
    let stats = client.stats().await;
    assert_eq!((&stats["requests"], &stats["maxInFlight"]), (&0.into(), &0.into()));
}
