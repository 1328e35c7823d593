//! Microsoft Entra's token endpoint: one request for tokens, and what its failure means.

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
    Credential, IdentityError, Secret, aadsts,
    assertion::{ASSERTION_TYPE, assertion},
    wire::{ErrorBody, Granted, Refusal},
};
use crate::{
    clock,
    graph::{
        GraphSettings,
        http::{CLIENT_REQUEST_ID, Http, NoAnswer, new_request_id},
        retry::{Failure, Next, RetryPolicy, jitter, told_to_wait},
    },
};

/// The crate's client with our answers.
type Oauth<HasTokenUrl = EndpointNotSet> = Client<
    ErrorBody,
    Granted,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    HasTokenUrl,
>;

/// On what ground tokens are asked for.
#[derive(Clone, Copy)]
pub(crate) enum Grant<'a> {
    /// The app's own rights (RFC 6749 section 4.4).
    App {
        /// What for.
        scope: &'a str,
    },
    /// A person has just signed in (RFC 6749 section 4.1.3, RFC 7636).
    Code {
        /// The authorization code.
        code: &'a Secret,
        /// The secret behind the challenge.
        verifier: &'a Secret,
        /// Where the code was sent.
        redirect_uri: &'a Url,
    },
    /// A person signed in before (RFC 6749 section 6).
    Refresh {
        /// The refresh token.
        token: &'a Secret,
        /// What for.
        scopes: &'a [String],
    },
}

/// Where one app asks for tokens, and how it proves to be that app.
pub(crate) struct TokenEndpoint {
    url: Url,
    client_id: String,
    credential: Credential,
}

impl TokenEndpoint {
    /// The tenant's.
    pub fn new(settings: &GraphSettings) -> Self {
        Self {
            url: tenant_url(&settings.authority, &settings.tenant_id, &["oauth2", "v2.0", "token"]),
            client_id: settings.client_id.clone(),
            credential: settings.credential.clone(),
        }
    }

    /// Asks once.
    pub async fn ask(&self, http: &Http, grant: Grant<'_>) -> Result<Granted, Trouble> {
        let (oauth, post, proof) = (self.oauth(), Post(http), self.proof()?);
        let proof = proof.into_iter().flatten();
        let answer = match grant {
            Grant::App { scope } => {
                let request = oauth.exchange_client_credentials().add_scope(Scope::new(scope.to_owned()));
                let request =
                    proof.fold(request, |request, (name, value)| request.add_extra_param(name, value));
                request.request_async(&post).await
            }
            Grant::Code { code, verifier, redirect_uri } => {
                let request = oauth
                    .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
                    .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()))
                    .set_redirect_uri(Cow::Owned(RedirectUrl::from_url(redirect_uri.clone())));
                let request =
                    proof.fold(request, |request, (name, value)| request.add_extra_param(name, value));
                request.request_async(&post).await
            }
            Grant::Refresh { token, scopes } => {
                let token = RefreshToken::new(token.expose().to_owned());
                let scopes = scopes.iter().map(|scope| Scope::new(scope.clone()));
                let request = oauth.exchange_refresh_token(&token).add_scopes(scopes);
                let request =
                    proof.fold(request, |request, (name, value)| request.add_extra_param(name, value));
                request.request_async(&post).await
            }
        };
        answer.map_err(Trouble::from)
    }

    /// Asks again while the trouble may pass.
    pub async fn ask_patiently(
        &self,
        http: &Http,
        policy: RetryPolicy,
        grant: Grant<'_>,
    ) -> Result<Granted, Trouble> {
        let mut attempt = 0;
        loop {
            let trouble = match self.ask(http, grant).await {
                Err(Trouble::Passing(passing)) => passing,
                answer => return answer,
            };
            match policy.next(trouble.failure(), attempt, true, jitter()) {
                Next::Wait(pause) => tokio::time::sleep(pause).await,
                Next::Later(after) => return Err(Trouble::Later(after)),
                Next::GiveUp => return Err(Trouble::Passing(trouble)),
            }
            attempt += 1;
        }
    }

    fn oauth(&self) -> Oauth<EndpointSet> {
        let oauth = Oauth::new(ClientId::new(self.client_id.clone())).set_auth_type(AuthType::RequestBody);
        let oauth = match &self.credential {
            Credential::Secret(secret) => {
                oauth.set_client_secret(ClientSecret::new(secret.expose().to_owned()))
            }
            Credential::Certificate(_) => oauth,
        };
        oauth.set_token_uri(TokenUrl::from_url(self.url.clone()))
    }

    /// What a request carries when the app has no secret but a certificate.
    fn proof(&self) -> Result<Option<[(&'static str, String); 2]>, Trouble> {
        let Credential::Certificate(certificate) = &self.credential else { return Ok(None) };
        let assertion = assertion(certificate, &self.client_id, self.url.as_str(), clock::now_ms());
        let assertion = assertion.map_err(Trouble::Ours)?;
        Ok(Some([("client_assertion_type", ASSERTION_TYPE.to_owned()), ("client_assertion", assertion)]))
    }
}

/// An address of the tenant at the authority.
pub(crate) fn tenant_url(authority: &Url, tenant: &str, path: &[&str]) -> Url {
    let mut url = authority.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(tenant).extend(path);
    }
    url
}

/// The HTTP calls of the `oauth2` crate, over our client.
struct Post<'a>(&'a Http);

impl<'a> AsyncHttpClient<'a> for Post<'_> {
    type Error = Passing;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Passing>> + Send + 'a>>;

    fn call(&'a self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl Post<'_> {
    /// A passing status becomes an error here, because the crate forgets statuses and headers.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Passing> {
        let (mut parts, body) = request.into_parts();
        parts.headers.insert(CLIENT_REQUEST_ID, new_request_id());
        // The body holds the client secret and tokens: wiped when it is sent.
        let body = Bytes::from_owner(Zeroizing::new(body));
        let request = reqwest::Request::try_from(Request::from_parts(parts, body))
            .map_err(|_| Passing::NoAnswer(NoAnswer::unsent("the sign-in request could not be built")))?;
        let response = self.0.send(request).await.map_err(Passing::NoAnswer)?;
        let status = response.status().as_u16();
        if status == 429 || status >= 500 {
            return Err(Passing::Status { status, told: told_to_wait(response.headers(), clock::now_ms()) });
        }
        Ok(response)
    }
}

/// Why there are no tokens.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The same request may succeed later.
    Passing(Passing),
    /// It may, after a longer pause than we sleep through.
    Later(Duration),
    /// It will not.
    Refused(Refusal),
    /// The answer is not Entra's.
    Foreign,
    /// The request could not be made.
    Ours(&'static str),
}

/// A trouble that may pass.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Passing {
    /// An answer that says so.
    #[error("status {status}")]
    Status {
        /// HTTP status.
        status: u16,
        /// The pause that is asked for.
        told: Option<Duration>,
    },
    /// No answer.
    #[error(transparent)]
    NoAnswer(NoAnswer),
}

impl Passing {
    /// For the decision whether to repeat.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Status { status, told } => Failure { status: Some(*status), told: *told },
            Self::NoAnswer(_) => Failure { status: None, told: None },
        }
    }
}

impl From<RequestTokenError<Passing, ErrorBody>> for Trouble {
    fn from(error: RequestTokenError<Passing, ErrorBody>) -> Self {
        match error {
            RequestTokenError::Request(passing) => Self::Passing(passing),
            RequestTokenError::ServerResponse(body) => {
                let refusal = Refusal::from(body);
                if aadsts::is_passing(&refusal.error, refusal.number) {
                    return Self::Passing(Passing::Status { status: 503, told: None });
                }
                Self::Refused(refusal)
            }
            // Holds the body, which may hold an access token: its words stay here.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Self::Foreign,
        }
    }
}

impl From<Trouble> for IdentityError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Passing(Passing::Status { status, .. }) => Self::Unavailable { status },
            Trouble::Passing(Passing::NoAnswer(no_answer)) => Self::NoAnswer(no_answer),
            Trouble::Later(after) => Self::Throttled { after },
            Trouble::Refused(refusal) => Self::Refused(refusal.words()),
            Trouble::Foreign => Self::Refused(
                "it did not answer as Microsoft Entra does. Check the authority's address".to_owned(),
            ),
            Trouble::Ours(words) => Self::Refused(words.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_cannot_leave_its_place_in_the_address() {
        let login = Url::parse("https://login.microsoftonline.com/").unwrap();
        let url = tenant_url(&login, "a/../b?c", &["oauth2", "v2.0", "token"]);
        assert_eq!(url.as_str(), "https://login.microsoftonline.com/a%2F..%2Fb%3Fc/oauth2/v2.0/token");
    }
}
