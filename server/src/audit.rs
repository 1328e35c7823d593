//! The audit trail: who did what to which token, and that nothing was altered.
//!
//! `directory` stands before every write to Microsoft: it stores what is about to be done (the *intents*), lets it be done,
//! and stores what became of it (the *outcomes*). `trail` is what the rest of the server calls; `writer` puts what waits
//! into the `store` in one transaction, where `chain` ties each entry to the one before it.

mod chain;
pub mod command;
mod directory;
mod ending;
mod export;
mod head;
mod ledger;
mod names;
mod outlet;
mod reading;
mod refusals;
mod resolve;
mod retention;
mod row;
mod settings;
mod siem;
mod store;
mod trail;
mod trails;
mod verify;
mod web;
mod who;
mod writer;

pub use self::{
    directory::AuditedDirectory,
    ending::{Ended, of_attempt},
    export::{Form, export},
    head::{SignedHead, SigningKey},
    ledger::VisitorsLedger,
    row::Row,
    settings::{AuditArgs, PlaceArgs, Settings},
    siem::{LogForm, Siem},
    store::{Store, StoreAt, StoreError},
    trail::Trail,
    trails::Trails,
    verify::{Misfit, Verdict},
    web::routes,
    who::Who,
};
