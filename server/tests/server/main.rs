//! The server's tests: the router in this process, and the program as a process.
//!
//! They run at the same time in one process. A test that changes the state of the process, as by installing a global
//! logger, is in the binary `logs` instead.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod auth;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod doctor;
#[cfg(test)]
#[cfg(unix)]
mod program;
#[cfg(test)]
mod support;
#[cfg(test)]
mod trial;
