//! The Microsoft Entra client: sign-in of people, and access tokens for Graph.
//!
//! `token_endpoint` requests tokens, for the app (`app_token`) and for people (`sign_in`, `person_token`); `sign_in`
//! also builds the authorize and logout URLs and verifies id tokens.

pub mod aadsts;
mod access_token;
pub(crate) mod app_token;
mod callback;
mod claims;
mod client_assertion;
mod client_credentials;
mod jose;
pub mod person_token;
mod scopes;
pub mod sign_in;
mod token_endpoint;
mod wire;

pub(crate) use self::access_token::AccessTokenCache;
pub use self::{
    access_token::{AccessTokenError, Bearer},
    callback::{CallbackError, callback_error},
    claims::claims_request,
    scopes::scopes,
};
