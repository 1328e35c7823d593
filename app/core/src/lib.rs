//! The pure core of Token Inventory: seeds and codes, seed files, the inventory list, actions on its tokens and the
//! rollout engine.
//!
//! Nothing here depends on HTTP, Microsoft Graph's types, Leptos, the wall clock or randomness: time and the directory
//! come in through [`ports`]. So the same code runs in the browser (WebAssembly), in the server and in tests.

pub mod audit;
pub mod checkup;
pub mod error;
pub mod inventory;
pub mod manage;
pub mod otp;
pub mod ports;
pub mod rollout;
pub mod seed;
pub mod seed_file;
pub mod self_service;
pub mod token;
pub mod user;
