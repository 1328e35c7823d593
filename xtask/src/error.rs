//! Errors as messages for the terminal: what failed, then why.

use std::fmt;

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// An error message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self(message)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Adds context to errors.
pub trait Context<T> {
    /// Prepends what failed to the reason.
    ///
    /// # Errors
    /// The original error with the context.
    fn context<S: fmt::Display>(self, message: impl FnOnce() -> S) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context<S: fmt::Display>(self, message: impl FnOnce() -> S) -> Result<T> {
        self.map_err(|error| Error(format!("{}: {error:#}", message())))
    }
}

impl<T> Context<T> for Option<T> {
    fn context<S: fmt::Display>(self, message: impl FnOnce() -> S) -> Result<T> {
        self.ok_or_else(|| Error(message().to_string()))
    }
}
