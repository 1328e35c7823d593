//! The access token for Microsoft Graph with application permissions.

use super::{
    access_token::{AccessTokenCache, AccessTokenError, Bearer, IssuedAccessToken},
    client_credentials::ClientCredentialsRequest,
};
use crate::{http::HttpClient, retry::RetryPolicy, settings::GraphSettings};

/// Requests and caches the app's access token.
pub(crate) struct AppToken {
    request: ClientCredentialsRequest,
    policy: RetryPolicy,
    cache: AccessTokenCache,
}

impl AppToken {
    /// Sends no request before the first [`AppToken::get`].
    pub fn new(settings: &GraphSettings, policy: RetryPolicy) -> Self {
        Self { request: ClientCredentialsRequest::new(settings), policy, cache: AccessTokenCache::default() }
    }

    /// The current token, fetched if there is none or it expires soon.
    pub async fn get(&self, http: &HttpClient) -> Result<Bearer, AccessTokenError> {
        self.cache
            .get(async { Ok(IssuedAccessToken::of(&self.request.send(http, self.policy).await?)) })
            .await
    }

    /// The cache, to discard a token.
    pub fn cache(&self) -> &AccessTokenCache {
        &self.cache
    }
}
