//! Token Inventory's server: sign-in, sessions and roles, the audit log, the commands of a terminal, and the router that
//! serves the app. The crate `graph` speaks to Microsoft.

#![recursion_limit = "256"]

pub mod active_tenant;
mod audit_export;
pub mod auth;
pub mod base_path;
mod checkpoint_http;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod health;
mod metrics;
pub mod origin_check;
mod request_body;
mod request_log;
pub mod router;
pub mod security_headers;
mod self_service;
pub mod start;
pub mod static_files;
pub mod terminal;
pub mod trial;
mod user_locks;
