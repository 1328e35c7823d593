//! The directory as in the browser, over real HTTP: for running the rollout engine against the program.

use std::time::Duration;

use async_trait::async_trait;
use http::header;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use token_core::{
    audit::RunRows,
    error::ServiceError,
    ports::{
        Applied, Change, Clock, Cursor, Directory, IdLookup, MethodPolicy, Page, SerialLookup, Sleeper,
        UnseenWrite, UserTokensLookup,
    },
    token::{SerialNumber, Token, TokenId},
    user::{DirectoryRoles, User, UserId},
};
use url::Url;

/// A client of the program with a session.
pub struct Remote {
    pub base: Url,
    pub client: reqwest::Client,
    pub cookie: String,
}

impl Remote {
    pub async fn call<T: DeserializeOwned>(&self, path: &str, body: Value) -> Result<T, ServiceError> {
        let request = self
            .client
            .post(self.base.join(path).unwrap())
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "application/json")
            .header(header::COOKIE, &self.cookie)
            .json(&body);
        let answer = request.send().await.map_err(|_| ServiceError::Disconnected)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|_| ServiceError::Disconnected)?;
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|_| ServiceError::Disconnected);
        }
        Err(serde_json::from_slice(&bytes).unwrap_or(ServiceError::Disconnected))
    }
}

#[async_trait]
impl Directory for Remote {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        self.call("/api/tokens/list", json!({ "after": after })).await
    }
    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        self.call("/api/tokens/by_serial", json!({ "serials": serials })).await
    }
    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        self.call("/api/tokens/by_id", json!({ "ids": ids })).await
    }
    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        self.call("/api/users/search", json!({ "text": text, "after": after })).await
    }
    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        self.call("/api/users/by_id", json!({ "ids": ids })).await
    }
    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        self.call("/api/users/by_upn", json!({ "upns": upns })).await
    }
    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<UserTokensLookup>, ServiceError> {
        self.call("/api/users/holdings", json!({ "users": users })).await
    }
    async fn directory_roles(&self, users: Vec<UserId>) -> Result<Vec<DirectoryRoles>, ServiceError> {
        self.call("/api/users/roles", json!({ "users": users })).await
    }
    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        self.call("/api/tenant/policy", json!({})).await
    }
    async fn apply(&self, changes: Vec<Change>, run: Option<RunRows>) -> Result<Applied, ServiceError> {
        self.call("/api/tokens/apply", json!({ "changes": changes, "run": run })).await
    }
    async fn report_unseen(
        &self,
        writes: Vec<UnseenWrite>,
        run: Option<RunRows>,
    ) -> Result<(), ServiceError> {
        self.call("/api/tokens/report_unseen", json!({ "writes": writes, "run": run })).await
    }
}

/// The system's clock and real pauses.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap()
    }
}

#[async_trait]
impl Sleeper for SystemClock {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
