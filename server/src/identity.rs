//! Who the app and its people are to Microsoft Entra: credentials, signing people in, and access tokens for Graph.
//!
//! `endpoint` asks the token endpoint, for the app (`app_token`) and for people (`entra`, `person_token`); `entra`
//! also makes the addresses that browsers are sent to and verifies who came back.

pub(crate) mod aadsts;
pub(crate) mod app_token;
mod assertion;
mod bearer;
mod callback;
mod certificate;
mod credential;
mod endpoint;
pub mod entra;
pub mod person_token;
mod scopes;
mod secret;
mod token_request;
mod wire;

pub(crate) use self::bearer::{Bearer, IdentityError, Kept};
pub use self::{
    callback::{CallbackError, CallbackKind, callback_error},
    certificate::Certificate,
    credential::Credential,
    scopes::scopes,
    secret::Secret,
};
