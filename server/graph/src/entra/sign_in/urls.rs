//! The URLs to which browsers are redirected.

use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope, basic::BasicClient};
use url::Url;

use super::EntraClient;
use crate::entra::token_endpoint::tenant_url;

/// The `prompt` parameter, for a person who is already signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// The person authenticates again.
    Login,
    /// The person selects an account.
    SelectAccount,
    /// No interaction: Entra returns an error if one is needed.
    None,
}

impl Prompt {
    fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::SelectAccount => "select_account",
            Self::None => "none",
        }
    }
}

/// An authorization request (RFC 6749 section 4.1.1).
pub struct AuthorizeRequest {
    /// The redirect URI, which is registered for the app.
    pub redirect_uri: Url,
    /// The scopes: see [`scopes`](crate::entra::scopes).
    pub scopes: Vec<String>,
    /// Entra returns it to the redirect URI.
    pub state: String,
    /// Entra puts it into the id token.
    pub nonce: String,
    /// The PKCE challenge (RFC 7636): `PkceCodeChallenge::new_random_sha256` creates it with its verifier.
    pub challenge: PkceCodeChallenge,
    /// A claims request (JSON).
    pub claims: Option<String>,
    /// What a person who is already signed in is asked.
    pub prompt: Option<Prompt>,
    /// The expected account.
    pub login_hint: Option<String>,
}

impl EntraClient {
    /// The URL of a sign-in: code flow with PKCE, response in the query.
    pub fn authorize_url(&self, params: &AuthorizeRequest) -> Url {
        let client = BasicClient::new(ClientId::new(self.settings.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(self.tenant_url(&["oauth2", "v2.0", "authorize"])))
            .set_redirect_uri(RedirectUrl::from_url(params.redirect_uri.clone()));
        let request = client
            .authorize_url(|| CsrfToken::new(params.state.clone()))
            .add_scopes(params.scopes.iter().map(|scope| Scope::new(scope.clone())))
            .set_pkce_challenge(params.challenge.clone())
            .add_extra_param("response_mode", "query")
            .add_extra_param("nonce", params.nonce.clone());
        let more = [
            ("claims", params.claims.as_deref()),
            ("prompt", params.prompt.map(Prompt::as_str)),
            ("login_hint", params.login_hint.as_deref()),
        ];
        let more = more.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let request = more.fold(request, |request, (name, value)| request.add_extra_param(name, value));
        request.url().0
    }

    /// The URL that signs a person out of Microsoft and redirects back.
    pub fn logout_url(&self, post_logout_redirect_uri: &Url, login_hint: Option<&str>) -> Url {
        let mut url = self.tenant_url(&["oauth2", "v2.0", "logout"]);
        url.query_pairs_mut()
            .append_pair("post_logout_redirect_uri", post_logout_redirect_uri.as_str())
            .extend_pairs(login_hint.map(|hint| ("logout_hint", hint)));
        url
    }

    fn tenant_url(&self, path: &[&str]) -> Url {
        tenant_url(&self.settings.authority, &self.settings.tenant_id, path)
    }
}
