//! What outlives a page: the stores that [`crate::shell::App`] provides as contexts of all pages.
//!
//! They know no page and no component. In a release build they belong to the main module.

pub mod boot_info;
