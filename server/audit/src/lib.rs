//! The audit log: who did what to which token, in a chain of hashes that shows any alteration.
//!
//! `directory` wraps every write to Microsoft: it stores an *intent* for each item, makes the call, and stores the
//! *outcomes*. `log` is the interface for the rest of the server; `writer` batches waiting entries into one transaction of
//! the `store`, and `chain` hashes each entry together with the one before it. `database` opens the database, in which a
//! server may store more, and `data_dir` knows the folder of its file.
//! `merkle` is the tree over the entries, `checkpoint` its size and root as a signed `note`; `publish` gives checkpoints away, and
//! `verify` and `inclusion` compare the store with what was given away.
//!
//! The crate knows neither HTTP nor sessions nor Microsoft Graph: who acts is handed in as an [`ActorContext`], the tenant as
//! a [`SharedDirectory`](token_core::ports::SharedDirectory), and the time as a function.

mod actor;
mod audited;
mod chain;
mod checkpoint;
pub mod data_dir;
pub mod database;
mod denial_throttle;
mod directory;
mod export;
mod head;
mod inclusion;
mod line_writer;
mod log;
mod logs;
mod merkle;
mod name_cache;
mod note;
mod observation;
mod publish;
mod query;
mod reconcile;
mod retention;
mod row;
mod settings;
mod siem;
mod store;
pub mod sync;
mod tenant_scope;
mod verify;
mod write_result;
mod writer;

pub use self::{
    actor::ActorContext,
    checkpoint::{Checkpoint, DEFAULT_ORIGIN},
    directory::AuditedDirectory,
    export::{AuditExportFormat, export},
    head::{HeadSigningKey, SignedHead},
    inclusion::ProvenEntry,
    log::{AuditLog, ManagedTenant},
    logs::AuditLogs,
    note::{SignedNote, VerifierKey, checked_name},
    publish::{CheckpointReceiver, PublishSettings, Publisher, Witness, WitnessAnswer},
    row::Row,
    settings::AuditSettings,
    siem::{LogFormat, Siem},
    store::Store,
    tenant_scope::TenantScope,
    verify::{ChainBreak, Evidence, Removal, VerifyReport},
    write_result::{WriteResult, attempt_result},
};
