//! Two instances of the server share sessions in PostgreSQL.

use http::{Method, StatusCode};
use practice::Practice;
use serde_json::json;
use server::config::{Access, SelfService};
use sqlx::Row as _;
use token_core::{
    error::ServiceError,
    self_service::{ActivationTarget, PendingActivation},
    token::SerialNumber,
};

use super::session_list::{end, listed};
use crate::support::{
    browser::{Browser, parameter, sent_on},
    device::new_token,
    postgres_server::Postgres,
    self_service::{claim, my_tokens},
    test_app::{HOUR, TestApp, TestAppBuilder, later, small},
};

async fn instances(postgres: &Postgres, database: &str, access: Access) -> [TestApp; 2] {
    let place = postgres.database(database).await;
    let practice = Practice::start(&small(), 0).await.unwrap();
    let address = practice.base_url.clone();
    let instance = || {
        let audit =
            Some(audit::AuditSettings { default_store: place.clone(), ..audit::AuditSettings::in_memory() });
        let self_service = SelfService { delegated: true, ..SelfService::default() };
        let builder = TestAppBuilder { audit, self_service, ..TestAppBuilder::default() };
        builder.with_organisation_at(access, practice.clone(), &address)
    };
    [instance().await, instance().await]
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_share_sessions() {
    let Some(postgres) = Postgres::start_or_skip("sessions shared by instances") else { return };
    a_session_is_valid_at_both_and_ends_at_both(&postgres).await;
    a_sign_in_may_continue_at_the_other_once(&postgres).await;
    errors_are_shown_by_the_other(&postgres).await;
    delegated_access_works_at_both(&postgres).await;
    a_step_up_continues_at_the_other(&postgres).await;
    signing_out_at_microsoft_ends_the_session_at_both(&postgres).await;
    sessions_are_listed_and_ended_at_both(&postgres).await;
    a_forged_id_is_refused_before_the_database_is_asked(&postgres).await;
    instances_share_the_limits(&postgres).await;
    instances_count_sensitive_actions_together(&postgres).await;
    the_time_of_the_last_request_cannot_be_moved(&postgres).await;
    the_database_contains_no_plaintext(&postgres).await;
    without_the_database_requests_are_refused(&postgres).await;
}

async fn a_session_is_valid_at_both_and_ends_at_both(postgres: &Postgres) {
    let [one, other] = instances(postgres, "going_on", Access::Application).await;
    let mut browser = Browser::signed_in(&one, "administrator").await;
    let name = browser.cookie("session").unwrap();
    browser.use_instance(&other);
    assert_eq!(browser.list().await.status, StatusCode::OK);
    assert_eq!(browser.about().await.user.upn, administrator(&one).await);
    assert_eq!(browser.call("/api/session/sign_out", json!({})).await.status, StatusCode::OK);
    browser.set_cookie("session", &name);
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
    browser.use_instance(&one);
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut, "also where they had signed in");
    browser.set_cookie("session", "shared.made-up");
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
}

async fn administrator(app: &TestApp) -> String {
    Browser::signed_in(app, "administrator").await.about().await.user.upn
}

async fn a_sign_in_may_continue_at_the_other_once(postgres: &Postgres) {
    let [one, other] = instances(postgres, "signing_in", Access::Application).await;
    let mut browser = Browser::of(&one);
    let url = browser.begin("?return=%2Fimport").await;
    let back = browser.choose(&url, "administrator").await;
    browser.use_instance(&other);
    assert_eq!(browser.come_back(&back).await.location(), "/import");
    assert_eq!(browser.list().await.status, StatusCode::OK);
    browser.use_instance(&one);
    assert_eq!(browser.come_back(&back).await.location(), "/sign-in", "a callback is accepted once");
}

async fn errors_are_shown_by_the_other(postgres: &Postgres) {
    let [one, other] = instances(postgres, "wrong", Access::Application).await;
    let mut browser = Browser::of(&one);
    let mut back = browser.choose(&browser.begin("").await, "administrator").await;
    back.set_query(Some("error=access_denied&state=unknown"));
    assert_eq!(browser.come_back(&back).await.location(), "/sign-in");
    browser.use_instance(&other);
    assert!(browser.about().await.problem.is_some_and(|problem| problem.contains("sign in again")));
}

async fn delegated_access_works_at_both(postgres: &Postgres) {
    let [one, other] = instances(postgres, "delegated", Access::Delegated).await;
    let mut browser = Browser::signed_in(&one, "administrator").await;
    browser.use_instance(&other);
    for serial in ["SHARED-1", "SHARED-2"] {
        let answer = browser.apply("create", json!([new_token(serial)])).await;
        assert!(answer.body.contains("Done"), "{}", answer.body);
        // Entra lets both instances use the refresh token.
        browser.use_instance(&one);
    }
}

async fn a_step_up_continues_at_the_other(postgres: &Postgres) {
    let [one, other] = instances(postgres, "step_up", Access::Application).await;
    let mut person = Browser::signed_in(&one, "enduser").await;
    one.switch("age?seconds=700").await;
    assert_eq!(claim(&person, "STEP-1", "012345").await.error(), ServiceError::StepUp);
    person.use_instance(&other);
    let url = person.begin("?return=%2Fmy").await;
    assert!(parameter(&url, "claims").is_some(), "the claims of the challenge");
    let back = person.choose(&url, "enduser").await;
    assert_eq!(person.come_back(&back).await.location(), "/my");
    person.use_instance(&one);
    let Some(PendingActivation { target, code }) = my_tokens(&person).await.pending else {
        panic!("no pending activation")
    };
    assert_eq!(target, ActivationTarget::Serial(SerialNumber::parse("STEP-1").unwrap()));
    assert!(code.is_none(), "a code is not shared");
    person.use_instance(&other);
    assert!(my_tokens(&person).await.pending.is_none(), "returned once");
}

async fn signing_out_at_microsoft_ends_the_session_at_both(postgres: &Postgres) {
    let [one, other] = instances(postgres, "front_channel", Access::Application).await;
    let mut browser = Browser::of(&one);
    let back = browser.choose(&browser.begin("").await, "administrator").await;
    browser.come_back(&back).await;
    assert_eq!(browser.list().await.status, StatusCode::OK);
    let sid = parameter(&back, "session_state").unwrap();
    let frame = Browser::of(&other);
    let path = format!("/auth/front-channel-logout?sid={sid}&iss=x");
    let request = frame.request(Method::GET, &path).header("sec-fetch-site", "cross-site");
    assert_eq!(frame.send(request, "").await.status, StatusCode::OK);
    for instance in [&one, &other] {
        browser.use_instance(instance);
        assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
    }
}

async fn sessions_are_listed_and_ended_at_both(postgres: &Postgres) {
    let [one, other] = instances(postgres, "listed", Access::Application).await;
    let admin = Browser::signed_in(&one, "administrator").await;
    let mut person = Browser::signed_in(&other, "enduser").await;
    let all = listed(&admin, "/api/session/list_all").await;
    assert_eq!(all.len(), 2, "of both instances");
    let of_person = all.iter().find(|session| !session.is_own).unwrap();
    assert_eq!(end(&admin, &of_person.key, true).await, 1);
    for instance in [&one, &other] {
        person.use_instance(instance);
        let answer = person.call("/api/my/tokens", json!({})).await;
        assert_eq!(answer.error(), ServiceError::SignedOut);
    }
    assert_eq!(listed(&admin, "/api/session/list_all").await.len(), 1);
}

/// With a runtime of its own, whose clock can be set forward.
#[tokio::test]
async fn a_removed_role_ends_the_session_at_both() {
    let Some(postgres) = Postgres::start_or_skip("roles asserted by instances") else { return };
    let [one, other] = instances(&postgres, "removed", Access::Application).await;
    let mut browser = Browser::signed_in(&one, "administrator").await;
    browser.use_instance(&other);
    assert_eq!(browser.list().await.status, StatusCode::OK);
    one.switch("remove-role?who=administrator").await;
    later(HOUR / 2).await;
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
    browser.use_instance(&one);
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
}

async fn a_forged_id_is_refused_before_the_database_is_asked(postgres: &Postgres) {
    let [one, _] = instances(postgres, "forged", Access::Application).await;
    let browser = Browser::signed_in(&one, "administrator").await;
    let id = browser.cookie("session").unwrap();
    postgres.tamper("forged", "ALTER TABLE visitors RENAME TO elsewhere").await;
    let (start, mac) = id.rsplit_once('.').unwrap();
    for forged in ["shared.x", "shared.x.y", &format!("shared.made-up.{mac}"), &format!("{start}.")] {
        browser.set_cookie("session", forged);
        assert_eq!(browser.list().await.error(), ServiceError::SignedOut, "{forged}");
    }
    browser.set_cookie("session", &id);
    assert_eq!(browser.list().await.status, StatusCode::SERVICE_UNAVAILABLE, "the real one is looked up");
}

async fn instances_share_the_limits(postgres: &Postgres) {
    let [one, other] = instances(postgres, "limits", Access::Application).await;
    let mut person = Browser::signed_in(&one, "enduser").await;
    for number in 0..5 {
        person.use_instance(if number % 2 == 0 { &one } else { &other });
        let answer = claim(&person, "NO-SUCH-1", "012345").await;
        assert_eq!(answer.status, StatusCode::OK, "{number}: {}", answer.body);
    }
    for instance in [&other, &one] {
        person.use_instance(instance);
        let ServiceError::RateLimited { after_ms } = claim(&person, "NO-SUCH-1", "012345").await.error()
        else {
            panic!("not refused")
        };
        assert!((3_000_000..=3_600_000).contains(&after_ms), "{after_ms}");
    }
    let administrator = Browser::signed_in(&other, "administrator").await;
    let answer = claim(&administrator, "NO-SUCH-1", "012345").await;
    assert_eq!(answer.status, StatusCode::OK, "another user has a limit of their own: {}", answer.body);
    // Each instance by itself allows thirty reads in a row.
    let mut is_refused = false;
    for number in 0..59 {
        person.use_instance(if number % 2 == 0 { &one } else { &other });
        is_refused |= person.call("/api/my/tokens", json!({})).await.status == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(is_refused, "reads are counted together");
}

async fn instances_count_sensitive_actions_together(postgres: &Postgres) {
    let [one, other] = instances(postgres, "sensitive", Access::Application).await;
    let mut browser = Browser::signed_in(&one, "administrator").await;
    one.switch("age?seconds=700").await;
    browser.call("/api/session/sign_out", json!({})).await;
    let url = browser.begin("").await;
    let back = sent_on(&browser.open_entra(&url).await);
    assert_eq!(browser.come_back(&back).await.status, StatusCode::SEE_OTHER, "silently");
    let mut statuses = Vec::new();
    for number in 0..12 {
        browser.use_instance(if number % 2 == 0 { &one } else { &other });
        let export = json!({ "kind": "csv", "count": 1 });
        statuses.push(browser.call("/api/audit/exported", export).await.status.as_u16());
    }
    assert_eq!(statuses, [[200; 10].as_slice(), &[401; 2]].concat());
}

async fn the_time_of_the_last_request_cannot_be_moved(postgres: &Postgres) {
    let [one, _] = instances(postgres, "seen", Access::Application).await;
    let browser = Browser::signed_in(&one, "administrator").await;
    let moved = "UPDATE visitors SET seen = seen - interval '2 hours'";
    postgres.tamper("seen", moved).await;
    assert_eq!(browser.list().await.status, StatusCode::OK, "what is sealed counts, not the column");
}

async fn the_database_contains_no_plaintext(postgres: &Postgres) {
    let [one, _] = instances(postgres, "sealed", Access::Delegated).await;
    let browser = Browser::signed_in(&one, "administrator").await;
    let url = Browser::of(&one).begin("?return=%2Fimport").await;
    let pool = sqlx::PgPool::connect(&postgres.url("sealed")).await.unwrap();
    let rows = sqlx::query("SELECT kind, place, sealed FROM visitors ORDER BY kind").fetch_all(&pool).await;
    let rows = rows.unwrap();
    let kinds: Vec<String> = rows.iter().map(|row| row.get("kind")).collect();
    assert_eq!(kinds, ["limit", "listing", "session"]);
    let bytes: Vec<u8> = rows
        .iter()
        .flat_map(|row| [row.get::<Vec<u8>, _>("place"), row.get::<Vec<u8>, _>("sealed")].concat())
        .collect();
    let (name, state) = (browser.cookie("session").unwrap(), parameter(&url, "state").unwrap());
    let upn = browser.about().await.user.upn;
    for known in [&name, &state, &upn, "refresh", "/import", "Administrator"] {
        assert!(!bytes.windows(known.len()).any(|part| part == known.as_bytes()), "{known}");
    }
    // A record that was tampered with is invalid.
    sqlx::query(
        "UPDATE visitors SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE kind <> 'limit'",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(browser.list().await.error(), ServiceError::SignedOut);
}

async fn without_the_database_requests_are_refused(postgres: &Postgres) {
    let [one, _] = instances(postgres, "gone", Access::Application).await;
    let browser = Browser::signed_in(&one, "administrator").await;
    postgres.tamper("gone", "ALTER TABLE visitors RENAME TO elsewhere").await;
    let answer = browser.list().await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(matches!(answer.error(), ServiceError::SessionStoreUnavailable { .. }), "{}", answer.body);
    let page = browser.get("/").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    for body in [answer.body, page.body] {
        assert!(body.contains("its log says why"), "{body}");
        assert!(!body.contains("visitors") && !body.contains("relation"), "the database's own words: {body}");
    }
    assert_eq!(Browser::of(&one).get("/healthz").await.status, StatusCode::OK);
    postgres.tamper("gone", "ALTER TABLE elsewhere RENAME TO visitors").await;
    assert_eq!(browser.list().await.status, StatusCode::OK);
}
