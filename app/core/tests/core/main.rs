//! All tests of the crate from outside, in one program: linking one takes as long as running most of them.

mod audit;
mod codes;
mod drift;
mod inventory;
mod manage;
mod requests;
mod rollout;
mod seed_file;
mod self_service;
mod tokens;
