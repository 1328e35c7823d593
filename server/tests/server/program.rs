//! The program, started as users, services and containers start it.

mod container;
mod health;
mod reverse_proxy;
mod single_instance;
