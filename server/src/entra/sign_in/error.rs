//! Why somebody is not signed in, or no longer. No token is in any of it.

use crate::entra::{
    AccessTokenError, CallbackError, callback::known_error, token_endpoint::TokenEndpointError,
    wire::OauthError,
};

/// Entra could not be asked, or refused the app itself. Its words hold a remedy.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub struct EntraError(pub(crate) AccessTokenError);

/// Why a sign-in is not accepted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SignInError {
    /// Entra refused the code or the app.
    #[error("Microsoft Entra did not complete the sign-in: {0}")]
    Refused(EntraError),
    /// Entra refused the person, or the code came too late.
    #[error(transparent)]
    Person(CallbackError),
    /// Entra could not be reached.
    #[error("Microsoft Entra could not be asked: {0}. Sign in again in a moment")]
    Unreachable(EntraError),
    /// Who signed in is not said.
    #[error("Microsoft Entra did not say who signed in. Check that the sign-in asks for the scope openid")]
    NoIdToken,
    /// Entra's description of itself or its keys cannot be used.
    #[error("Microsoft Entra's sign-in settings cannot be used: {0}")]
    Discovery(String),
    /// The identity token is none.
    #[error("the identity token cannot be read. Check the authority's address")]
    Malformed,
    /// It is signed in another way than RS256.
    #[error("the identity token is not signed with RS256")]
    Algorithm,
    /// It names no key, or one that Entra does not publish.
    #[error(
        "the identity token is signed with a key that Microsoft Entra does not publish. Sign in again in a minute"
    )]
    UnknownKey,
    /// Its key belongs to another issuer.
    #[error("the identity token is signed with a key of another issuer")]
    KeyIssuer,
    /// The signature is not that key's.
    #[error("the identity token's signature is wrong")]
    Signature,
    /// It is meant for another app.
    #[error("the identity token is meant for another app. Check the client id")]
    Audience,
    /// Another issuer made it.
    #[error("the identity token comes from another issuer. Check the tenant id and the authority's address")]
    Issuer,
    /// It is over.
    #[error("the identity token has expired. Check this server's clock, then sign in again")]
    Expired,
    /// It has not begun.
    #[error("the identity token is not valid yet. Check this server's clock, then sign in again")]
    NotYetValid,
    /// It answers another sign-in.
    #[error("the identity token answers another sign-in. Sign in again")]
    Nonce,
    /// The person belongs to another tenant.
    #[error("the person signed in to another tenant. Sign in with an account of this one")]
    Tenant,
    /// The person has no object id.
    #[error(
        "the identity token does not tell the person's object id. Check that the sign-in asks for the scope profile"
    )]
    NoObjectId,
}

impl SignInError {
    /// Why there was no answer to a code.
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

/// Why there is no further access token for a person.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RefreshError {
    /// Entra wants the person to sign in again.
    #[error("the sign-in has ended")]
    Ended,
    /// Entra wants the person to prove more.
    #[error("Microsoft asks the person to sign in once more")]
    StepUp {
        /// The claims request (JSON), for the next sign-in.
        claims: String,
    },
    /// Entra could not be asked, or refused the app; the sign-in may go on.
    #[error(transparent)]
    Failed(EntraError),
}

impl RefreshError {
    /// What a refusal means (RFC 6749 section 5.2; OpenID Connect Core section 3.1.2.6).
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
