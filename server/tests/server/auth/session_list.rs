//! The list of sessions, and ending sessions of one's own and of others.

use app::api::{access::Role, session_view::SessionView};
use http::StatusCode;
use serde_json::json;
use token_core::error::ServiceError;

use crate::support::{browser::Browser, test_app::TestApp};

/// What the list of this path shows.
pub async fn listed(browser: &Browser, path: &str) -> Vec<SessionView> {
    let answer = browser.call(path, json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()
}

/// Ends the sessions, and returns how many ended.
pub async fn end(browser: &Browser, key: &str, all_of_person: bool) -> usize {
    let body = json!({ "key": key, "all_of_person": all_of_person });
    browser.call("/api/session/end_any", body).await.json()
}

#[tokio::test]
async fn an_administrator_sees_who_is_signed_in_and_ends_one_session_or_all_of_a_person() {
    let app = TestApp::organisation().await;
    let admin = Browser::signed_in(&app, "administrator").await;
    let phone = Browser::signed_in(&app, "enduser").await;
    let laptop = Browser::signed_in(&app, "enduser").await;
    let all = listed(&admin, "/api/session/list_all").await;
    assert_eq!(all.len(), 3);
    let own: Vec<_> = all.iter().filter(|session| session.is_own).collect();
    assert!(matches!(own[..], [session] if session.is_current && session.role == Role::Administrator));
    let of_end_user: Vec<_> = all.iter().filter(|session| session.role == Role::EndUser).collect();
    assert!(of_end_user.iter().all(|session| !session.is_own && session.address == "127.0.0.1"));

    assert_eq!(end(&admin, &of_end_user[0].key, false).await, 1);
    let out = |answer: &crate::support::browser::TestResponse| answer.status == StatusCode::UNAUTHORIZED;
    let left = [&phone, &laptop].map(async |browser| out(&browser.call("/api/my/tokens", json!({})).await));
    let [phone_out, laptop_out] = futures_util::future::join_all(left).await.try_into().unwrap();
    assert!(phone_out != laptop_out, "one of the two ended");

    assert_eq!(end(&admin, &of_end_user[1].key, true).await, 1, "what is left of the user");
    for browser in [&phone, &laptop] {
        assert_eq!(browser.call("/api/my/tokens", json!({})).await.error(), ServiceError::SignedOut);
    }
    assert_eq!(end(&admin, &of_end_user[1].key, true).await, 0);
    assert_eq!(listed(&admin, "/api/session/list_all").await.len(), 1);
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_only() {
    let app = TestApp::organisation().await;
    let admin = Browser::signed_in(&app, "administrator").await;
    let phone = Browser::signed_in(&app, "enduser").await;
    let laptop = Browser::signed_in(&app, "enduser").await;
    let own = listed(&phone, "/api/session/list").await;
    assert!(own.len() == 2 && own.iter().all(|session| session.is_own));

    let of_admin = listed(&admin, "/api/session/list").await.swap_remove(0);
    let answer = phone.call("/api/session/end", json!({ "key": of_admin.key })).await;
    assert_eq!(answer.json::<usize>(), 0, "somebody else's");
    assert_eq!(admin.list().await.status, StatusCode::OK);
    let answer = phone.call("/api/session/end", json!({ "key": "no key" })).await;
    assert!(matches!(answer.error(), ServiceError::Invalid { .. }));

    let answer = phone.call("/api/session/end", json!({ "key": null })).await;
    assert_eq!(answer.json::<usize>(), 2);
    for browser in [&phone, &laptop] {
        assert_eq!(browser.call("/api/my/tokens", json!({})).await.error(), ServiceError::SignedOut);
    }
    assert_eq!(admin.list().await.status, StatusCode::OK);
}
