//! The audit log: every write is recorded before and after, no secret gets into it, and any alteration is detected.

mod bench;
mod checkpoints;
mod command;
mod crash;
mod export;
mod filters;
mod memory;
mod order;
pub mod people;
mod postgres;
#[cfg(unix)]
mod publishing;
mod reconcile;
mod retention;
mod runs;
mod secrecy;
#[cfg(unix)]
mod shutdown;
mod siem;
mod tenants;
mod unseen;
mod unwritable_store;
mod verify;
pub mod writes;
