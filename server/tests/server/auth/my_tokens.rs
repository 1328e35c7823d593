//! Self-service: users read, activate and claim their own tokens.

use practice::PracticeSettings;
use serde_json::{Value, json};
use server::config::SelfService;
use token_core::{
    self_service::{ActivationOutcome, Denial},
    token::TokenStatus,
};

use crate::support::{
    device::{right_code, wrong_code},
    self_service::{SelfServiceFixture, activate, activated_token, attempt, claim, denied, my_tokens},
    test_app::{TestApp, TestAppBuilder, small},
};

#[tokio::test]
async fn users_see_their_own_tokens_and_no_others() {
    let fixture = SelfServiceFixture::open().await;
    let me = fixture.me().await;
    let token = fixture.create_assigned_token("MINE-1", &me).await;
    let tokens = my_tokens(&fixture.person).await.tokens;
    assert!(tokens.iter().any(|held| held.id == token && held.status == TokenStatus::Assigned));
    assert!(tokens.iter().all(|held| held.assigned_to.as_ref().unwrap().id == me));
}

#[tokio::test]
async fn an_assigned_token_is_activated_by_its_code() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("MINE-2", &fixture.me().await).await;
    let answer = activate(&fixture.person, &token, &wrong_code()).await;
    assert_eq!(answer.json::<Value>(), denied("code_refused"));
    assert_eq!(
        fixture.read_token(&token).await.assigned_to.unwrap().id,
        fixture.me().await,
        "it stays theirs"
    );
    assert_eq!(activated_token(&activate(&fixture.person, &token, &right_code()).await).id, token);
    assert_eq!(fixture.read_token(&token).await.status, TokenStatus::Activated);
    let again = activate(&fixture.person, &token, &right_code()).await;
    assert_eq!(again.json::<Value>(), denied("already_activated"));
}

#[tokio::test]
async fn an_unassigned_token_is_claimed_by_serial_and_code() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_token("FREE-1").await;
    let claimed = activated_token(&claim(&fixture.person, " free-1 ", &right_code()).await);
    assert_eq!((&claimed.id, &claimed.status), (&token, &TokenStatus::Activated));
    let seen = fixture.read_token(&token).await;
    assert_eq!((seen.assigned_to.unwrap().id, seen.status), (fixture.me().await, TokenStatus::Activated));
    let again = claim(&fixture.person, "FREE-1", &right_code()).await;
    assert_eq!(again.json::<Value>(), denied("already_activated"));
}

#[tokio::test]
async fn a_claim_with_a_wrong_code_leaves_the_token_unassigned() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_token("FREE-2").await;
    let answer = claim(&fixture.person, "FREE-2", &wrong_code()).await;
    assert_eq!(answer.json::<Value>(), denied("code_refused"));
    fixture.assert_available(&token).await;
    let writes = fixture.app.stats().await["writesByKind"].clone();
    assert_eq!((&writes["activate"], &writes["unassign"]), (&json!(1), &json!(1)), "one claim, one release");
    assert_eq!(
        activated_token(&claim(&fixture.person, "FREE-2", &right_code()).await).id,
        token,
        "and can be tried again"
    );
}

#[tokio::test]
async fn a_token_is_released_after_the_user_has_left() {
    let practice = PracticeSettings { latency_ms: 100, ..small() };
    let builder = TestAppBuilder { practice, ..TestAppBuilder::default() };
    let fixture =
        SelfServiceFixture::of(builder.with_organisation(server::config::Access::Application).await).await;
    let token = fixture.create_token("FREE-3").await;
    let code = wrong_code();
    let mut call = Box::pin(claim(&fixture.person, "FREE-3", &code));
    loop {
        tokio::select! {
            biased;
            answer = &mut call => panic!("it ended too early: {}", answer.body),
            stats = fixture.app.stats() => if stats["writesByKind"]["activate"] == 1 { break },
        }
    }
    drop(call);
    let is_back = async || fixture.app.stats().await["writesByKind"]["unassign"] == 1;
    let mut looks = 0;
    while !is_back().await {
        looks += 1;
        assert!(looks < 10_000, "the token was never released");
    }
    fixture.assert_available(&token).await;
}

#[tokio::test]
async fn an_unknown_serial_and_another_users_get_the_same_response() {
    let fixture = SelfServiceFixture::open().await;
    let other = fixture.other_users_token().await;
    let unknown = claim(&fixture.person, "NO-SUCH-1", &right_code()).await;
    let theirs = claim(&fixture.person, other.serial.as_str(), &right_code()).await;
    assert_eq!(unknown.json::<Value>(), denied("not_available"));
    assert_eq!((unknown.status, &unknown.body), (theirs.status, &theirs.body));
    assert_eq!(unknown.headers, theirs.headers);
    assert_eq!(fixture.read_token(&other.id).await, other, "nothing was changed");
}

#[tokio::test]
async fn claiming_a_token_that_is_already_assigned_to_the_user_activates_it() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("MINE-3", &fixture.me().await).await;
    let wrong = claim(&fixture.person, "MINE-3", &wrong_code()).await;
    assert_eq!(wrong.json::<Value>(), denied("code_refused"));
    assert_eq!(
        fixture.read_token(&token).await.assigned_to.unwrap().id,
        fixture.me().await,
        "it is not released"
    );
    assert_eq!(activated_token(&claim(&fixture.person, "MINE-3", &right_code()).await).id, token);
}

#[tokio::test]
async fn a_user_with_the_most_tokens_cannot_claim_another() {
    let self_service = SelfService { most: 1, ..SelfService::default() };
    let builder = TestAppBuilder { self_service, ..TestAppBuilder::default() };
    let fixture =
        SelfServiceFixture::of(builder.with_organisation(server::config::Access::Application).await).await;
    let token = fixture.create_token("FREE-4").await;
    let answer = claim(&fixture.person, "FREE-4", &right_code()).await;
    assert_eq!(attempt(&answer), ActivationOutcome::Denied(Denial::Full { most: 1 }));
    fixture.assert_available(&token).await;
    assert_eq!(fixture.app.stats().await["writesByKind"]["activate"], 0, "no code was sent");
}

#[tokio::test]
async fn concurrent_claims_do_not_exceed_the_limit() {
    let fixture = SelfServiceFixture::open().await;
    let held = my_tokens(&fixture.person).await.tokens.len();
    let serials: Vec<String> = (0..5).map(|number| format!("FREE-1{number}")).collect();
    for serial in &serials {
        fixture.create_token(serial).await;
    }
    let code = right_code();
    let claims = serials.iter().map(|serial| claim(&fixture.person, serial, &code));
    let answers = futures_util::future::join_all(claims).await;
    let full = answers
        .iter()
        .filter(|answer| attempt(answer) == ActivationOutcome::Denied(Denial::Full { most: 5 }));
    assert_eq!(full.count(), held, "five are allowed, those from before included");
    assert_eq!(my_tokens(&fixture.person).await.tokens.len(), 5);
}

#[tokio::test]
async fn while_the_method_is_disabled_nothing_is_activated() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_token("FREE-5").await;
    switch_method_off(&fixture.app).await;
    let answer = claim(&fixture.person, "FREE-5", &right_code()).await;
    assert_eq!(answer.json::<Value>(), denied("not_allowed"));
    fixture.assert_available(&token).await;
}

/// Disables the authentication method, as an administrator does in the portal.
async fn switch_method_off(app: &TestApp) {
    let practice = &app.practice;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", practice.client_id.as_str()),
        ("client_secret", practice.client_secret.as_str()),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let http = crate::support::test_app::http();
    let url = format!("{}{}/oauth2/v2.0/token", practice.base_url, practice.tenant_id);
    let request = http.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
    let granted: Value = request.send().await.unwrap().json().await.unwrap();
    let policy = "beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath";
    let body = json!({ "@odata.type": "#microsoft.graph.hardwareOathAuthenticationMethodConfiguration", "state": "disabled" });
    let request = http
        .patch(format!("{}{policy}", practice.base_url))
        .bearer_auth(granted["access_token"].as_str().unwrap())
        .json(&body);
    assert_eq!(request.send().await.unwrap().status(), 204);
}
