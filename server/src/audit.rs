//! The audit trail: who did what to which token, and that nothing was altered.
//!
//! `directory` stands before every write to Microsoft: it stores what is about to be done (the *intents*), lets it be done,
//! and stores what became of it (the *outcomes*). `audit_log` is what the rest of the server calls; `writer` puts what waits
//! into the `store` in one transaction, where `chain` ties each entry to the one before it.

mod actor;
mod chain;
pub mod command;
mod denial_throttle;
mod directory;
mod export;
mod head;
mod line_writer;
mod log;
mod logs;
mod name_cache;
mod query;
mod reconcile;
mod retention;
mod row;
mod service;
mod settings;
mod siem;
mod store;
mod verify;
mod web;
mod write_result;
mod writer;

pub use self::{
    actor::ActorContext,
    directory::AuditedDirectory,
    export::{AuditExportFormat, export},
    head::{HeadSigningKey, SignedHead},
    log::AuditLog,
    logs::AuditLogs,
    row::Row,
    service::ActorAuditService,
    settings::{AuditArgs, AuditSettings, StoreArgs},
    siem::{LogFormat, Siem},
    store::{Store, StoreError, StoreLocation},
    verify::{ChainBreak, VerifyReport},
    web::routes,
    write_result::{WriteResult, attempt_result},
};
