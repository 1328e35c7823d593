//! The program, started as users, services and containers start it.

#[cfg(test)]
#[cfg(unix)]
mod container;
#[cfg(test)]
#[cfg(unix)]
mod health;
#[cfg(test)]
#[cfg(unix)]
mod server_process;
#[cfg(test)]
#[cfg(unix)]
mod single_instance;
