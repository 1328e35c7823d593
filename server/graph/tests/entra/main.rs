//! The Entra client against a mock server: sign-in, id tokens, and delegated access.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken mock should fail its test")]

mod certificate;
mod clock;
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
