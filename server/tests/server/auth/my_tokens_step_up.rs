//! Graph requires a step-up from a user who activates a token of their own.

use http::StatusCode;
use server::config::{Access, SelfService};
use token_core::{
    error::ServiceError,
    self_service::{ActivationTarget, PendingActivation},
    token::SerialNumber,
};

use crate::support::{
    browser::{Browser, parameter},
    device::right_code,
    self_service::{SelfServiceFixture, activate, activated_token, claim, my_tokens},
    test_app::TestAppBuilder,
};

/// A fixture whose end user signed in longer ago than Graph accepts.
async fn with_old_sign_in() -> SelfServiceFixture {
    let self_service = SelfService { delegated: true, ..SelfService::default() };
    let builder = TestAppBuilder { self_service, ..TestAppBuilder::default() };
    let fixture = SelfServiceFixture::of(builder.with_organisation(Access::Application).await).await;
    fixture.app.switch("age?seconds=700").await;
    fixture
}

async fn is_challenged(browser: &Browser, serial: &str) {
    let answer = claim(browser, serial, "012345").await;
    assert_eq!((answer.status, answer.error()), (StatusCode::UNAUTHORIZED, ServiceError::StepUp));
}

fn entered(pending: Option<PendingActivation>) -> Option<(ActivationTarget, String)> {
    pending.map(|PendingActivation { target, code }| (target, code.unwrap().expose().to_owned()))
}

fn serial(text: &str) -> ActivationTarget {
    ActivationTarget::Serial(SerialNumber::parse(text).unwrap())
}

#[tokio::test]
async fn a_pending_claim_is_returned_once_after_the_sign_in() {
    let fixture = with_old_sign_in().await;
    let token = fixture.create_token("STEP-1").await;
    is_challenged(&fixture.person, "STEP-1").await;
    fixture.assert_available(&token).await;
    assert!(my_tokens(&fixture.person).await.pending.is_none(), "not before they have signed in");

    let url = fixture.person.begin("?return=%2Fmy").await;
    assert!(parameter(&url, "claims").is_some(), "the claims of the challenge");
    assert!(!url.as_str().contains("012345") && !url.as_str().contains("STEP-1"), "{url}");
    let back = fixture.person.choose(&url, "enduser").await;
    assert!(!back.as_str().contains("012345"), "{back}");
    assert_eq!(fixture.person.come_back(&back).await.location(), "/my");

    assert_eq!(
        entered(my_tokens(&fixture.person).await.pending),
        Some((serial("STEP-1"), "012345".to_owned()))
    );
    assert!(my_tokens(&fixture.person).await.pending.is_none());
    assert_eq!(activated_token(&claim(&fixture.person, "STEP-1", &right_code()).await).id, token);
}

#[tokio::test]
async fn so_is_a_pending_activation_of_an_assigned_token() {
    let fixture = with_old_sign_in().await;
    let token = fixture.create_assigned_token("STEP-2", &fixture.me().await).await;
    assert_eq!(activate(&fixture.person, &token, "012345").await.error(), ServiceError::StepUp);
    fixture.person.sign_in_from("?choose=true", "enduser").await;
    let expected = Some((ActivationTarget::Token(token), "012345".to_owned()));
    assert_eq!(entered(my_tokens(&fixture.person).await.pending), expected);
}

#[tokio::test]
async fn another_user_does_not_get_it_and_it_is_dropped() {
    let fixture = with_old_sign_in().await;
    is_challenged(&fixture.person, "STEP-3").await;
    fixture.person.sign_in_from("?choose=true", "reader").await;
    assert!(my_tokens(&fixture.person).await.pending.is_none());
    fixture.person.sign_in_from("?choose=true", "enduser").await;
    assert!(my_tokens(&fixture.person).await.pending.is_none());
}

#[tokio::test]
async fn another_browser_of_the_same_user_does_not_get_it() {
    let fixture = with_old_sign_in().await;
    is_challenged(&fixture.person, "STEP-4").await;
    let other = Browser::signed_in(&fixture.app, "enduser").await;
    assert!(my_tokens(&other).await.pending.is_none());
}
