//! The built app's files: in a folder, or inside the program.

mod embedded;

use std::path::PathBuf;

use axum::{
    body::Body,
    extract::Request,
    handler::Handler,
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::Response,
    routing::{MethodRouter, get, get_service},
};
use leptos::{WasmSplitManifest, reactive::owner::ArcStoredValue};
use rust_embed::EmbeddedFile;
use tower_http::services::ServeDir;

/// The folder, below the site's root, of what the compiler made.
const PKG: &str = "pkg";
/// Which files each part of the app consists of.
const MANIFEST: &str = "pkg/__wasm_split_manifest.json";
/// The script that loads the parts.
const LOADER: &str = "__wasm_split.______________________.js";
/// Letters of the version in a file's name.
const VERSION: usize = 16;

/// Where the built app's files are.
#[derive(Debug, Clone)]
pub enum StaticFiles {
    /// In a folder.
    Folder(PathBuf),
    /// Inside the program, found by their path below the site's root. `FILE.br` and `FILE.gz` are the same file,
    /// compressed; beside `FILE.gz` the file itself may be missing.
    Embedded(fn(&str) -> Option<EmbeddedFile>),
}

/// The app, as the build left it.
#[cfg(feature = "embed")]
#[derive(rust_embed::RustEmbed)]
#[folder = "$TOKEN_INVENTORY_SITE"]
struct App;

#[cfg(feature = "embed")]
fn embedded() -> Option<StaticFiles> {
    Some(StaticFiles::Embedded(<App as rust_embed::RustEmbed>::get))
}

#[cfg(not(feature = "embed"))]
fn embedded() -> Option<StaticFiles> {
    None
}

impl StaticFiles {
    /// Those that were chosen, or else those inside the program.
    ///
    /// # Errors
    /// When the chosen folder holds no built app, or nothing was chosen and there is none inside.
    pub fn find(chosen: Option<Self>) -> Result<Self, String> {
        match chosen.or_else(embedded) {
            Some(Self::Folder(folder)) if !folder.join(PKG).is_dir() => Err(format!(
                "{} holds no built app: run `cargo xtask build`, or name the folder with --site-root",
                folder.display()
            )),
            Some(files) => Ok(files),
            None => Err("This build carries no app: start it with `cargo xtask run`, or name the folder of a built app \
                 with --site-root"
                .to_owned()),
        }
    }

    /// What Leptos takes for the site's root. It looks there for the manifest alone; packed files have a name that no
    /// folder can have.
    pub fn root(&self) -> String {
        match self {
            Self::Folder(root) => root.to_string_lossy().into_owned(),
            Self::Embedded(_) => "\0".to_owned(),
        }
    }

    /// Which files the parts of the app consist of, where Leptos cannot read it from a folder itself; `base` comes before their
    /// addresses.
    pub fn manifest(&self, base: &str) -> Option<WasmSplitManifest> {
        let Self::Embedded(find) = self else { return None };
        let parts = serde_json::from_slice(&embedded::whole(*find, MANIFEST)?).ok()?;
        Some(WasmSplitManifest(ArcStoredValue::new((format!("{base}/{PKG}"), parts, LOADER.to_owned()))))
    }

    /// Answers with the file that was asked for, or else with a page.
    pub fn service<H, T>(&self, page: H) -> MethodRouter
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        let files = match self {
            Self::Folder(root) => get_service(
                ServeDir::new(root)
                    .precompressed_br()
                    .precompressed_gzip()
                    .append_index_html_on_directories(false)
                    .fallback(get(page)),
            ),
            Self::Embedded(find) => {
                let find = *find;
                get(async move |request: Request| match embedded::answer(find, &request) {
                    Some(answer) => answer,
                    None => page.call(request, ()).await,
                })
            }
        };
        files.layer(from_fn(set_cache_control))
    }
}

/// How long browsers keep a file: for ever when its name tells its version, else they ask each time whether it is new.
async fn set_cache_control(request: Request, next: Next) -> Response<Body> {
    let versioned = is_versioned(request.uri().path());
    let mut answer = next.run(request).await;
    let status = answer.status();
    let headers = answer.headers_mut();
    let is_file = headers.contains_key(header::LAST_MODIFIED) || headers.contains_key(header::ETAG);
    if is_file || status == StatusCode::NOT_MODIFIED {
        let kept = if versioned { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    answer
}

/// Whether the name ends with a version before its kind, as `bundler` names the parts: `split_import.0123456789abcdef.wasm`.
fn is_versioned(path: &str) -> bool {
    let mut pieces = path.rsplit('/').next().unwrap_or_default().rsplit('.');
    let (_, version) = (pieces.next(), pieces.next().unwrap_or_default());
    let is_hexadecimal = version.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    version.len() == VERSION && is_hexadecimal && pieces.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_sixteen_hexadecimal_digits_before_the_kind() {
        assert!(is_versioned("/pkg/split_import.0123456789abcdef.wasm"));
        for unversioned in [
            "/pkg/token-inventory.wasm",
            "/pkg/__wasm_split.______________________.js",
            "/pkg/0123456789abcdef.wasm",
            "/pkg/a.0123456789abcdef",
            "/pkg/a.0123456789ABCDEF.js",
            "/a.0123456789abcdef.d/b.js",
            "/",
        ] {
            assert!(!is_versioned(unversioned), "{unversioned}");
        }
    }

    #[test]
    fn a_folder_without_an_app_is_refused_with_the_remedy() {
        let refusal = StaticFiles::find(Some(StaticFiles::Folder("no-such-folder".into()))).unwrap_err();
        assert!(refusal.contains("no-such-folder") && refusal.contains("--site-root"), "{refusal}");
    }
}
