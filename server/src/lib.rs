//! Token Inventory's server: the Graph client, the Entra client, the practice tenant, and the router that serves the app.

#![recursion_limit = "256"]

pub mod active_tenant;
pub mod audit;
pub mod auth;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod entra;
pub mod graph;
pub mod headless;
pub mod health;
mod jose;
pub mod mount;
mod own_folder;
pub mod practice;
pub mod router;
pub mod security;
mod self_service;
pub mod site;
pub mod start;
