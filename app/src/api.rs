//! Server functions: a folder per noun, a file per verb. Each makes one call to a service.
//!
//! Reads and writes are JSON in a POST: names of people and serial numbers do not belong in a URL.

pub mod access;
pub mod audit;
pub mod boot_info;
pub mod clock;
pub mod connection;
pub mod directory;
mod error;
pub mod my;
#[cfg(feature = "ssr")]
pub mod my_form;
#[cfg(feature = "ssr")]
pub mod services;
pub mod session;
pub mod session_view;
pub mod settings;
pub mod tenant;
pub mod tokens;
pub mod trial;
pub mod users;

pub use error::AppError;
