//! The directory as in the browser, over real HTTP: for running the rollout engine against the program.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use http::header;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use token_core::{
    error::ServiceError,
    ports::{
        Activation, Assignment, Clock, Cursor, Directory, IdLookup, MethodPolicy, NewToken, Outcome, Page,
        Rename, SerialLookup, Sleeper,
    },
    token::{SerialNumber, Token, TokenId},
    user::{User, UserId},
};
use url::Url;

/// A client of the program with a session.
pub struct Remote {
    pub base: Url,
    pub client: reqwest::Client,
    pub cookie: String,
    /// The run that writes belong to.
    pub run: &'static str,
    /// Rows by serial number; `known` has the rows by id, learnt from answers.
    pub rows: HashMap<String, u32>,
    pub known: Mutex<HashMap<TokenId, u32>>,
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

    async fn write<T: DeserializeOwned>(
        &self,
        verb: &str,
        name: &str,
        items: Value,
        rows: Vec<u32>,
    ) -> Result<T, ServiceError> {
        let run = json!({ "id": self.run, "rows": rows });
        self.call(&format!("/api/tokens/{verb}"), json!({ name: items, "run": run })).await
    }

    fn rows<'a>(&self, tokens: impl Iterator<Item = &'a TokenId>) -> Vec<u32> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.map(|token| known.get(token).copied().unwrap_or_default()).collect()
    }

    fn learn<'a>(&self, tokens: impl Iterator<Item = &'a Token>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(
            tokens.filter_map(|token| Some((token.id.clone(), *self.rows.get(&token.serial.key())?))),
        );
    }
}

#[async_trait]
impl Directory for Remote {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        self.call("/api/tokens/list", json!({ "after": after })).await
    }
    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        let found: Vec<SerialLookup> =
            self.call("/api/tokens/by_serial", json!({ "serials": serials })).await?;
        self.learn(found.iter().flatten().flatten());
        Ok(found)
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
    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<Vec<Token>>, ServiceError> {
        self.call("/api/users/holdings", json!({ "users": users })).await
    }
    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        self.call("/api/tenant/policy", json!({})).await
    }
    async fn create(&self, tokens: Vec<NewToken>) -> Result<Vec<Outcome<Token>>, ServiceError> {
        let rows = tokens.iter().map(|token| self.rows.get(&token.serial.key()).copied().unwrap_or_default());
        let rows = rows.collect();
        let outcomes: Vec<Outcome<Token>> = self.write("create", "tokens", json!(tokens), rows).await?;
        self.learn(outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Done(token) => Some(token),
            _ => None,
        }));
        Ok(outcomes)
    }
    async fn assign(&self, items: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.rows(items.iter().map(|item| &item.token));
        self.write("assign", "assignments", json!(items), rows).await
    }
    async fn assign_and_activate(&self, items: Vec<Activation>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.rows(items.iter().map(|item| &item.token));
        self.write("assign_and_activate", "activations", json!(items), rows).await
    }
    async fn activate(&self, items: Vec<Activation>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.rows(items.iter().map(|item| &item.token));
        self.write("activate", "activations", json!(items), rows).await
    }
    async fn unassign(&self, items: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.rows(items.iter().map(|item| &item.token));
        self.write("unassign", "assignments", json!(items), rows).await
    }
    async fn deactivate(&self, items: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.rows(items.iter().map(|item| &item.token));
        self.write("deactivate", "assignments", json!(items), rows).await
    }
    async fn delete(&self, items: Vec<TokenId>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.rows(items.iter());
        self.write("delete", "tokens", json!(items), rows).await
    }
    async fn rename(&self, items: Vec<Rename>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.rows(items.iter().map(|item| &item.token));
        self.write("rename", "renames", json!(items), rows).await
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
