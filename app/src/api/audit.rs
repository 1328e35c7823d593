//! Server functions about the audit log.
//!
//! The export of filtered entries is not a server function: `GET /audit/export?format=csv` (or `jsonl`), with
//! [`AuditFilter::to_query`](token_core::audit::AuditFilter::to_query) after an `&`, streams them.

mod exported;
mod list;
mod newer;
mod proof;
mod run;
mod status;

pub use exported::record_export;
pub use list::list_entries;
pub use newer::poll_entries;
pub use proof::record_proof;
pub use run::read_run;
pub use status::read_trail_status;
