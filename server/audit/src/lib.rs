//! The audit log: who did what to which token, in a chain of hashes that shows any alteration.
//!
//! `directory` wraps every write to Microsoft: it stores an *intent* for each item, makes the call, and stores the
//! *outcomes*. `log` is the interface for the rest of the server; `writer` batches waiting entries into one transaction of
//! the `store`, and `chain` hashes each entry together with the one before it. `database` opens the database, in which a
//! server may store more, and `data_dir` knows the folder of its file.
//!
//! The crate knows neither HTTP nor sessions nor Microsoft Graph: who acts is handed in as an [`ActorContext`], the tenant as
//! a [`SharedDirectory`](token_core::ports::SharedDirectory), and the time as a function.

mod actor;
mod audited;
mod chain;
pub mod data_dir;
pub mod database;
mod denial_throttle;
mod directory;
mod export;
mod head;
mod line_writer;
mod log;
mod logs;
mod name_cache;
mod observation;
mod query;
mod reconcile;
mod retention;
mod row;
mod settings;
mod siem;
mod store;
mod sync;
mod tenant_scope;
mod verify;
mod write_result;
mod writer;

pub use self::{
    actor::ActorContext,
    directory::AuditedDirectory,
    export::{AuditExportFormat, export},
    head::{HeadSigningKey, SignedHead},
    log::{AuditLog, ManagedTenant},
    logs::AuditLogs,
    row::Row,
    settings::AuditSettings,
    siem::{LogFormat, Siem},
    store::Store,
    tenant_scope::TenantScope,
    verify::{ChainBreak, VerifyReport},
    write_result::{WriteResult, attempt_result},
};
