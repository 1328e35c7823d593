//! The doctor against mock servers and the practice tenant: its findings, and its output on a terminal.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken mock should fail its test")]

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
