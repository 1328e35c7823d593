//! The Microsoft Graph client and Microsoft Entra's endpoints: the server's implementation of
//! [`Directory`](token_core::ports::Directory), and the only crate that knows Graph's words.
//!
//! A call of `directory` becomes a few requests: `tokens`, `users` and `methods` build them, `batch` groups them, `client`
//! sends them with an access token of [`entra`], within the write limit (`write_throttle`) and with retries; `wire` has
//! Graph's JSON, and `error` converts failures to messages for users. [`probe`] reads single resources for the doctor.
//!
//! `http`, `retry` and `settings` serve Graph and Entra alike and know neither. [`entra`] does not know the Graph client.

mod batch;
mod challenge;
mod changes;
mod client;
pub mod clock;
mod directory;
pub mod entra;
mod error;
mod http;
mod methods;
mod paging;
mod path;
pub mod permission;
pub mod probe;
mod redact;
mod response;
mod retry;
mod secret;
mod settings;
mod tokens;
mod user_tokens;
mod users;
mod wire;
mod write_throttle;

pub use self::{
    directory::GraphDirectory,
    http::TransportError,
    retry::RetryPolicy,
    secret::Secret,
    settings::{
        Certificate, ClientLimits, Credential, GraphSettings, SetupError, is_loopback, parse_endpoint,
    },
    user_tokens::UserTokens,
    write_throttle::WriteRateLimit,
};
