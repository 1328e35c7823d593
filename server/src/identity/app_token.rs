//! The app's own access token for Microsoft Graph.

use super::{
    bearer::{Bearer, IdentityError, Issued, Kept},
    token_request::TokenRequest,
};
use crate::graph::{GraphSettings, RetryPolicy, http::Http};

/// Gets and keeps the app's access token.
pub(crate) struct AppToken {
    request: TokenRequest,
    policy: RetryPolicy,
    kept: Kept,
}

impl AppToken {
    /// Nothing is fetched before the first [`AppToken::get`].
    pub fn new(settings: &GraphSettings, policy: RetryPolicy) -> Self {
        Self { request: TokenRequest::new(settings), policy, kept: Kept::default() }
    }

    /// The current token, fetched when there is none or its end is near.
    pub async fn get(&self, http: &Http) -> Result<Bearer, IdentityError> {
        self.kept.get(async { Ok(Issued::of(&self.request.send(http, self.policy).await?)) }).await
    }

    /// The keeper, to throw a token away.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }
}
