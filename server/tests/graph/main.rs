//! The Graph client against the practice tenant.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken tenant should fail its test")]

#[path = "../../graph/tests/graph/mock_graph.rs"]
#[expect(dead_code, reason = "the tests of the crate `graph` use the rest")]
mod mock_graph;
mod practice;
