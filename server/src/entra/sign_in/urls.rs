//! The addresses that a browser is sent to.

use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope, basic::BasicClient};
use url::Url;

use super::EntraClient;
use crate::entra::token_endpoint::tenant_url;

/// What Entra shall do with a person who is signed in already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Ask for the password again.
    Login,
    /// Let the person choose an account.
    SelectAccount,
    /// Ask nothing: come back with an error when something would have to be asked.
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

/// One sign-in, as it is asked for.
pub struct AuthorizeRequest {
    /// Where the answer goes: an address registered for the app.
    pub redirect_uri: Url,
    /// See [`scopes`](crate::entra::scopes).
    pub scopes: Vec<String>,
    /// Comes back with the answer.
    pub state: String,
    /// Comes back inside the identity token.
    pub nonce: String,
    /// Of the verifier that redeems the code (RFC 7636): `PkceCodeChallenge::new_random_sha256` makes both.
    pub challenge: PkceCodeChallenge,
    /// What the person must prove (a claims request, as JSON).
    pub claims: Option<String>,
    /// What to do with a person who is signed in already.
    pub prompt: Option<Prompt>,
    /// Who is expected.
    pub login_hint: Option<String>,
}

impl EntraClient {
    /// Where a sign-in begins: with the code flow, PKCE and the answer in the query.
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

    /// Where a person signs out of Microsoft, and comes back from.
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
