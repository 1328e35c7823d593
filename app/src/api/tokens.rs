//! Server functions for tokens.

mod apply;
mod by_id;
mod by_serial;
mod list;
mod report_unseen;

pub use apply::apply_changes;
pub use by_id::tokens_by_id;
pub use by_serial::tokens_by_serial;
pub use list::list_tokens;
pub use report_unseen::report_unseen;
