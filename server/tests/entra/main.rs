//! Signing people in with a stand-in for Microsoft Entra: what is sent, what is believed, and what is refused.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a stand-in that breaks should stop its test"
)]

mod certificate;
mod id_token;
mod jwks;
mod logs;
mod me;
mod mock_entra;
mod person;
mod person_graph;
mod redeem;
mod tokens;
mod urls;
