//! The Microsoft Entra client: credentials, sign-in of people, and access tokens for Graph.
//!
//! `token_endpoint` requests tokens, for the app (`app_token`) and for people (`sign_in`, `person_token`); `sign_in`
//! also builds the authorize and logout URLs and verifies id tokens.

pub(crate) mod aadsts;
mod access_token;
pub(crate) mod app_token;
mod callback;
mod certificate;
mod client_assertion;
mod client_credentials;
mod credential;
pub mod person_token;
mod scopes;
mod secret;
pub mod sign_in;
mod token_endpoint;
mod wire;

pub(crate) use self::access_token::{AccessTokenCache, AccessTokenError, Bearer};
pub use self::{
    callback::{CallbackError, CallbackKind, callback_error},
    certificate::Certificate,
    credential::Credential,
    scopes::scopes,
    secret::Secret,
};
