//! Token Inventory's server: the Graph client, the Entra client, the practice tenant, and the router that serves the app.

#![recursion_limit = "256"]

pub mod active_tenant;
mod audit_export;
pub mod auth;
pub mod base_path;
pub mod cli;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod entra;
pub mod graph;
pub mod health;
mod jose;
pub mod origin_check;
pub mod practice;
pub mod router;
pub mod security_headers;
mod self_service;
pub mod start;
pub mod static_files;
pub mod terminal;
