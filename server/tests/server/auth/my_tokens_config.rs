//! The configuration of self-service.

use server::config::{Access, Offer, SelfService};
use token_core::error::ServiceError;

use crate::support::{
    browser::{Browser, TestResponse},
    device::right_code,
    self_service::{SelfServiceFixture, activate, activated_token, claim, my_tokens},
    test_app::{TestApp, TestAppBuilder},
};

async fn with(self_service: SelfService) -> TestApp {
    TestAppBuilder { self_service, ..TestAppBuilder::default() }.with_organisation(Access::Application).await
}

fn is_not_offered(answer: &TestResponse) {
    assert_eq!((answer.status.as_u16(), answer.error()), (403, ServiceError::NotOffered));
}

#[tokio::test]
async fn where_it_is_off_nobody_has_access_to_their_own_tokens() {
    let app = with(SelfService { offer: Offer::Off, ..SelfService::default() }).await;
    for who in ["enduser", "administrator"] {
        let browser = Browser::of(&app);
        assert_eq!(browser.sign_in(who).await.location(), "/", "the page of one's own tokens is off");
        let shown = browser.about().await.self_service;
        assert!(!shown.activate && !shown.claim);
        let token = token_core::token::TokenId::parse("00000000-0000-4000-8000-000000000001").unwrap();
        is_not_offered(&browser.call("/api/my/tokens", serde_json::json!({})).await);
        is_not_offered(&activate(&browser, &token, "123456").await);
        is_not_offered(&claim(&browser, "A-1", "123456").await);
    }
    assert_eq!(app.graph_requests().await, 0);
}

#[tokio::test]
async fn where_only_activating_is_offered_nothing_is_claimed() {
    let app = with(SelfService { offer: Offer::Activate, ..SelfService::default() }).await;
    let fixture = SelfServiceFixture::of(app).await;
    let shown = fixture.person.about().await.self_service;
    assert!(shown.activate && !shown.claim);
    let free = fixture.create_token("RULE-1").await;
    is_not_offered(&claim(&fixture.person, "RULE-1", &right_code()).await);
    fixture.assert_available(&free).await;
    let assigned = fixture.create_assigned_token("RULE-2", &fixture.me().await).await;
    activated_token(&activate(&fixture.person, &assigned, &right_code()).await);
    assert!(my_tokens(&fixture.person).await.tokens.iter().any(|token| token.id == assigned));
}

#[tokio::test]
async fn the_pages_get_the_configuration_and_the_help_desk() {
    let help_desk = Some("Room 12 <b>& more</b>".to_owned());
    let app = with(SelfService { most: 3, help_desk: help_desk.clone(), ..SelfService::default() }).await;
    let shown = Browser::of(&app).about().await.self_service;
    assert_eq!((shown.activate, shown.claim, shown.max_tokens, shown.help_desk), (true, true, 3, help_desk));
}

#[tokio::test]
async fn an_end_user_lands_on_their_own_tokens_and_others_on_the_inventory() {
    let app = TestApp::organisation().await;
    for (who, query, page) in [
        ("enduser", "", "/my"),
        ("enduser", "?return=%2F", "/my"),
        ("enduser", "?return=%2Fmy%3Fserial%3DA-1", "/my?serial=A-1"),
        ("enduser", "?return=%2Fimport", "/import"),
        ("administrator", "", "/"),
        ("reader", "?return=%2Fmy", "/my"),
    ] {
        let answer = Browser::of(&app).sign_in_from(query, who).await;
        assert_eq!(answer.location(), page, "{who} {query}");
    }
}
