//! The Graph client against a mock server and the practice tenant: requests, responses, and errors.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken mock should fail its test")]

mod activate;
mod assign_and_activate;
mod batch;
mod bulk_create;
mod claim;
mod cost;
mod create;
mod directory_roles;
mod in_flight;
mod logs;
mod method_policy;
mod mock_graph;
mod paging;
mod practice;
mod priority;
mod refusals;
mod rename;
mod retry;
mod search_users;
mod sign_in;
mod tokens;
mod tokens_by_id;
mod tokens_by_serial;
mod tokens_of_users;
mod trial;
mod users_by_id;
mod users_by_upn;
mod writes;
