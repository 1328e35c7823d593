//! The error type of all server functions.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};
use token_core::error::ServiceError;

/// A [`ServiceError`] as sent to the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppError(pub ServiceError);

impl From<ServiceError> for AppError {
    fn from(error: ServiceError) -> Self {
        Self(error)
    }
}

impl From<AppError> for ServiceError {
    fn from(error: AppError) -> Self {
        error.0
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// Drops the details: a message about arguments may quote them, and they may contain a seed.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            // The server could not read the browser's request, or the browser the server's response.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => unreadable(),
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) => ServiceError::Disconnected,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Serialization(_) => unreadable(),
            _ => internal(),
        })
    }
}

/// An error of the framework, whose details are dropped.
fn internal() -> ServiceError {
    let error = ServiceError::Internal { reference: "server function".to_owned() };
    #[cfg(feature = "ssr")]
    let error = super::services::with_reference(error);
    error
}

/// A request whose arguments do not match their types. On the server, also sets the HTTP status.
fn unreadable() -> ServiceError {
    let error = ServiceError::Invalid { message: "a field is missing or has an unexpected form".to_owned() };
    #[cfg(feature = "ssr")]
    super::services::set_status(&error);
    error
}
