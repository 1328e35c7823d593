//! Server functions: a folder per noun, a file per verb. Each one makes one call and answers.
//!
//! Writes are JSON in a POST, and so are readings that name people or serials: neither belongs into a URL.

pub mod access;
pub mod audit;
pub mod clock;
pub mod directory;
mod error;
pub mod my;
#[cfg(feature = "ssr")]
pub mod services;
pub mod session;
pub mod settings;
pub mod tenant;
pub mod tokens;
pub mod users;

pub use error::AppError;
