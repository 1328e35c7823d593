//! Self-service when responses of Graph are lost, and for ineligible users.

use serde_json::Value;
use server::config::Access;
use token_core::{
    self_service::{ActivationOutcome, Denial},
    token::TokenStatus,
};

use crate::{
    auth::my_tokens_access::with_recording_proxy,
    support::{
        device::{right_code, wrong_code},
        recording_proxy::{Interference, RecordingProxy},
        self_service::{SelfServiceFixture, activate, activated_token, attempt, claim, denied, my_tokens},
        test_app::small,
    },
};

const CLAIM: &str = "assignAndActivateBySerialNumber";
const ACTIVATE: &str = "/activate\"";

async fn fixture() -> (SelfServiceFixture, RecordingProxy) {
    with_recording_proxy(Access::Application, false, small()).await
}

/// How often a request that contains this text was sent.
fn sent(proxy: &RecordingProxy, words: &str) -> usize {
    proxy.items().iter().filter(|item| item.contains(words)).count()
}

#[tokio::test]
async fn a_claim_whose_response_is_lost_is_read_back_and_not_sent_again() {
    let (fixture, proxy) = fixture().await;
    let token = fixture.create_token("DOUBT-1").await;
    proxy.interfere(Interference::DropResponses(CLAIM));
    assert_eq!(activated_token(&claim(&fixture.person, "DOUBT-1", &right_code()).await).id, token);
    assert_eq!(sent(&proxy, CLAIM), 1);
}

#[tokio::test]
async fn a_token_is_released_though_the_refusal_of_its_code_is_lost() {
    let (fixture, proxy) = fixture().await;
    let token = fixture.create_token("DOUBT-2").await;
    proxy.interfere(Interference::DropResponses(CLAIM));
    let answer = claim(&fixture.person, "DOUBT-2", &wrong_code()).await;
    assert!(matches!(attempt(&answer), ActivationOutcome::Denied(_)), "{}", answer.body);
    assert_eq!(sent(&proxy, CLAIM), 1);
    fixture.assert_available(&token).await;
}

#[tokio::test]
async fn an_activation_whose_response_is_lost_is_read_back_and_not_sent_again() {
    let (fixture, proxy) = fixture().await;
    let token = fixture.create_assigned_token("DOUBT-3", &fixture.me().await).await;
    proxy.interfere(Interference::DropResponses(ACTIVATE));
    assert_eq!(activated_token(&activate(&fixture.person, &token, &right_code()).await).id, token);
    assert_eq!(sent(&proxy, "/activate"), 1);
}

#[tokio::test]
async fn a_claim_that_never_arrived_is_reported_as_later() {
    let (fixture, proxy) = fixture().await;
    let token = fixture.create_token("DOUBT-4").await;
    proxy.interfere(Interference::DropRequests(CLAIM));
    let answer = claim(&fixture.person, "DOUBT-4", &right_code()).await;
    assert_eq!(attempt(&answer), ActivationOutcome::Denied(Denial::Later { after_ms: None }));
    fixture.assert_available(&token).await;
}

#[tokio::test]
async fn a_token_that_cannot_be_released_is_no_success() {
    let (fixture, proxy) = fixture().await;
    let token = fixture.create_token("DOUBT-5").await;
    proxy.interfere(Interference::DropRequests("\"DELETE\""));
    let answer = claim(&fixture.person, "DOUBT-5", &wrong_code()).await;
    assert_eq!(answer.json::<Value>(), denied("code_refused"));
    assert_eq!(fixture.read_token(&token).await.status, TokenStatus::FailedActivation, "it was not released");
}

#[tokio::test]
async fn guests_and_disabled_accounts_do_not_learn_which_serials_exist() {
    for (says, instead) in [
        ("\"userType\":\"Member\"", "\"userType\":\"Guest\""),
        ("\"accountEnabled\":true", "\"accountEnabled\":false"),
    ] {
        let (fixture, proxy) = fixture().await;
        let (free, held) = (fixture.create_token("DOUBT-6").await, fixture.other_users_token().await);
        proxy.interfere(Interference::RewriteResponses(says, instead));
        for serial in ["DOUBT-6", held.serial.as_str(), "NO-SUCH-1"] {
            let answer = claim(&fixture.person, serial, &right_code()).await;
            assert_eq!(answer.json::<Value>(), denied("not_allowed"), "{instead}: {serial}");
        }
        assert_eq!(sent(&proxy, CLAIM), 0);
        assert!(!my_tokens(&fixture.person).await.tokens.iter().any(|token| token.id == free));
    }
}
