//! One request to Microsoft Entra for the app's access token, and what its failure means.

use std::{pin::Pin, time::Duration};

use axum::body::Bytes;
use http::Request;
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, Scope,
    TokenUrl,
    basic::{BasicClient, BasicErrorResponse, BasicTokenResponse},
};
use url::Url;
use zeroize::Zeroizing;

use super::{Secret, aadsts};
use crate::graph::{
    GraphSettings,
    http::{CLIENT_REQUEST_ID, Http, NoAnswer, new_request_id},
    retry::{Failure, told_to_wait},
};

/// Client credentials (RFC 6749 section 4.4), ready to be sent.
pub(crate) struct TokenRequest {
    url: Url,
    scope: String,
    client_id: String,
    client_secret: Secret,
}

impl TokenRequest {
    /// The scope asks for all permissions that the app was granted.
    pub fn new(settings: &GraphSettings) -> Self {
        Self {
            url: token_url(&settings.authority, &settings.tenant_id),
            scope: format!("{}/.default", settings.endpoint.as_str().trim_end_matches('/')),
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
        }
    }

    /// Sends it once.
    pub async fn send(&self, http: &Http) -> Result<BasicTokenResponse, Trouble> {
        BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.client_secret.expose().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(self.url.clone()))
            .exchange_client_credentials()
            .add_scope(Scope::new(self.scope.clone()))
            .request_async(&Post(http))
            .await
            .map_err(Trouble::from)
    }
}

fn token_url(authority: &Url, tenant: &str) -> Url {
    let mut url = authority.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend([tenant, "oauth2", "v2.0", "token"]);
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
        // The body holds the client secret: wiped when it is sent.
        let body = Bytes::from_owner(Zeroizing::new(body));
        let request = reqwest::Request::try_from(Request::from_parts(parts, body))
            .map_err(|_| Passing::NoAnswer(NoAnswer::unsent("the sign-in request could not be built")))?;
        let response = self.0.send(request).await.map_err(Passing::NoAnswer)?;
        let status = response.status().as_u16();
        if status == 429 || status >= 500 {
            return Err(Passing::Status { status, told: told_to_wait(response.headers()) });
        }
        Ok(response)
    }
}

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The same request may succeed later.
    Passing(Passing),
    /// It will not; the words hold the remedy.
    Refused(String),
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

impl From<RequestTokenError<Passing, BasicErrorResponse>> for Trouble {
    fn from(error: RequestTokenError<Passing, BasicErrorResponse>) -> Self {
        match error {
            RequestTokenError::Request(passing) => Self::Passing(passing),
            RequestTokenError::ServerResponse(answer) => Self::answered(&answer),
            // Holds the body, which may hold an access token: its words stay here.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Self::Refused(
                "it did not answer as Microsoft Entra does. Check the authority's address".to_owned(),
            ),
        }
    }
}

impl Trouble {
    fn answered(answer: &BasicErrorResponse) -> Self {
        let error = answer.error().as_ref();
        let description = answer.error_description().map(String::as_str).unwrap_or_default();
        let number = aadsts::number(description);
        if aadsts::is_passing(error, number) {
            return Self::Passing(Passing::Status { status: 503, told: None });
        }
        let code = number.map_or_else(|| error.to_owned(), |number| format!("AADSTS{number}"));
        let remedy = number
            .and_then(aadsts::remedy)
            .unwrap_or("look the code up at https://login.microsoftonline.com/error");
        let trace = aadsts::trace_id(description).unwrap_or("none");
        Self::Refused(format!("{remedy} ({code}, trace id {trace})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_cannot_leave_its_place_in_the_address() {
        let url = token_url(&Url::parse("https://login.microsoftonline.com/").unwrap(), "a/../b?c");
        assert_eq!(url.as_str(), "https://login.microsoftonline.com/a%2F..%2Fb%3Fc/oauth2/v2.0/token");
    }
}
