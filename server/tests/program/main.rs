//! The program itself, started as people, services and containers start it.

#[cfg(test)]
#[cfg(unix)]
mod container;
#[cfg(test)]
#[cfg(unix)]
mod desktop;
#[cfg(test)]
#[cfg(unix)]
mod health;
#[cfg(test)]
#[cfg(unix)]
mod started;
