//! The audit trail: who did what to which token, and that nothing was altered.

pub mod ledger;
