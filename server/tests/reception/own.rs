//! What people do with their own tokens.

use serde_json::{Value, json};
use server::{config::SelfService, practice::Settings};
use token_core::{
    self_service::{ActivationOutcome, Denial},
    token::TokenStatus,
};

use crate::{
    device::{right_code, wrong_code},
    house::{House, Plan, small},
    person::{Office, activate, attempt, claim, denied, done, own},
};

#[tokio::test]
async fn people_see_their_own_tokens_and_no_others() {
    let office = Office::open().await;
    let me = office.me().await;
    let token = office.assigned("MINE-1", &me).await;
    let tokens = own(&office.person).await.tokens;
    assert!(tokens.iter().any(|held| held.id == token && held.status == TokenStatus::Assigned));
    assert!(tokens.iter().all(|held| held.assigned_to.as_ref().unwrap().id == me));
}

#[tokio::test]
async fn a_token_that_was_assigned_is_activated_by_its_code() {
    let office = Office::open().await;
    let token = office.assigned("MINE-2", &office.me().await).await;
    let answer = activate(&office.person, &token, &wrong_code()).await;
    assert_eq!(answer.json::<Value>(), denied("code_refused"));
    assert_eq!(office.seen(&token).await.assigned_to.unwrap().id, office.me().await, "it stays theirs");
    assert_eq!(done(&activate(&office.person, &token, &right_code()).await).id, token);
    assert_eq!(office.seen(&token).await.status, TokenStatus::Activated);
    let again = activate(&office.person, &token, &right_code()).await;
    assert_eq!(again.json::<Value>(), denied("already_activated"));
}

#[tokio::test]
async fn a_token_that_is_nobodys_is_claimed_by_serial_and_code() {
    let office = Office::open().await;
    let token = office.stock("FREE-1").await;
    let claimed = done(&claim(&office.person, " free-1 ", &right_code()).await);
    assert_eq!((&claimed.id, &claimed.status), (&token, &TokenStatus::Activated));
    let seen = office.seen(&token).await;
    assert_eq!((seen.assigned_to.unwrap().id, seen.status), (office.me().await, TokenStatus::Activated));
    let again = claim(&office.person, "FREE-1", &right_code()).await;
    assert_eq!(again.json::<Value>(), denied("already_activated"));
}

#[tokio::test]
async fn a_claim_with_a_wrong_code_leaves_the_token_on_the_shelf() {
    let office = Office::open().await;
    let token = office.stock("FREE-2").await;
    let answer = claim(&office.person, "FREE-2", &wrong_code()).await;
    assert_eq!(answer.json::<Value>(), denied("code_refused"));
    office.is_free(&token).await;
    let writes = office.house.stats().await["writesByKind"].clone();
    assert_eq!(
        (&writes["activate"], &writes["unassign"]),
        (&json!(1), &json!(1)),
        "sent once, given back once"
    );
    assert_eq!(
        done(&claim(&office.person, "FREE-2", &right_code()).await).id,
        token,
        "and can be tried again"
    );
}

#[tokio::test]
async fn whoever_leaves_half_way_keeps_no_token_from_going_back() {
    let practice = Settings { latency_ms: 100, ..small() };
    let plan = Plan { practice, ..Plan::default() };
    let office = Office::of(plan.with_organisation(server::config::Access::Application).await).await;
    let token = office.stock("FREE-3").await;
    let code = wrong_code();
    let mut call = Box::pin(claim(&office.person, "FREE-3", &code));
    loop {
        tokio::select! {
            biased;
            answer = &mut call => panic!("it ended too early: {}", answer.body),
            stats = office.house.stats() => if stats["writesByKind"]["activate"] == 1 { break },
        }
    }
    drop(call);
    let is_back = async || office.house.stats().await["writesByKind"]["unassign"] == 1;
    let mut looks = 0;
    while !is_back().await {
        looks += 1;
        assert!(looks < 10_000, "the token was never given back");
    }
    office.is_free(&token).await;
}

#[tokio::test]
async fn an_unknown_serial_and_somebody_elses_get_the_same_answer() {
    let office = Office::open().await;
    let other = office.somebody_elses().await;
    let unknown = claim(&office.person, "NO-SUCH-1", &right_code()).await;
    let theirs = claim(&office.person, other.serial.as_str(), &right_code()).await;
    assert_eq!(unknown.json::<Value>(), denied("not_available"));
    assert_eq!((unknown.status, &unknown.body), (theirs.status, &theirs.body));
    assert_eq!(unknown.headers, theirs.headers);
    assert_eq!(office.seen(&other.id).await, other, "nothing was changed");
}

#[tokio::test]
async fn a_serial_that_is_assigned_to_the_person_is_activated() {
    let office = Office::open().await;
    let token = office.assigned("MINE-3", &office.me().await).await;
    let wrong = claim(&office.person, "MINE-3", &wrong_code()).await;
    assert_eq!(wrong.json::<Value>(), denied("code_refused"));
    assert_eq!(office.seen(&token).await.assigned_to.unwrap().id, office.me().await, "it is not given back");
    assert_eq!(done(&claim(&office.person, "MINE-3", &right_code()).await).id, token);
}

#[tokio::test]
async fn whoever_holds_as_many_as_they_may_claims_no_other() {
    let self_service = SelfService { most: 1, ..SelfService::default() };
    let plan = Plan { self_service, ..Plan::default() };
    let office = Office::of(plan.with_organisation(server::config::Access::Application).await).await;
    let token = office.stock("FREE-4").await;
    let answer = claim(&office.person, "FREE-4", &right_code()).await;
    assert_eq!(attempt(&answer), ActivationOutcome::Denied(Denial::Full { most: 1 }));
    office.is_free(&token).await;
    assert_eq!(office.house.stats().await["writesByKind"]["activate"], 0, "no code was sent");
}

#[tokio::test]
async fn two_claims_at_once_do_not_pass_the_limit() {
    let office = Office::open().await;
    let held = own(&office.person).await.tokens.len();
    let serials: Vec<String> = (0..5).map(|number| format!("FREE-1{number}")).collect();
    for serial in &serials {
        office.stock(serial).await;
    }
    let code = right_code();
    let claims = serials.iter().map(|serial| claim(&office.person, serial, &code));
    let answers = futures_util::future::join_all(claims).await;
    let full = answers
        .iter()
        .filter(|answer| attempt(answer) == ActivationOutcome::Denied(Denial::Full { most: 5 }));
    assert_eq!(full.count(), held, "five fit, the person's own included");
    assert_eq!(own(&office.person).await.tokens.len(), 5);
}

#[tokio::test]
async fn while_the_method_is_off_nobody_activates_anything() {
    let office = Office::open().await;
    let token = office.stock("FREE-5").await;
    switch_method_off(&office.house).await;
    let answer = claim(&office.person, "FREE-5", &right_code()).await;
    assert_eq!(answer.json::<Value>(), denied("not_allowed"));
    office.is_free(&token).await;
}

/// As an administrator does it in the portal.
async fn switch_method_off(house: &House) {
    let practice = &house.practice;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", practice.client_id.as_str()),
        ("client_secret", practice.client_secret.as_str()),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let http = crate::house::http();
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
