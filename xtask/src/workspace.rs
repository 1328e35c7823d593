//! Where things are: the root, the target directory, and what the two kinds of build are called.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{cargo::cargo, process};

/// The program's name: the server's binary, and the stem of the files in `pkg/` that the page asks for.
pub const NAME: &str = "token-inventory";

/// The root of the workspace.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// Cargo's target directory, wherever the person's own settings put it.
pub fn target() -> Result<PathBuf> {
    let metadata = process::output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let directory = metadata.get("target_directory").and_then(Value::as_str);
    directory.map(PathBuf::from).context("cargo metadata names no target directory")
}

/// How the app and the server are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Soon ready, slow to run.
    Debug,
    /// Small and fast.
    Release,
}

impl Build {
    /// The build that the flag `--debug` asks for.
    pub fn from_debug(debug: bool) -> Self {
        if debug { Self::Debug } else { Self::Release }
    }

    /// The directory in `target` that the site goes to: one each, so that the builds do not undo each other.
    pub fn site(self) -> &'static str {
        match self {
            Self::Debug => "site-debug",
            Self::Release => "site",
        }
    }

    /// The directory in `target` that holds what wasm-bindgen made.
    pub fn bindings(self) -> &'static str {
        match self {
            Self::Debug => "bindings-debug",
            Self::Release => "bindings",
        }
    }

    /// Cargo's profile for the WebAssembly app.
    pub fn wasm_profile(self) -> &'static str {
        match self {
            Self::Debug => "dev",
            Self::Release => "wasm-release",
        }
    }

    /// Cargo's profile for the server.
    pub fn server_profile(self) -> &'static str {
        match self {
            Self::Debug => "dev",
            Self::Release => "release",
        }
    }
}
