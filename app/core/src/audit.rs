//! The model of the audit log: who did what to which token, when, and with what result.
//!
//! The server stores the log and the browser shows it; both use these types. None of them can be made from a seed, a
//! code, a client secret or an access token.

mod action;
mod entry;
mod filter;
mod query;
mod run;
mod status;

pub use self::{
    action::AuditAction,
    entry::{Actor, ActorKind, AuditEntry, EntryStatus, PersonRef, RunRow, TokenRef},
    filter::AuditFilter,
    query::{AuditLogLine, AuditLogPage, AuditQuery, MAX_LINES},
    run::{RunCount, RunId, RunRows, RunSummary},
    status::{AuditLogStatus, ChainHead, ExportKind},
};
