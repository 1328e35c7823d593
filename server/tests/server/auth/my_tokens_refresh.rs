//! "My codes are refused": users set the clock of their own token right.

use serde_json::{Value, json};
use server::config::Access;
use token_core::{audit::AuditAction, token::TokenStatus};

use crate::{
    audit::people::newest,
    auth::my_tokens_access::with_recording_proxy,
    support::{
        device::{right_code, wrong_code},
        recording_proxy::Interference,
        self_service::{SelfServiceFixture, activate, activated_token, denied, refresh},
        test_app::small,
    },
};

#[tokio::test]
async fn an_activated_token_is_refreshed_by_the_code_on_its_display() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("SLOW-1", &fixture.me().await).await;
    activated_token(&activate(&fixture.person, &token, &right_code()).await);
    assert_eq!(activated_token(&refresh(&fixture.person, &token, &right_code()).await).id, token);
    assert_eq!(fixture.read_token(&token).await.status, TokenStatus::Activated);
    let entry = newest(&fixture.admin, AuditAction::OwnRefresh).await;
    assert_eq!(entry.token.unwrap().serial.as_deref(), Some("SLOW-1"));
    assert!(!format!("{}{}", entry.after, entry.reason).contains(&right_code()));
}

#[tokio::test]
async fn a_refused_code_says_that_the_token_is_deactivated_and_the_next_one_activates_it() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("SLOW-2", &fixture.me().await).await;
    activated_token(&activate(&fixture.person, &token, &right_code()).await);
    let answer = refresh(&fixture.person, &token, &wrong_code()).await;
    assert_eq!(answer.json::<Value>(), json!({ "deactivated": "code_refused" }));
    assert_ne!(fixture.read_token(&token).await.status, TokenStatus::Activated);
    let entry = newest(&fixture.admin, AuditAction::OwnRefresh).await;
    assert!(
        entry.reason.starts_with("The token was deactivated, and not activated again."),
        "{}",
        entry.reason
    );
    // The same call goes on from there.
    assert_eq!(activated_token(&refresh(&fixture.person, &token, &right_code()).await).id, token);
}

#[tokio::test]
async fn lost_answers_of_a_refresh_are_read_back() {
    for words in ["/deactivate\"", "/activate\""] {
        let (fixture, proxy) = with_recording_proxy(Access::Application, false, small()).await;
        let token = fixture.create_assigned_token("SLOW-3", &fixture.me().await).await;
        activated_token(&activate(&fixture.person, &token, &right_code()).await);
        proxy.interfere(Interference::DropResponses(words));
        assert_eq!(
            activated_token(&refresh(&fixture.person, &token, &right_code()).await).id,
            token,
            "{words}"
        );
        assert_eq!(fixture.read_token(&token).await.status, TokenStatus::Activated);
    }
}

#[tokio::test]
async fn nobody_refreshes_the_token_of_another_user() {
    let fixture = SelfServiceFixture::open().await;
    let other = fixture.other_users_token().await;
    let answer = refresh(&fixture.person, &other.id, &right_code()).await;
    assert_eq!(answer.json::<Value>(), denied("gone"));
    assert_eq!(fixture.read_token(&other.id).await.status, other.status);
}
