//! Who the app is to Microsoft Entra: its secret, and the access token that it gets for it.

pub(crate) mod aadsts;
pub(crate) mod app_token;
mod secret;
mod token_request;

pub use secret::Secret;
