//! The doctor against stand-ins: what it finds in good and in bad order, and what the terminal says.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a stand-in that breaks should stop its test"
)]

mod clock;
mod connectivity;
mod credentials;
mod login;
mod mock_tenant;
mod network;
mod permissions;
mod person;
mod policy;
mod practice;
mod terminal;
