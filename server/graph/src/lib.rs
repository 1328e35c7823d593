//! The Microsoft Graph client and Microsoft Entra's endpoints: the server's implementation of
//! [`Directory`](token_core::ports::Directory), and the only crate that knows Graph's words.
//!
//! A call of `directory` becomes a few requests: `tokens`, `users` and `methods` build them, `batch` groups them, `client`
//! sends them with an access token of [`entra`] and with retries, and `bulk_create` sends many creations as one write; `wire`
//! has Graph's JSON, and `error` converts failures to messages for users. [`probe`] reads single resources for the doctor,
//! and [`trial`] sends single requests whose answers are shown as they are.
//!
//! `http`, `retry` and `settings` serve Graph and Entra alike and know neither. [`entra`] does not know the Graph client.

mod batch;
mod bulk_create;
mod call_counts;
mod challenge;
mod changes;
mod client;
pub mod clock;
mod creation_size;
mod directory;
pub mod entra;
mod error;
mod http;
mod methods;
mod paging;
mod path;
pub mod permission;
mod priority;
pub mod probe;
mod redact;
mod response;
mod retry;
mod roles;
mod secret;
mod settings;
mod tokens;
pub mod trial;
mod user_tokens;
mod users;
mod wire;
mod write_cost;

pub use self::{
    call_counts::{CallCounts, call_counts},
    directory::GraphDirectory,
    http::{TransportError, client as http_client},
    retry::RetryPolicy,
    secret::Secret,
    settings::{Certificate, Credential, GraphSettings, SetupError, is_loopback, parse_endpoint},
    user_tokens::UserTokens,
};
