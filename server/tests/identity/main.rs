//! Signing people in with a stand-in for Microsoft Entra: what is sent, what is believed, and what is refused.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a stand-in that breaks should stop its test"
)]

mod addresses;
mod certificate;
mod id_token;
mod keys;
mod logs;
mod me;
mod person;
mod person_graph;
mod redeem;
mod stand_in;
mod tokens;
