//! Builds, runs and watches the app: what a newcomer needs, without any dependency. `tasks` adds the rest of `cargo xtask`.
#![expect(clippy::print_stdout, reason = "a command-line tool talks to its terminal")]

pub mod app;
pub mod bundler;
pub mod cargo;
pub mod css;
pub mod error;
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
