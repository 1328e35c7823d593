//! The audit trail as people read it: who did what to which token, when, and what became of it.
//!
//! Here is only the model, shared by the server, which keeps the trail, and the browser, which shows it. No type here can
//! be made from a seed, a code, a client secret or an access token.

mod action;
mod ask;
mod entry;
mod filter;
mod row_book;
mod run;
mod status;

pub use self::{
    action::Action,
    ask::{Line, ListAsk, ListPage, MAX_LINES},
    entry::{Actor, ActorKind, Ending, Entry, PersonRef, RunPlace, TokenRef},
    filter::Filter,
    row_book::RowBook,
    run::{RunCount, RunId, RunRows, RunSummary},
    status::{ExportKind, Head, TrailStatus},
};
