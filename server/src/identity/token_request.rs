//! The app's request for its own access token.

use super::{
    endpoint::{Grant, TokenEndpoint, Trouble},
    scopes::{GLOBAL_SCOPE, default_scope},
    wire::Granted,
};
use crate::graph::{GraphSettings, RetryPolicy, http::Http, is_loopback};

/// Client credentials (RFC 6749 section 4.4), ready to be sent.
pub(crate) struct TokenRequest {
    endpoint: TokenEndpoint,
    scope: String,
    other_scope: Option<&'static str>,
}

impl TokenRequest {
    /// The scope asks for all permissions that the app was granted.
    pub fn new(settings: &GraphSettings) -> Self {
        Self {
            endpoint: TokenEndpoint::new(settings),
            scope: default_scope(&settings.endpoint),
            other_scope: is_loopback(&settings.endpoint).then_some(GLOBAL_SCOPE),
        }
    }

    /// Sends it; to a stand-in that does not know its own address as a scope, once more with the global one.
    pub async fn send(&self, http: &Http, policy: RetryPolicy) -> Result<Granted, Trouble> {
        let answer = self.with_scope(http, policy, &self.scope).await;
        match (answer, self.other_scope) {
            (Err(Trouble::Refused(refusal)), Some(scope)) if refusal.error == "invalid_scope" => {
                self.with_scope(http, policy, scope).await
            }
            (answer, _) => answer,
        }
    }

    async fn with_scope(&self, http: &Http, policy: RetryPolicy, scope: &str) -> Result<Granted, Trouble> {
        self.endpoint.ask_patiently(http, policy, Grant::App { scope }).await
    }
}
