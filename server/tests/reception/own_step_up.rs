//! Microsoft wants to know once more who somebody is who is about to activate a token of their own.

use http::StatusCode;
use server::config::{Access, SelfService};
use token_core::{
    error::ServiceError,
    self_service::{ActivationTarget, Unfinished},
    token::SerialNumber,
};

use crate::{
    browser::{Browser, parameter},
    device::right_code,
    house::Plan,
    person::{Office, activate, claim, done, own},
};

/// An office whose end user signed in longer ago than Graph puts up with.
async fn long_ago() -> Office {
    let self_service = SelfService { delegated: true, ..SelfService::default() };
    let plan = Plan { self_service, ..Plan::default() };
    let office = Office::of(plan.with_organisation(Access::Application).await).await;
    office.house.switch("age?seconds=700").await;
    office
}

async fn is_challenged(browser: &Browser, serial: &str) {
    let answer = claim(browser, serial, "012345").await;
    assert_eq!((answer.status, answer.error()), (StatusCode::UNAUTHORIZED, ServiceError::StepUp));
}

fn entered(unfinished: Option<Unfinished>) -> Option<(ActivationTarget, String)> {
    unfinished.map(|Unfinished { target, code }| (target, code.unwrap().expose().to_owned()))
}

fn serial(text: &str) -> ActivationTarget {
    ActivationTarget::Serial(SerialNumber::parse(text).unwrap())
}

#[tokio::test]
async fn what_was_entered_is_there_after_the_sign_in_once() {
    let office = long_ago().await;
    let token = office.stock("STEP-1").await;
    is_challenged(&office.person, "STEP-1").await;
    office.is_free(&token).await;
    assert!(own(&office.person).await.unfinished.is_none(), "not before they have signed in");

    let url = office.person.begin("?return=%2Fmy").await;
    assert!(parameter(&url, "claims").is_some(), "what Graph asked for");
    assert!(!url.as_str().contains("012345") && !url.as_str().contains("STEP-1"), "{url}");
    let back = office.person.choose(&url, "enduser").await;
    assert!(!back.as_str().contains("012345"), "{back}");
    assert_eq!(office.person.come_back(&back).await.location(), "/my");

    assert_eq!(entered(own(&office.person).await.unfinished), Some((serial("STEP-1"), "012345".to_owned())));
    assert!(own(&office.person).await.unfinished.is_none());
    assert_eq!(done(&claim(&office.person, "STEP-1", &right_code()).await).id, token);
}

#[tokio::test]
async fn so_is_the_code_for_a_token_that_they_hold() {
    let office = long_ago().await;
    let token = office.assigned("STEP-2", &office.me().await).await;
    assert_eq!(activate(&office.person, &token, "012345").await.error(), ServiceError::StepUp);
    office.person.sign_in_from("?choose=true", "enduser").await;
    let expected = Some((ActivationTarget::Token(token), "012345".to_owned()));
    assert_eq!(entered(own(&office.person).await.unfinished), expected);
}

#[tokio::test]
async fn nobody_else_gets_it_and_it_does_not_come_back() {
    let office = long_ago().await;
    is_challenged(&office.person, "STEP-3").await;
    office.person.sign_in_from("?choose=true", "reader").await;
    assert!(own(&office.person).await.unfinished.is_none());
    office.person.sign_in_from("?choose=true", "enduser").await;
    assert!(own(&office.person).await.unfinished.is_none());
}

#[tokio::test]
async fn another_browser_of_the_same_person_does_not_get_it() {
    let office = long_ago().await;
    is_challenged(&office.person, "STEP-4").await;
    let other = Browser::signed_in(&office.house, "enduser").await;
    assert!(own(&other).await.unfinished.is_none());
}
