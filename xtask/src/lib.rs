//! Builds, runs and watches the app, without any dependency. `tasks` adds the other tasks of `cargo xtask`.
#![expect(clippy::print_stdout, reason = "a command-line tool prints to the terminal")]

pub mod app;
pub mod bundler;
pub mod cargo;
pub mod css;
pub mod error;
pub mod files;
pub mod lockfile;
pub mod npm;
pub mod process;
pub mod run;
pub mod site;
pub mod stages;
pub mod toolchain;
pub mod wasm;
mod wasm_opt;
pub mod watch;
pub mod workspace;
