//! A directory that makes one write at a time for each user.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use token_core::{
    audit::RunRows,
    error::ServiceError,
    ports::{
        Applied, Change, Cursor, Directory, IdLookup, MethodPolicy, Page, SerialLookup, SharedDirectory,
        UnseenWrite, UserTokensLookup,
    },
    token::{SerialNumber, Token, TokenId},
    user::{DirectoryRoles, User, UserId},
};
use tokio::time::timeout;

use super::UserLocks;

/// Longest wait of a call with codes: after it they must be computed anew.
const MAX_CODE_WAIT: Duration = Duration::from_secs(10);

/// A tenant's directory; writes for the same user come one after the other.
pub struct UserLockedDirectory {
    inner: SharedDirectory,
    user_locks: Arc<UserLocks>,
    tenant: String,
}

impl UserLockedDirectory {
    /// Of this tenant, whose users `user_locks` knows by its name.
    pub fn new(inner: SharedDirectory, user_locks: Arc<UserLocks>, tenant: &str) -> Self {
        Self { inner, user_locks, tenant: tenant.to_owned() }
    }
}

#[async_trait]
impl Directory for UserLockedDirectory {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        self.inner.tokens(after).await
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        self.inner.tokens_by_serial(serials).await
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        self.inner.tokens_by_id(ids).await
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        self.inner.search_users(text, after).await
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        self.inner.users_by_id(ids).await
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        self.inner.users_by_upn(upns).await
    }

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<UserTokensLookup>, ServiceError> {
        self.inner.tokens_of_users(users).await
    }

    async fn directory_roles(&self, users: Vec<UserId>) -> Result<Vec<DirectoryRoles>, ServiceError> {
        self.inner.directory_roles(users).await
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        self.inner.method_policy().await
    }

    async fn apply(&self, changes: Vec<Change>, run: Option<RunRows>) -> Result<Applied, ServiceError> {
        let users: Vec<UserId> = changes.iter().filter_map(Change::user).cloned().collect();
        let locks = self.user_locks.lock(&self.tenant, users);
        let _guards = if changes.iter().any(Change::has_code) {
            let after_ms = 1_000;
            timeout(MAX_CODE_WAIT, locks).await.map_err(|_| ServiceError::Throttled { after_ms })?
        } else {
            locks.await
        };
        self.inner.apply(changes, run).await
    }

    async fn report_unseen(
        &self,
        writes: Vec<UnseenWrite>,
        run: Option<RunRows>,
    ) -> Result<(), ServiceError> {
        self.inner.report_unseen(writes, run).await
    }
}
