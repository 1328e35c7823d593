//! The inventory's first rows in the document: who gets them, and what the document does not wait for.

use practice::PracticeSettings;
use serde_json::Value;
use server::config::Access;
use token_core::{error::ServiceError, ports::Page, token::Token};
use url::Url;

use crate::support::{
    browser::Browser,
    test_app::{TestApp, TestAppBuilder, small},
};

/// The first page in a document.
fn first_page(html: &str) -> Option<Result<Page<Token>, ServiceError>> {
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"first-page\">")?;
    let first: Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    Some(serde_json::from_value(first["page"].clone()).unwrap())
}

/// How many rows of tokens a document has.
fn rows(html: &str) -> usize {
    html.matches("cell--serial").count()
}

#[tokio::test]
async fn the_document_of_an_administrator_has_them_and_the_whole_first_page() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let answer = browser.get("/").await;
    assert!(answer.header("cache-control").contains("no-store"));
    assert_eq!(rows(&answer.body), 24);
    let page = first_page(&answer.body).unwrap().unwrap();
    assert_eq!(page, browser.list().await.json::<Page<Token>>());
    let mut serials: Vec<_> = page.items.iter().map(|token| token.serial.to_string()).collect();
    serials.sort();
    let first = answer.body.find(&format!("<bdi>{}<", serials[0])).expect("the first row by serial number");
    assert!(first < answer.body.find("id=\"first-page\"").unwrap(), "before the data");
    let rows_alone = answer.body.split("id=\"first-page\"").next().unwrap();
    assert!(rows_alone.contains("@lindenbach.example"), "with the user principal names");
    assert!(!answer.body.contains(" style="), "the policy of the document allows no inline style");

    let descending = browser.get("/?sort=-serial").await.body;
    assert!(descending.contains(&format!("<bdi>{}<", serials[59])), "in the order of the address");
}

#[tokio::test]
async fn a_search_is_left_to_the_app() {
    let app = TestApp::organisation().await;
    let browser = Browser::signed_in(&app, "administrator").await;
    for path in ["/?q=used%3A%3E90d", "/?report=unused"] {
        let html = browser.get(path).await.body;
        assert!(first_page(&html).unwrap().is_ok() && rows(&html) == 0, "{path}");
    }
}

#[tokio::test]
async fn nobody_else_gets_any_of_them() {
    let app = TestApp::organisation().await;
    let before = app.graph_requests().await;
    for browser in [
        Browser::signed_in(&app, "auditor").await,
        Browser::signed_in(&app, "enduser").await,
        Browser::of(&app),
    ] {
        let html = browser.get("/").await.body;
        assert!(first_page(&html).is_none() && rows(&html) == 0, "{html}");
    }
    assert_eq!(app.graph_requests().await, before, "Graph is not asked");
}

#[tokio::test]
async fn the_document_does_not_wait_for_a_slow_tenant() {
    let practice = PracticeSettings { latency_ms: 3_600_000, ..small() };
    let builder = TestAppBuilder { practice, ..TestAppBuilder::default() };
    let app = builder.with_practice(&Url::parse("http://127.0.0.1:9").unwrap()).await;
    let browser = Browser::of(&app);
    // Time goes on when nothing else does.
    tokio::time::pause();
    let html = browser.get("/").await.body;
    assert!(first_page(&html).is_none() && html.contains("Reading the inventory …"), "{html}");
    assert!(html.contains("</html>"), "{html}");
}

#[tokio::test]
async fn an_error_is_told_by_the_app() {
    let practice = PracticeSettings { grant: vec!["User.Read.All"], ..small() };
    let builder = TestAppBuilder { practice, ..TestAppBuilder::default() };
    let app = builder.with_organisation(Access::Application).await;
    let browser = Browser::signed_in(&app, "administrator").await;
    let answer = browser.get("/").await;
    assert!(answer.status.is_success());
    let told = first_page(&answer.body).unwrap().unwrap_err();
    assert!(matches!(told, ServiceError::Forbidden { .. }), "{told:?}");
}
