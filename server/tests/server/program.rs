//! The program, started as users, services and containers start it.

mod container;
mod health;
mod single_instance;
