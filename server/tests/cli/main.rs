//! The commands of the command line, run as the real program against a practice tenant: output, exit codes, changes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at what it did not expect")]

mod access;
mod audit_log;
mod import;
mod list;
mod manage;
#[cfg(unix)]
mod stop;
mod test_cli;
