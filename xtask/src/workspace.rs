//! Where things are: the root, the target directory, and what the two kinds of build are called.

use std::path::Path;

/// The program's name: the server's binary, and the stem of the files in `pkg/` that the page asks for.
pub const NAME: &str = "token-inventory";

/// The root of the workspace.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// How the app is built for the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Soon built.
    Debug,
    /// Soon built again after an edit; the page follows the builds.
    Watch,
    /// Small and fast.
    Release,
}

impl Build {
    /// The directory in `target` that the site goes to: one each, so that the builds do not undo each other.
    pub fn site(self) -> &'static str {
        match self {
            Self::Debug => "site-debug",
            Self::Watch => "site-watch",
            Self::Release => "site",
        }
    }

    /// The directory in `target` that holds what wasm-bindgen made.
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
