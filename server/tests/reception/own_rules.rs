//! What an organisation sets about people's own tokens.

use server::config::{Access, Offer, SelfService};
use token_core::error::ServiceError;

use crate::{
    browser::{Answer, Browser},
    device::right_code,
    house::{House, Plan},
    person::{Office, activate, claim, done, own},
};

async fn with(self_service: SelfService) -> House {
    Plan { self_service, ..Plan::default() }.with_organisation(Access::Application).await
}

fn is_not_offered(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.error()), (403, ServiceError::NotOffered));
}

#[tokio::test]
async fn where_it_is_off_nobody_reaches_their_own_tokens() {
    let house = with(SelfService { offer: Offer::Off, ..SelfService::default() }).await;
    for who in ["enduser", "administrator"] {
        let browser = Browser::of(&house);
        assert_eq!(browser.sign_in(who).await.location(), "/", "there is no page of theirs");
        let shown = browser.about().await.self_service;
        assert!(!shown.activate && !shown.claim);
        let token = token_core::token::TokenId::parse("00000000-0000-4000-8000-000000000001").unwrap();
        is_not_offered(&browser.call("/api/my/tokens", serde_json::json!({})).await);
        is_not_offered(&activate(&browser, &token, "123456").await);
        is_not_offered(&claim(&browser, "A-1", "123456").await);
    }
    assert_eq!(house.graph_requests().await, 0);
}

#[tokio::test]
async fn where_only_activating_is_offered_nothing_is_claimed() {
    let house = with(SelfService { offer: Offer::Activate, ..SelfService::default() }).await;
    let office = Office::of(house).await;
    let shown = office.person.about().await.self_service;
    assert!(shown.activate && !shown.claim);
    let free = office.stock("RULE-1").await;
    is_not_offered(&claim(&office.person, "RULE-1", &right_code()).await);
    office.is_free(&free).await;
    let assigned = office.assigned("RULE-2", &office.me().await).await;
    done(&activate(&office.person, &assigned, &right_code()).await);
    assert!(own(&office.person).await.tokens.iter().any(|token| token.id == assigned));
}

#[tokio::test]
async fn the_pages_know_what_is_offered_and_where_help_is() {
    let help_desk = Some("Room 12 <b>& more</b>".to_owned());
    let house = with(SelfService { most: 3, help_desk: help_desk.clone(), ..SelfService::default() }).await;
    let shown = Browser::of(&house).about().await.self_service;
    assert_eq!((shown.activate, shown.claim, shown.most, shown.help_desk), (true, true, 3, help_desk));
}

#[tokio::test]
async fn an_end_user_arrives_at_their_own_tokens_and_others_at_the_inventory() {
    let house = House::organisation().await;
    for (who, query, page) in [
        ("enduser", "", "/my"),
        ("enduser", "?return=%2F", "/my"),
        ("enduser", "?return=%2Fmy%3Fserial%3DA-1", "/my?serial=A-1"),
        ("enduser", "?return=%2Fimport", "/import"),
        ("administrator", "", "/"),
        ("reader", "?return=%2Fmy", "/my"),
    ] {
        let answer = Browser::of(&house).sign_in_from(query, who).await;
        assert_eq!(answer.location(), page, "{who} {query}");
    }
}
