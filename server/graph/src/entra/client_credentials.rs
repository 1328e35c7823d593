//! The request for the app's own access token.

use super::{
    scopes::{GLOBAL_SCOPE, default_scope},
    token_endpoint::{Grant, TokenEndpoint, TokenEndpointError},
    wire::TokenResponseBody,
};
use crate::{
    http::HttpClient,
    retry::RetryPolicy,
    settings::{GraphSettings, is_loopback},
};

/// A client credentials request (RFC 6749 section 4.4).
pub(crate) struct ClientCredentialsRequest {
    endpoint: TokenEndpoint,
    scope: String,
    fallback_scope: Option<&'static str>,
}

impl ClientCredentialsRequest {
    /// Its scope requests all application permissions that were granted.
    pub fn new(settings: &GraphSettings) -> Self {
        Self {
            endpoint: TokenEndpoint::new(settings),
            scope: default_scope(&settings.endpoint),
            fallback_scope: is_loopback(&settings.endpoint).then_some(GLOBAL_SCOPE),
        }
    }

    /// Sends it; to a mock server that refuses its own address as a scope, again with that of the global cloud.
    pub async fn send(
        &self,
        http: &HttpClient,
        policy: RetryPolicy,
    ) -> Result<TokenResponseBody, TokenEndpointError> {
        let answer = self.with_scope(http, policy, &self.scope).await;
        match (answer, self.fallback_scope) {
            (Err(TokenEndpointError::Refused(refusal)), Some(scope))
                if matches!(refusal.error.as_str(), "invalid_scope" | "invalid_resource") =>
            {
                self.with_scope(http, policy, scope).await
            }
            (answer, _) => answer,
        }
    }

    async fn with_scope(
        &self,
        http: &HttpClient,
        policy: RetryPolicy,
        scope: &str,
    ) -> Result<TokenResponseBody, TokenEndpointError> {
        self.endpoint.request_tokens_with_retry(http, policy, Grant::App { scope }).await
    }
}
