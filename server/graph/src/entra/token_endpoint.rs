//! Microsoft Entra's token endpoint: requests for tokens, and their errors.

use std::{borrow::Cow, pin::Pin, time::Duration};

use axum::body::Bytes;
use http::Request;
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
    Scope, StandardRevocableToken, TokenUrl,
    basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse},
};
use url::Url;
use zeroize::Zeroizing;

use super::{
    aadsts,
    access_token::AccessTokenError,
    client_assertion::{ASSERTION_TYPE, assertion},
    wire::{OauthError, OauthErrorBody, TokenResponseBody},
};
use crate::{
    clock::NOTABLE_MS,
    http::{CLIENT_REQUEST_ID, HttpClient, TransportError, new_request_id},
    retry::{FailedAttempt, RetryDecision, RetryPolicy, jitter, read_retry_after},
    secret::Secret,
    settings::{Credential, GraphSettings},
};

/// The `oauth2` crate's client with our response types.
type OauthClient<HasTokenUrl = EndpointNotSet> = Client<
    OauthErrorBody,
    TokenResponseBody,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    HasTokenUrl,
>;

/// The grant of a token request.
#[derive(Clone, Copy)]
pub(crate) enum Grant<'a> {
    /// Client credentials (RFC 6749 section 4.4).
    App {
        /// The scope.
        scope: &'a str,
    },
    /// Authorization code (RFC 6749 section 4.1.3) with PKCE (RFC 7636).
    Code {
        /// The authorization code.
        code: &'a Secret,
        /// The PKCE code verifier.
        verifier: &'a Secret,
        /// The redirect URI of the authorization request.
        redirect_uri: &'a Url,
    },
    /// Refresh token (RFC 6749 section 6).
    Refresh {
        /// The refresh token.
        token: &'a Secret,
        /// The scopes.
        scopes: &'a [String],
    },
}

/// The token endpoint of a tenant, and the credential of one app.
pub(crate) struct TokenEndpoint {
    url: Url,
    client_id: String,
    credential: Credential,
}

impl TokenEndpoint {
    /// For the tenant and app in the settings.
    pub fn new(settings: &GraphSettings) -> Self {
        Self {
            url: tenant_url(&settings.authority, &settings.tenant_id, &["oauth2", "v2.0", "token"]),
            client_id: settings.client_id.clone(),
            credential: settings.credential.clone(),
        }
    }

    /// Sends one request. A refused client assertion is signed and sent once more if the `Date` of the refusal shows that the clock was
    /// wrong: Entra checks the assertion first, so the grant was not used up.
    pub async fn request_tokens(
        &self,
        http: &HttpClient,
        grant: Grant<'_>,
    ) -> Result<TokenResponseBody, TokenEndpointError> {
        let before_ms = http.clock_ahead_ms();
        match self.send(http, grant).await {
            Err(TokenEndpointError::Refused(refusal))
                if refusal.error == "invalid_client"
                    && matches!(self.credential, Credential::Certificate(_))
                    && http.clock_ahead_ms().abs_diff(before_ms) >= NOTABLE_MS =>
            {
                self.send(http, grant).await
            }
            answer => answer,
        }
    }

    async fn send(
        &self,
        http: &HttpClient,
        grant: Grant<'_>,
    ) -> Result<TokenResponseBody, TokenEndpointError> {
        let assertion_params = self.assertion_params(http.now_ms())?.into_iter().flatten();
        let (oauth, adapter) = (self.oauth(), HttpAdapter(http));
        let answer = match grant {
            Grant::App { scope } => {
                let request = oauth.exchange_client_credentials().add_scope(Scope::new(scope.to_owned()));
                let request = assertion_params
                    .fold(request, |request, (name, value)| request.add_extra_param(name, value));
                request.request_async(&adapter).await
            }
            Grant::Code { code, verifier, redirect_uri } => {
                let request = oauth
                    .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
                    .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()))
                    .set_redirect_uri(Cow::Owned(RedirectUrl::from_url(redirect_uri.clone())));
                let request = assertion_params
                    .fold(request, |request, (name, value)| request.add_extra_param(name, value));
                request.request_async(&adapter).await
            }
            Grant::Refresh { token, scopes } => {
                let token = RefreshToken::new(token.expose().to_owned());
                let scopes = scopes.iter().map(|scope| Scope::new(scope.clone()));
                let request = oauth.exchange_refresh_token(&token).add_scopes(scopes);
                let request = assertion_params
                    .fold(request, |request, (name, value)| request.add_extra_param(name, value));
                request.request_async(&adapter).await
            }
        };
        answer.map_err(TokenEndpointError::from)
    }

    /// Retries transient errors.
    pub async fn request_tokens_with_retry(
        &self,
        http: &HttpClient,
        policy: RetryPolicy,
        grant: Grant<'_>,
    ) -> Result<TokenResponseBody, TokenEndpointError> {
        let mut attempt = 0;
        loop {
            let error = match self.request_tokens(http, grant).await {
                Err(TokenEndpointError::Transient(transient)) => transient,
                answer => return answer,
            };
            match policy.decide(error.failure(), attempt, true, jitter()) {
                RetryDecision::Wait(pause) => tokio::time::sleep(pause).await,
                RetryDecision::Defer(after) => return Err(TokenEndpointError::Throttled(after)),
                RetryDecision::GiveUp => return Err(TokenEndpointError::Transient(error)),
            }
            attempt += 1;
        }
    }

    fn oauth(&self) -> OauthClient<EndpointSet> {
        let oauth =
            OauthClient::new(ClientId::new(self.client_id.clone())).set_auth_type(AuthType::RequestBody);
        let oauth = match &self.credential {
            Credential::Secret(secret) => {
                oauth.set_client_secret(ClientSecret::new(secret.expose().to_owned()))
            }
            Credential::Certificate(_) => oauth,
        };
        oauth.set_token_uri(TokenUrl::from_url(self.url.clone()))
    }

    /// The client assertion parameters, if the credential is a certificate.
    fn assertion_params(
        &self,
        now_ms: u64,
    ) -> Result<Option<[(&'static str, String); 2]>, TokenEndpointError> {
        let Credential::Certificate(certificate) = &self.credential else { return Ok(None) };
        let assertion = assertion(certificate, &self.client_id, self.url.as_str(), now_ms);
        let assertion = assertion.map_err(TokenEndpointError::Internal)?;
        Ok(Some([("client_assertion_type", ASSERTION_TYPE.to_owned()), ("client_assertion", assertion)]))
    }
}

/// A URL of the tenant at the authority.
pub(crate) fn tenant_url(authority: &Url, tenant: &str, path: &[&str]) -> Url {
    let mut url = authority.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(tenant).extend(path);
    }
    url
}

/// Sends the requests of the `oauth2` crate with our HTTP client.
struct HttpAdapter<'a>(&'a HttpClient);

impl<'a> AsyncHttpClient<'a> for HttpAdapter<'_> {
    type Error = TransientError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TransientError>> + Send + 'a>>;

    fn call(&'a self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl HttpAdapter<'_> {
    /// A transient status becomes an error here, because the crate drops statuses and headers.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransientError> {
        let (mut parts, body) = request.into_parts();
        parts.headers.insert(CLIENT_REQUEST_ID, new_request_id());
        // The body contains the client secret and tokens: it is zeroed after it is sent.
        let body = Bytes::from_owner(Zeroizing::new(body));
        let request = reqwest::Request::try_from(Request::from_parts(parts, body)).map_err(|_| {
            TransientError::Transport(TransportError::unsent("the sign-in request could not be built"))
        })?;
        let response = self.0.send(request).await.map_err(TransientError::Transport)?;
        let status = response.status().as_u16();
        if status == 429 || status >= 500 {
            return Err(TransientError::Status {
                status,
                retry_after: read_retry_after(response.headers(), self.0.now_ms()),
            });
        }
        Ok(response)
    }
}

/// Why a token request failed.
#[derive(Debug)]
pub(crate) enum TokenEndpointError {
    /// A transient error.
    Transient(TransientError),
    /// Throttled: Entra requires a longer delay than the client waits.
    Throttled(Duration),
    /// Refused; a retry does not help.
    Refused(OauthError),
    /// The response is not one of Entra.
    UnexpectedResponse,
    /// The request could not be built.
    Internal(&'static str),
}

/// An error after which the same request may succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransientError {
    /// A response with a transient status or error.
    #[error("status {status}")]
    Status {
        /// HTTP status.
        status: u16,
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// No response.
    #[error(transparent)]
    Transport(TransportError),
}

impl TransientError {
    /// The failed attempt, for the retry policy.
    pub fn failure(&self) -> FailedAttempt {
        match self {
            Self::Status { status, retry_after } => FailedAttempt::of(Some(*status), *retry_after),
            Self::Transport(_) => FailedAttempt::of(None, None),
        }
    }
}

impl From<RequestTokenError<TransientError, OauthErrorBody>> for TokenEndpointError {
    fn from(error: RequestTokenError<TransientError, OauthErrorBody>) -> Self {
        match error {
            RequestTokenError::Request(transient) => Self::Transient(transient),
            RequestTokenError::ServerResponse(body) => {
                let refusal = OauthError::from(body);
                if aadsts::is_transient(&refusal.error, refusal.number) {
                    return Self::Transient(TransientError::Status { status: 503, retry_after: None });
                }
                Self::Refused(refusal)
            }
            // Contains the body, which may contain an access token: its message is not passed on.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Self::UnexpectedResponse,
        }
    }
}

impl From<TokenEndpointError> for AccessTokenError {
    fn from(error: TokenEndpointError) -> Self {
        match error {
            TokenEndpointError::Transient(TransientError::Status { status, .. }) => {
                Self::Unavailable { status }
            }
            TokenEndpointError::Transient(TransientError::Transport(transport_error)) => {
                Self::Transport(transport_error)
            }
            TokenEndpointError::Throttled(after) => Self::Throttled { after },
            TokenEndpointError::Refused(refusal) => Self::Refused(refusal.message()),
            TokenEndpointError::UnexpectedResponse => Self::Refused(
                "it did not answer as Microsoft Entra does. Check the authority's address".to_owned(),
            ),
            TokenEndpointError::Internal(message) => Self::Refused(message.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_id_stays_one_segment_of_the_url() {
        let login = Url::parse("https://login.microsoftonline.com/").unwrap();
        let url = tenant_url(&login, "a/../b?c", &["oauth2", "v2.0", "token"]);
        assert_eq!(url.as_str(), "https://login.microsoftonline.com/a%2F..%2Fb%3Fc/oauth2/v2.0/token");
    }
}
