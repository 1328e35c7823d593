//! The commands of the command line, run as the real program against a practice tenant: output, exit codes, changes.

mod access;
mod audit_log;
mod find;
mod import;
mod list;
mod manage;
mod prove;
mod seed_files;
#[cfg(unix)]
mod stop;
