//! The subset of OData that the collections support: query options, filters, search and paging.

pub mod filter;
pub mod options;
pub mod page;
pub mod schema;
pub mod search;
