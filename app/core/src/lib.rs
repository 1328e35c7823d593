//! The pure core of Token Inventory: seeds and codes, seed files, the inventory list, the plan of what is done with them,
//! and the engine that carries it out.
//!
//! It has no dependency on HTTP, Microsoft Graph's wire format, Leptos, the wall clock or randomness: time and the
//! directory are passed in through [`ports`]. So the same code runs in the browser (WebAssembly), in the server and in
//! tests.

pub mod audit;
pub mod checkup;
pub mod drift;
pub mod error;
mod guid;
pub mod inventory;
pub mod issue;
pub mod manage;
pub mod offset;
pub mod otp;
pub mod plan;
pub mod ports;
pub mod query_string;
pub mod run;
pub mod seed;
pub mod seed_file;
pub mod self_service;
pub mod spreadsheet;
pub mod token;
pub mod trial;
pub mod user;
