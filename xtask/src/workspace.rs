//! Paths of the workspace: the root, the target directory, and the directories of each kind of build.

use std::path::Path;

/// The program's name: the server's binary, and the stem of the files in `pkg/`.
pub const NAME: &str = "token-inventory";

/// The root of the workspace.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// How the app is built for the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Fast to build.
    Debug,
    /// Fast to rebuild after an edit; the page reloads itself.
    Watch,
    /// Small and fast.
    Release,
}

impl Build {
    /// The directory of the site in `target`; one per build, so that builds do not overwrite each other.
    pub fn site(self) -> &'static str {
        match self {
            Self::Debug => "site-debug",
            Self::Watch => "site-watch",
            Self::Release => "site",
        }
    }

    /// The directory of the generated bindings in `target`.
    pub fn bindings(self) -> &'static str {
        match self {
            Self::Debug => "bindings-debug",
            Self::Watch => "bindings-watch",
            Self::Release => "bindings",
        }
    }

    /// Cargo's profile for the WebAssembly app.
    pub fn wasm_profile(self) -> &'static str {
        match self {
            Self::Debug | Self::Watch => "dev",
            Self::Release => "wasm-release",
        }
    }
}
