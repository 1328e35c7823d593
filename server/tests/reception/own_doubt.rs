//! Attempts on one's own tokens whose answers are lost, and people who cannot have a token.

use serde_json::Value;
use server::config::Access;
use token_core::{
    self_service::{ActivationOutcome, Denial},
    token::TokenStatus,
};

use crate::{
    device::{right_code, wrong_code},
    house::small,
    own_access::overheard,
    person::{Office, activate, attempt, claim, denied, done, own},
    wiretap::{Meddling, Wiretap},
};

const CLAIM: &str = "assignAndActivateBySerialNumber";
const ACTIVATE: &str = "/activate\"";

async fn office() -> (Office, Wiretap) {
    overheard(Access::Application, false, small()).await
}

/// How often a request with these words was sent.
fn sent(tap: &Wiretap, words: &str) -> usize {
    tap.items().iter().filter(|item| item.contains(words)).count()
}

#[tokio::test]
async fn a_claim_whose_answer_is_lost_is_read_back_and_not_sent_again() {
    let (office, tap) = office().await;
    let token = office.stock("DOUBT-1").await;
    tap.meddle(Meddling::LosesAnswers(CLAIM));
    assert_eq!(done(&claim(&office.person, "DOUBT-1", &right_code()).await).id, token);
    assert_eq!(sent(&tap, CLAIM), 1);
}

#[tokio::test]
async fn a_token_is_given_back_though_the_refusal_of_its_code_is_lost() {
    let (office, tap) = office().await;
    let token = office.stock("DOUBT-2").await;
    tap.meddle(Meddling::LosesAnswers(CLAIM));
    let answer = claim(&office.person, "DOUBT-2", &wrong_code()).await;
    assert!(matches!(attempt(&answer), ActivationOutcome::Denied(_)), "{}", answer.body);
    assert_eq!(sent(&tap, CLAIM), 1);
    office.is_free(&token).await;
}

#[tokio::test]
async fn an_activation_whose_answer_is_lost_is_read_back_and_not_sent_again() {
    let (office, tap) = office().await;
    let token = office.assigned("DOUBT-3", &office.me().await).await;
    tap.meddle(Meddling::LosesAnswers(ACTIVATE));
    assert_eq!(done(&activate(&office.person, &token, &right_code()).await).id, token);
    assert_eq!(sent(&tap, "/activate"), 1);
}

#[tokio::test]
async fn a_claim_that_never_arrived_is_tried_later() {
    let (office, tap) = office().await;
    let token = office.stock("DOUBT-4").await;
    tap.meddle(Meddling::LosesRequests(CLAIM));
    let answer = claim(&office.person, "DOUBT-4", &right_code()).await;
    assert_eq!(attempt(&answer), ActivationOutcome::Denied(Denial::Later { after_ms: None }));
    office.is_free(&token).await;
}

#[tokio::test]
async fn a_token_that_cannot_be_given_back_is_no_success() {
    let (office, tap) = office().await;
    let token = office.stock("DOUBT-5").await;
    tap.meddle(Meddling::LosesRequests("\"DELETE\""));
    let answer = claim(&office.person, "DOUBT-5", &wrong_code()).await;
    assert_eq!(answer.json::<Value>(), denied("code_refused"));
    assert_eq!(office.seen(&token).await.status, TokenStatus::FailedActivation, "it was not given back");
}

#[tokio::test]
async fn guests_and_disabled_accounts_hear_nothing_of_serials() {
    for (says, instead) in [
        ("\"userType\":\"Member\"", "\"userType\":\"Guest\""),
        ("\"accountEnabled\":true", "\"accountEnabled\":false"),
    ] {
        let (office, tap) = office().await;
        let (free, held) = (office.stock("DOUBT-6").await, office.somebody_elses().await);
        tap.meddle(Meddling::Rewrites(says, instead));
        for serial in ["DOUBT-6", held.serial.as_str(), "NO-SUCH-1"] {
            let answer = claim(&office.person, serial, &right_code()).await;
            assert_eq!(answer.json::<Value>(), denied("not_allowed"), "{instead}: {serial}");
        }
        assert_eq!(sent(&tap, CLAIM), 0);
        assert!(!own(&office.person).await.tokens.iter().any(|token| token.id == free));
    }
}
