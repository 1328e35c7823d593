//! Server functions about the audit trail.
//!
//! Filtered entries as a file are no server function: `GET /audit/export?format=csv` (or `jsonl`), with
//! [`AuditFilter::to_query`](token_core::audit::AuditFilter::to_query) behind an `&`, streams them.

mod exported;
mod list;
mod run;
mod status;

pub use exported::record_export;
pub use list::list_entries;
pub use run::read_run;
pub use status::read_trail_status;
