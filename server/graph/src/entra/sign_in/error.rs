//! Errors of sign-in and refresh. They contain no tokens.

use crate::entra::{
    access_token::AccessTokenError,
    callback::{CallbackError, known_error},
    token_endpoint::TokenEndpointError,
    wire::OauthError,
};

/// Entra could not be reached, or refused the app itself. The message contains a remedy.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub struct EntraError(pub(crate) AccessTokenError);

/// Why a sign-in failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SignInError {
    /// Entra refused the code or the app.
    #[error("Microsoft Entra did not complete the sign-in: {0}")]
    Refused(EntraError),
    /// Entra refused the person, or the code has expired.
    #[error(transparent)]
    Person(CallbackError),
    /// Entra could not be reached.
    #[error("Microsoft Entra could not be asked: {0}. Sign in again in a moment")]
    Unreachable(EntraError),
    /// The response has no id token.
    #[error("Microsoft Entra did not say who signed in. Check that the sign-in asks for the scope openid")]
    NoIdToken,
    /// Entra's discovery document or its keys cannot be used.
    #[error("Microsoft Entra's sign-in settings cannot be used: {0}")]
    Discovery(String),
    /// The id token cannot be parsed.
    #[error("the identity token cannot be read. Check the authority's address")]
    Malformed,
    /// It is signed with another algorithm than RS256.
    #[error("the identity token is not signed with RS256")]
    Algorithm,
    /// It has no key id, or one that Entra does not publish.
    #[error(
        "the identity token is signed with a key that Microsoft Entra does not publish. Sign in again in a minute"
    )]
    UnknownKey,
    /// Its key belongs to another issuer.
    #[error("the identity token is signed with a key of another issuer")]
    KeyIssuer,
    /// Its signature is invalid.
    #[error("the identity token's signature is wrong")]
    Signature,
    /// Its audience is another app.
    #[error("the identity token is meant for another app. Check the client id")]
    Audience,
    /// It has another issuer.
    #[error("the identity token comes from another issuer. Check the tenant id and the authority's address")]
    Issuer,
    /// It has expired.
    #[error("the identity token has expired. Check this server's clock, then sign in again")]
    Expired,
    /// It is not valid yet.
    #[error("the identity token is not valid yet. Check this server's clock, then sign in again")]
    NotYetValid,
    /// It belongs to another sign-in.
    #[error("the identity token answers another sign-in. Sign in again")]
    Nonce,
    /// The person belongs to another tenant.
    #[error("the user signed in to another tenant. Sign in with an account of this one")]
    Tenant,
    /// The person has no object id.
    #[error(
        "the identity token does not tell the user's object id. Check that the sign-in asks for the scope profile"
    )]
    NoObjectId,
}

impl SignInError {
    /// The error of a failed code exchange.
    pub(crate) fn of(error: TokenEndpointError) -> Self {
        if let TokenEndpointError::Refused(refusal) = &error
            && let Some(known_error) = known_error(refusal.number, refusal.trace_id.clone())
        {
            return Self::Person(known_error);
        }
        match error {
            TokenEndpointError::Transient(_) | TokenEndpointError::Throttled(_) => {
                Self::Unreachable(EntraError(error.into()))
            }
            TokenEndpointError::Refused(_)
            | TokenEndpointError::UnexpectedResponse
            | TokenEndpointError::Internal(_) => Self::Refused(EntraError(error.into())),
        }
    }
}

/// Why a person's access token could not be refreshed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RefreshError {
    /// The person must sign in again.
    #[error("the sign-in has ended")]
    Ended,
    /// Entra requires a step-up authentication.
    #[error("Microsoft asks the user to sign in once more")]
    StepUp {
        /// The claims request (JSON), for the next sign-in.
        claims: String,
    },
    /// Entra could not be reached, or refused the app; the sign-in is still valid.
    #[error(transparent)]
    Failed(EntraError),
    /// The response's id token cannot be verified.
    #[error("Microsoft Entra's answer about the user cannot be used: {0}")]
    IdToken(SignInError),
}

impl From<SignInError> for RefreshError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Unreachable(error) => Self::Failed(error),
            error => Self::IdToken(error),
        }
    }
}

impl RefreshError {
    /// Interprets an error response (RFC 6749 section 5.2; OpenID Connect Core section 3.1.2.6).
    pub(crate) fn of(refusal: OauthError) -> Self {
        match (refusal.error.as_str(), &refusal.claims) {
            ("invalid_grant" | "interaction_required", Some(claims)) => {
                Self::StepUp { claims: claims.clone() }
            }
            ("invalid_grant" | "interaction_required" | "login_required" | "consent_required", _) => {
                Self::Ended
            }
            _ => Self::Failed(EntraError(TokenEndpointError::Refused(refusal).into())),
        }
    }
}
