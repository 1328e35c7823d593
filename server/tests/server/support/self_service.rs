//! The fixture of the self-service tests: an end user with their own tokens, and an administrator.

use serde_json::{Value, json};
use server::config::Access;
use token_core::{
    ports::{IdLookup, Outcome, Page},
    self_service::{ActivationOutcome, MyTokenList},
    token::{Token, TokenId, TokenStatus},
    user::UserId,
};

use crate::support::{
    browser::{Browser, TestResponse},
    device::new_token,
    test_app::{TestApp, TestAppBuilder},
};

/// A test app with both signed in.
pub struct SelfServiceFixture {
    pub app: TestApp,
    pub admin: Browser,
    pub person: Browser,
}

impl SelfServiceFixture {
    /// With the app's own access to Graph.
    pub async fn open() -> Self {
        Self::of(TestAppBuilder::default().with_organisation(Access::Application).await).await
    }

    pub async fn of(app: TestApp) -> Self {
        let admin = Browser::signed_in(&app, "administrator").await;
        let person = Browser::signed_in(&app, "enduser").await;
        Self { app, admin, person }
    }

    /// The end user's ID.
    pub async fn me(&self) -> UserId {
        my_tokens(&self.person).await.tokens[0].assigned_to.clone().unwrap().id
    }

    /// Creates an unassigned token with the seed [`SEED`](crate::support::device::SEED).
    pub async fn create_token(&self, serial: &str) -> TokenId {
        let answer = self.admin.apply("create", json!([new_token(serial)])).await;
        match answer.outcomes::<Token>().swap_remove(0) {
            Outcome::Done(token) => token.id,
            other => panic!("{other:?}"),
        }
    }

    /// Creates a token and assigns it to this user.
    pub async fn create_assigned_token(&self, serial: &str, user: &UserId) -> TokenId {
        let token = self.create_token(serial).await;
        let answer = self.admin.apply("assign", json!([{ "token": token, "user": user }])).await;
        assert_eq!(answer.outcomes::<()>(), [Outcome::Done(())]);
        token
    }

    /// Reads a token from the inventory.
    pub async fn read_token(&self, token: &TokenId) -> Token {
        let answer = self.admin.call("/api/tokens/by_id", json!({ "ids": [token] })).await;
        answer.json::<Vec<IdLookup>>().swap_remove(0).unwrap().unwrap()
    }

    /// A token that is assigned to another user.
    pub async fn other_users_token(&self) -> Token {
        let me = self.me().await;
        let all = self.admin.list().await.json::<Page<Token>>().items;
        all.into_iter()
            .find(|token| token.assigned_to.as_ref().is_some_and(|assigned_to| assigned_to.id != me))
            .unwrap()
    }

    /// Asserts that a token is unassigned and was never activated.
    pub async fn assert_available(&self, token: &TokenId) {
        let token = self.read_token(token).await;
        assert_eq!((&token.assigned_to, &token.status), (&None, &TokenStatus::Available), "{}", token.serial);
    }
}

/// The user's own tokens.
pub async fn my_tokens(browser: &Browser) -> MyTokenList {
    let answer = browser.call("/api/my/tokens", json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

pub async fn claim(browser: &Browser, serial: &str, code: &str) -> TestResponse {
    browser.call("/api/my/claim", json!({ "serial": serial, "code": code })).await
}

pub async fn activate(browser: &Browser, token: &TokenId, code: &str) -> TestResponse {
    browser.call("/api/my/activate", json!({ "token": token, "code": code })).await
}

pub async fn refresh(browser: &Browser, token: &TokenId, code: &str) -> TestResponse {
    browser.call("/api/my/refresh", json!({ "token": token, "code": code })).await
}

/// The result of an attempt.
pub fn attempt(answer: &TestResponse) -> ActivationOutcome {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// The token of an attempt that succeeded.
pub fn activated_token(answer: &TestResponse) -> Token {
    match attempt(answer) {
        ActivationOutcome::Done(token) => token,
        other => panic!("{other:?}"),
    }
}

/// The JSON of a denial without fields.
pub fn denied(name: &str) -> Value {
    json!({ "denied": name })
}
