//! The Graph client against a stand-in: what it sends, what it reads, and what it makes of each refusal.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a stand-in that breaks should stop its test"
)]

mod activate;
mod assign;
mod assign_and_activate;
mod batch;
mod create;
mod holdings;
mod in_flight;
mod logs;
mod method_policy;
mod pace;
mod paging;
mod refusals;
mod retry;
mod sign_in;
mod stand_in;
mod tokens;
mod tokens_by_serial;
mod users_by_id;
mod users_by_upn;
