//! The directory in the browser: every method calls a server function.

use async_trait::async_trait;
use token_core::{
    audit::{RunId, RunRows},
    error::ServiceError,
    ports::{
        Applied, Change, Cursor, Directory, IdLookup, MethodPolicy, Page, SerialLookup, UnseenWrite,
        UserTokensLookup,
    },
    token::{SerialNumber, Token, TokenId},
    user::{DirectoryRoles, User, UserId},
};

use super::{tenant, tokens, users};
use crate::browser::random_u128;

/// The server's directory, called from the browser.
#[derive(Debug, Clone, Default)]
pub struct ApiDirectory {
    /// The users who hold a directory role and whose tokens are to be changed, as the administrator has confirmed.
    confirmed: Vec<UserId>,
}

impl ApiDirectory {
    /// Nobody with a directory role is confirmed.
    pub const fn new() -> Self {
        Self { confirmed: Vec::new() }
    }

    /// For writes after these users with a directory role were confirmed.
    pub const fn confirming(confirmed: Vec<UserId>) -> Self {
        Self { confirmed }
    }
}

#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
impl Directory for ApiDirectory {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        Ok(tokens::list_tokens(after).await?)
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        Ok(tokens::tokens_by_serial(serials).await?)
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        Ok(tokens::tokens_by_id(ids).await?)
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        Ok(users::search_users(text, after).await?)
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        Ok(users::users_by_id(ids).await?)
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        Ok(users::users_by_upn(upns).await?)
    }

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<UserTokensLookup>, ServiceError> {
        Ok(users::tokens_of_users(users).await?)
    }

    async fn directory_roles(&self, users: Vec<UserId>) -> Result<Vec<DirectoryRoles>, ServiceError> {
        Ok(users::roles_of_users(users).await?)
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        Ok(tenant::read_method_policy().await?)
    }

    async fn apply(&self, changes: Vec<Change>, run: Option<RunRows>) -> Result<Applied, ServiceError> {
        let concerned = |user: &&UserId| changes.iter().any(|change| change.user() == Some(*user));
        let confirmed = self.confirmed.iter().filter(concerned).cloned().collect();
        Ok(tokens::apply_changes(changes, run, confirmed).await?)
    }

    async fn report_unseen(
        &self,
        writes: Vec<UnseenWrite>,
        run: Option<RunRows>,
    ) -> Result<(), ServiceError> {
        Ok(tokens::report_unseen(writes, run).await?)
    }
}

/// A new id for a run in the audit log.
pub fn new_run_id() -> RunId {
    RunId::from_random(random_u128())
}
