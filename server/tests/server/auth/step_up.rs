//! Step-up authentication for people's own tokens and for administrators' sensitive actions.

use std::collections::HashSet;

use http::StatusCode;
use serde_json::{Value, json};
use server::config::{Access, SelfService, StepUpContext};
use token_core::{error::ServiceError, ports::Page, token::Token};

use crate::support::{
    browser::{Browser, TestResponse, parameter, sent_on},
    connect::{connect, try_to_connect},
    device::right_code,
    self_service::{SelfServiceFixture, activated_token, claim, my_tokens},
    test_app::{TestApp, TestAppBuilder, another_tenant},
};

/// Signs in silently at the practice Entra, where this browser has authenticated long ago.
async fn sign_in_silently(app: &TestApp, who: &str) -> Browser {
    let browser = Browser::signed_in(app, who).await;
    app.switch("age?seconds=700").await;
    browser.call("/api/session/sign_out", json!({})).await;
    let url = browser.begin("").await;
    assert_eq!(parameter(&url, "prompt"), None, "whoever has no session signs in as usual");
    let back = sent_on(&browser.open_entra(&url).await);
    assert_eq!(browser.come_back(&back).await.status, StatusCode::SEE_OTHER);
    browser
}

/// Signs in again as a session does when a step-up is required.
async fn confirm(browser: &Browser, who: &str) -> url::Url {
    let url = browser.begin("").await;
    let back = browser.choose(&url, who).await;
    assert_eq!(browser.come_back(&back).await.status, StatusCode::SEE_OTHER);
    url
}

async fn app_with(self_service: SelfService, step_up_context: StepUpContext) -> TestApp {
    let builder = TestAppBuilder { self_service, step_up_context, ..TestAppBuilder::default() };
    builder.with_organisation(Access::Application).await
}

#[tokio::test]
async fn a_silent_sign_in_changes_no_token_of_ones_own_whoever_acts() {
    for delegated in [false, true] {
        let self_service = SelfService { delegated, ..SelfService::default() };
        let fixture = SelfServiceFixture::of(app_with(self_service, StepUpContext::default()).await).await;
        let token = fixture.create_token("FRESH-1").await;
        let person = sign_in_silently(&fixture.app, "enduser").await;
        my_tokens(&person).await;
        let before = fixture.app.graph_requests().await;
        assert_eq!(claim(&person, "FRESH-1", "012345").await.error(), ServiceError::StepUp);
        assert_eq!(fixture.app.graph_requests().await, before, "Graph is not asked");
        fixture.assert_available(&token).await;

        let url = confirm(&person, "enduser").await;
        assert_eq!(parameter(&url, "prompt").as_deref(), Some("login"));
        let pending = my_tokens(&person).await.pending.expect("what was typed");
        assert_eq!(pending.code.unwrap().expose(), "012345");
        activated_token(&claim(&person, "FRESH-1", &right_code()).await);
        let shown = my_tokens(&person).await.activations;
        assert_eq!(shown.len(), 1, "the user is told: {shown:?}");
        assert_eq!((shown[0].token.as_str(), shown[0].address.as_str()), ("FRESH-1", "127.0.0.1"));
    }
}

#[tokio::test]
async fn one_factor_is_refused_where_entra_says_so() {
    let app = TestApp::organisation().await;
    app.switch("methods?amr=pwd").await;
    let fixture = SelfServiceFixture::of(app).await;
    fixture.create_token("FRESH-2").await;
    let answer = claim(&fixture.person, "FRESH-2", &right_code()).await;
    assert_eq!((answer.status, answer.error()), (StatusCode::UNAUTHORIZED, ServiceError::SecondFactor));
    fixture.app.switch("methods?amr=pwd,mfa").await;
    confirm(&fixture.person, "enduser").await;
    activated_token(&claim(&fixture.person, "FRESH-2", &right_code()).await);
}

#[tokio::test]
async fn the_organisations_authentication_context_is_required_where_it_is_set() {
    let context = StepUpContext::parse(Some("c1")).unwrap();
    let fixture = SelfServiceFixture::of(app_with(SelfService::default(), context).await).await;
    fixture.create_token("FRESH-3").await;
    let answer = claim(&fixture.person, "FRESH-3", &right_code()).await;
    assert_eq!(answer.error(), ServiceError::StepUp, "an ordinary sign-in has no context");
    let url = confirm(&fixture.person, "enduser").await;
    let claims: Value = serde_json::from_str(&parameter(&url, "claims").unwrap()).unwrap();
    assert_eq!(claims["id_token"]["acrs"], json!({ "essential": true, "value": "c1" }));
    assert_eq!(parameter(&url, "prompt"), None, "Conditional Access decides what is asked");
    activated_token(&claim(&fixture.person, "FRESH-3", &right_code()).await);
}

#[tokio::test]
async fn without_the_persons_permission_the_app_does_not_act_for_them() {
    let own = "UserAuthMethod-HardwareOATH.ReadWrite";
    let practice = crate::support::test_app::small();
    let grant = practice.grant.clone().into_iter().filter(|name| *name != own).collect();
    let practice = practice::PracticeSettings { grant, ..practice };
    let app = TestAppBuilder { practice, ..TestAppBuilder::default() };
    let app = app.with_organisation(Access::Application).await;
    let person = Browser::signed_in(&app, "enduser").await;
    let before = app.graph_requests().await;
    for answer in [person.call("/api/my/tokens", json!({})).await, claim(&person, "A-1", "123456").await] {
        let ServiceError::Forbidden { permission, .. } = answer.error() else { panic!("{}", answer.body) };
        assert!(permission.starts_with(own), "{permission}");
    }
    assert_eq!(app.graph_requests().await, before);
}

async fn delete(browser: &Browser, tokens: &[Token], run: Option<&str>) -> TestResponse {
    let changes: Vec<_> = tokens.iter().map(|token| json!({ "delete": token.id })).collect();
    let rows: Vec<_> = (1..=tokens.len()).collect();
    let run = run.map(|id| json!({ "id": id, "rows": rows, "size": tokens.len() }));
    browser.call("/api/tokens/apply", json!({ "changes": changes, "run": run })).await
}

#[tokio::test]
async fn deleting_and_exporting_more_than_ten_tokens_needs_a_fresh_sign_in() {
    let app = TestApp::organisation().await;
    let browser = sign_in_silently(&app, "administrator").await;
    let tokens = browser.list().await.json::<Page<Token>>().items;
    let export = async |count: u32| {
        browser.call("/api/audit/exported", json!({ "kind": "csv", "count": count })).await
    };
    assert_eq!(export(4).await.status, StatusCode::OK);
    assert_eq!(delete(&browser, &tokens[..6], None).await.status, StatusCode::OK);
    let before = app.graph_requests().await;
    for answer in [delete(&browser, &tokens[6..7], None).await, export(1).await, export(1_000).await] {
        assert_eq!(answer.error(), ServiceError::StepUp, "ten in all, however they are spread over calls");
    }
    assert_eq!(app.graph_requests().await, before);
    let again = sign_in_silently(&app, "administrator").await;
    assert_eq!(delete(&again, &tokens[6..7], None).await.error(), ServiceError::StepUp, "nor over sessions");

    // The changes of one call are for different people.
    let mut people = HashSet::new();
    let unassign: Vec<_> = tokens
        .iter()
        .filter_map(|token| Some((&token.id, &token.assigned_to.as_ref()?.id)))
        .filter(|(_, user)| people.insert(*user))
        .map(|(token, user)| json!({ "unassign": { "user": user, "token": token } }))
        .take(11)
        .collect();
    assert_eq!(unassign.len(), 11);
    let answer = browser.call("/api/tokens/apply", json!({ "changes": unassign, "run": null })).await;
    assert_eq!(answer.error(), ServiceError::StepUp);
    assert_eq!(app.graph_requests().await, before);

    confirm(&browser, "administrator").await;
    assert_eq!(export(1_000).await.status, StatusCode::OK);
    let run = Some("12345678-1234-4123-8123-123456789abc");
    assert_eq!(delete(&browser, &tokens[6..20], run).await.status, StatusCode::OK);
    // The fresh sign-in gave the ten back, to whichever session is next without one.
    let next = sign_in_silently(&app, "administrator").await;
    assert_eq!(delete(&next, &tokens[20..30], None).await.status, StatusCode::OK);
    assert_eq!(delete(&next, &tokens[30..31], None).await.error(), ServiceError::StepUp);
}

#[tokio::test]
async fn an_operator_who_is_signed_in_connects_after_a_fresh_sign_in_only() {
    let real = another_tenant().await;
    let app = TestAppBuilder::default().with_practice(&real.base_url).await;
    let browser = Browser::operator(&app).await;
    browser.sign_in("administrator").await;
    app.switch("age?seconds=700").await;
    let url = browser.begin("").await;
    let back = sent_on(&browser.open_entra(&url).await);
    assert_eq!(browser.come_back(&back).await.status, StatusCode::SEE_OTHER, "silently");
    let refused =
        try_to_connect(&browser, &real.tenant_id, &real.client_id, &real.client_secret).await.error();
    assert_eq!(refused, ServiceError::StepUp);
    let refused = browser.call("/api/settings/disconnect", json!({})).await.error();
    assert_eq!(refused, ServiceError::StepUp);
    confirm(&browser, "administrator").await;
    connect(&browser, &real).await;
}
