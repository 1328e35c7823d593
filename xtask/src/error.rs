//! Errors as words for the terminal: what could not be done, then why.

use std::fmt;

/// The outcome of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(words: String) -> Self {
        Self(words)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Says what an error interrupted.
pub trait Context<T> {
    /// The same, with what could not be done before the reason.
    ///
    /// # Errors
    /// The one that there was.
    fn context<S: fmt::Display>(self, words: impl FnOnce() -> S) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context<S: fmt::Display>(self, words: impl FnOnce() -> S) -> Result<T> {
        self.map_err(|error| Error(format!("{}: {error:#}", words())))
    }
}

impl<T> Context<T> for Option<T> {
    fn context<S: fmt::Display>(self, words: impl FnOnce() -> S) -> Result<T> {
        self.ok_or_else(|| Error(words().to_string()))
    }
}
