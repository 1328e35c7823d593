//! The part of OData that Graph's collections speak here: which options a collection takes, and what they mean.

pub mod filter;
pub mod options;
pub mod page;
pub mod schema;
pub mod search;
