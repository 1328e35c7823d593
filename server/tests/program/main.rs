//! The program itself, started as people, services and containers start it.

#[cfg(all(test, unix))]
mod container;
#[cfg(all(test, unix))]
mod desktop;
#[cfg(all(test, unix))]
mod health;
#[cfg(all(test, unix))]
mod started;
