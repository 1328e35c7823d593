//! One module a page.

pub mod audit;
pub mod import;
pub mod inventory;
#[cfg(feature = "ssr")]
pub mod my;
pub mod no_access;
pub mod not_found;
pub mod settings;
pub mod sign_in;
pub mod signed_in;
pub mod signed_out;
pub mod slips;
