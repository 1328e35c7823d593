//! One module a page.

pub mod import;
pub mod inventory;
pub mod not_found;
