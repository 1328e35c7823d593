//! `Directory::search_users`: by words of the name and by the beginning of addresses, with paging.

use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{Cursor, Directory},
};
use wiremock::{Request, ResponseTemplate};

use crate::mock_graph::{MockGraph, list, refusal, user_id};

const USERS: &str = "/v1.0/users";
const FULL: &str = "id,displayName,userPrincipalName,mail,accountEnabled,userType";

fn user(number: usize, name: &str) -> Value {
    json!({
        "id": user_id(number).as_str(), "displayName": name, "userPrincipalName": format!("u{number}@a.example"),
        "mail": null, "accountEnabled": number != 2, "userType": if number == 1 { "Guest" } else { "Member" }
    })
}

fn option(request: &Request, wanted: &str) -> Option<String> {
    request.url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

fn is_eventual(request: &Request) -> bool {
    request.headers.get("ConsistencyLevel").is_some_and(|level| level == "eventual")
}

/// Responds to each search with an empty list.
async fn empty() -> MockGraph {
    let mock = MockGraph::start().await;
    mock.on("GET", USERS, ResponseTemplate::new(200).set_body_json(list(&[]))).await;
    mock
}

async fn search(mock: &MockGraph, text: &str) -> Result<Vec<String>, ServiceError> {
    let page = mock.directory().search_users(text.to_owned(), None).await?;
    Ok(page.items.into_iter().map(|user| user.name).collect())
}

#[tokio::test]
async fn sends_search_with_consistency_level() {
    let mock = empty().await;
    search(&mock, "  amy m ").await.unwrap();
    let requests = mock.received(USERS).await;
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(is_eventual(request));
    let query = request.url.query().unwrap();
    assert!(!query.contains('+'), "{query}");
    assert!(query.starts_with("$select=id%2CdisplayName"), "{query}");
    let value = |name| option(request, name).unwrap();
    assert_eq!((value("$select").as_str(), value("$top").as_str()), (FULL, "25"));
    assert_eq!(value("$search"), r#""displayName:amy m" OR "userPrincipalName:amy m" OR "mail:amy m""#);
}

#[tokio::test]
async fn escapes_quotes_and_backslashes_only() {
    for (text, written) in [
        ("O'Brien", "O'Brien"),
        ("Jürgen Groß", "Jürgen Groß"),
        ("x#EXT#@a.example", "x#EXT#@a.example"),
        ("a\"b", "a\\\"b"),
        ("a\\b", "a\\\\b"),
        ("\\\" OR \"id:1", "\\\\\\\" OR \\\"id:1"),
        ("a&$top=999", "a&$top=999"),
        ("<img onerror=alert(1)>", "<img onerror=alert(1)>"),
        ("50%+1", "50%+1"),
        ("\u{202e}Amy", "\u{202e}Amy"),
    ] {
        let mock = empty().await;
        search(&mock, text).await.unwrap();
        let request = mock.received(USERS).await.remove(0);
        let clauses =
            ["displayName", "userPrincipalName", "mail"].map(|name| format!("\"{name}:{written}\""));
        assert_eq!(option(&request, "$search").unwrap(), clauses.join(" OR "));
        assert_eq!(request.url.query_pairs().count(), 3, "{text}");
        assert_eq!(request.url.fragment(), None, "{text}");
    }
}

#[tokio::test]
async fn finds_guests_and_disabled_users() {
    let mock = MockGraph::start().await;
    let people = list(&[user(1, "Ann"), user(2, "Amy"), json!({ "id": "no guid" }), user(3, "Ada")]);
    mock.on("GET", USERS, ResponseTemplate::new(200).set_body_json(people)).await;
    let page = mock.directory().search_users("a".to_owned(), None).await.unwrap();
    let shown: Vec<_> =
        page.items.iter().map(|user| (user.name.as_str(), user.is_guest(), user.is_disabled())).collect();
    assert_eq!(shown, [("Ann", true, false), ("Amy", false, true), ("Ada", false, false)]);
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn sends_consistency_level_for_each_page() {
    let mock = MockGraph::start().await;
    let base = mock.server.uri();
    let pages = move |request: &Request| {
        let (found, next) = match option(request, "$skiptoken").as_deref() {
            None => (user(1, "Ann"), Some("2")),
            Some("2") => (user(2, "Amy"), Some("3")),
            _ => (user(3, "Ada"), None),
        };
        let mut body = list(&[found]);
        if let Some(next) = next {
            body["@odata.nextLink"] = json!(format!("{base}{USERS}?$search=%22mail:a%22&$skiptoken={next}"));
        }
        ResponseTemplate::new(200).set_body_json(body)
    };
    mock.on("GET", USERS, pages).await;
    let directory = mock.directory();
    let (mut names, mut cursor) = (Vec::new(), None);
    loop {
        let page = directory.search_users("a".to_owned(), cursor).await.unwrap();
        names.extend(page.items.into_iter().map(|user| user.name));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(names, ["Ann", "Amy", "Ada"]);
    assert!(mock.received(USERS).await.iter().all(is_eventual));
}

#[tokio::test]
async fn falls_back_to_a_filter_when_search_is_refused() {
    let mock = MockGraph::start().await;
    let base = mock.server.uri();
    let answers = move |request: &Request| match (option(request, "$search"), option(request, "$filter")) {
        (Some(_), _) => refusal(400, "Request_UnsupportedQuery", "no search here"),
        (None, Some(_)) if option(request, "$skiptoken").is_none() => {
            let mut body = list(&[user(1, "Siobhán O'Brien")]);
            body["@odata.nextLink"] =
                json!(format!("{base}{USERS}?{}&$skiptoken=2", request.url.query().unwrap()));
            ResponseTemplate::new(200).set_body_json(body)
        }
        _ => ResponseTemplate::new(200).set_body_json(list(&[user(2, "Pat O'Brien")])),
    };
    mock.on("GET", USERS, answers).await;
    let directory = mock.directory();
    let first = directory.search_users("O'Br#".to_owned(), None).await.unwrap();
    let second = directory.search_users("O'Br#".to_owned(), first.next).await.unwrap();
    assert_eq!(
        (first.items[0].name.as_str(), second.items[0].name.as_str()),
        ("Siobhán O'Brien", "Pat O'Brien")
    );
    let requests = mock.received(USERS).await;
    let expected = ["displayName", "surname", "userPrincipalName", "mail"]
        .map(|name| format!("startswith({name},'O''Br#')"))
        .join(" or ");
    assert_eq!(option(&requests[1], "$filter").unwrap(), expected);
    assert_eq!(requests.iter().map(is_eventual).collect::<Vec<_>>(), [true, false, false]);
}

#[tokio::test]
async fn requests_the_basic_profile_after_a_refusal() {
    let mock = MockGraph::start().await;
    let answers = |request: &Request| {
        if option(request, "$select").unwrap().contains("accountEnabled") {
            return refusal(403, "Authorization_RequestDenied", "Insufficient privileges");
        }
        let basic =
            json!({ "id": user_id(1).as_str(), "displayName": null, "userPrincipalName": "u0@a.example" });
        ResponseTemplate::new(200).set_body_json(list(&[basic]))
    };
    mock.on("GET", USERS, answers).await;
    let directory = mock.directory();
    for _ in 0..2 {
        let page = directory.search_users("a".to_owned(), None).await.unwrap();
        assert_eq!((page.items[0].enabled, page.items[0].guest), (None, None));
    }
    assert_eq!(mock.received(USERS).await.len(), 3, "refused, asked again, and then remembered");
}

#[tokio::test]
async fn refuses_empty_long_and_multiline_texts() {
    let mock = empty().await;
    for text in ["", "  \t\n", "a\nb", "a\u{0}", "\u{7f}", &"ü".repeat(129)] {
        let error = search(&mock, text).await.unwrap_err();
        assert!(matches!(error, ServiceError::Invalid { .. }), "{text:?}: {error:?}");
    }
    assert!(mock.server.received_requests().await.unwrap().is_empty());
    search(&mock, &"ü".repeat(128)).await.unwrap();
}

#[tokio::test]
async fn refuses_a_cursor_that_leads_elsewhere_without_a_request() {
    let mock = empty().await;
    let here = mock.server.uri();
    for link in [
        format!("https://graph.evil.example{USERS}"),
        format!("{here}/beta/users"),
        format!("{here}/v1.0/groups"),
        format!("{here}{USERS}/{}", user_id(1).as_str()),
        "//graph.evil.example".to_owned() + USERS,
        "../beta/users".to_owned(),
        "no link".to_owned(),
    ] {
        let error = mock.directory().search_users("a".to_owned(), Some(Cursor(link))).await.unwrap_err();
        assert!(matches!(error, ServiceError::Invalid { .. }), "{error:?}");
    }
    assert!(mock.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn refuses_a_link_of_graph_that_leads_elsewhere_or_in_a_circle() {
    let mock = MockGraph::start().await;
    let here = format!("{}{USERS}?$skiptoken=1", mock.server.uri());
    let circle = here.clone();
    let answers = move |request: &Request| {
        let mut body = list(&[user(1, "Ann")]);
        let first = request.url.query().unwrap().starts_with("$select");
        body["@odata.nextLink"] =
            json!(if first { "https://graph.evil.example/v1.0/users" } else { circle.as_str() });
        ResponseTemplate::new(200).set_body_json(body)
    };
    mock.on("GET", USERS, answers).await;
    let directory = mock.directory();
    let elsewhere = directory.search_users("a".to_owned(), None).await.unwrap_err();
    assert!(elsewhere.to_string().contains("leads somewhere else"), "{elsewhere}");
    let circle = directory.search_users("a".to_owned(), Some(Cursor(here))).await.unwrap_err();
    assert!(circle.to_string().contains("circle"), "{circle}");
}

#[tokio::test]
async fn passes_on_refusals_and_retries_reads() {
    for (status, asked, is_right) in [
        (
            400,
            2,
            (|error| matches!(error, ServiceError::Upstream { status: 400, .. }))
                as fn(&ServiceError) -> bool,
        ),
        (
            403,
            2,
            |error| matches!(error, ServiceError::Forbidden { permission, .. } if permission == "User.ReadBasic.All"),
        ),
        (404, 1, |error| matches!(error, ServiceError::Upstream { status: 404, .. })),
        (429, 4, |error| matches!(error, ServiceError::Throttled { .. })),
        (503, 4, |error| matches!(error, ServiceError::Upstream { status: 503, .. })),
    ] {
        let mock = MockGraph::start().await;
        mock.on("GET", USERS, refusal(status, "code", "why")).await;
        let error = search(&mock, "amy").await.unwrap_err();
        assert!(is_right(&error), "{status}: {error:?}");
        assert!(!error.to_string().contains("amy"), "{error}");
        assert_eq!(mock.received(USERS).await.len(), asked, "{status}");
    }
}

#[tokio::test]
async fn an_unreadable_response_is_an_error() {
    let mock = MockGraph::start().await;
    mock.on("GET", USERS, ResponseTemplate::new(200).set_body_string("<html>")).await;
    let error = search(&mock, "amy").await.unwrap_err();
    assert!(matches!(error, ServiceError::Upstream { status: 200, .. }), "{error:?}");
}
