//! The app's own access token for Microsoft Graph.

use super::{
    access_token::{AccessTokenCache, AccessTokenError, Bearer, IssuedAccessToken},
    client_credentials::ClientCredentialsRequest,
};
use crate::graph::{GraphSettings, RetryPolicy, http::HttpClient};

/// Gets and keeps the app's access token.
pub(crate) struct AppToken {
    request: ClientCredentialsRequest,
    policy: RetryPolicy,
    cache: AccessTokenCache,
}

impl AppToken {
    /// Nothing is fetched before the first [`AppToken::get`].
    pub fn new(settings: &GraphSettings, policy: RetryPolicy) -> Self {
        Self { request: ClientCredentialsRequest::new(settings), policy, cache: AccessTokenCache::default() }
    }

    /// The current token, fetched when there is none or its end is near.
    pub async fn get(&self, http: &HttpClient) -> Result<Bearer, AccessTokenError> {
        self.cache
            .get(async { Ok(IssuedAccessToken::of(&self.request.send(http, self.policy).await?)) })
            .await
    }

    /// The keeper, to throw a token away.
    pub fn cache(&self) -> &AccessTokenCache {
        &self.cache
    }
}
