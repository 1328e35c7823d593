//! The built app's files, served from a folder or from inside the program.

mod embedded;

use std::{collections::HashMap, fs, path::PathBuf};

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

/// The stem of the main module's files; in a release they are named by their version, which the manifest has.
const NAME: &str = "token-inventory";
/// The folder of the compiled app, below the site root.
const PKG: &str = "pkg";
/// Which files the main module and each part of the app consist of.
const MANIFEST: &str = "pkg/__wasm_split_manifest.json";
/// The script that loads the parts.
const LOADER: &str = "__wasm_split.______________________.js";
/// Length of the version in a file's name.
const VERSION_LEN: usize = 16;

/// Where the built app's files are.
#[derive(Debug, Clone)]
pub enum StaticFiles {
    /// In a folder.
    Folder(PathBuf),
    /// Inside the program, looked up by their path below the site root. `FILE.br` and `FILE.gz` are compressed variants;
    /// where `FILE.gz` exists, `FILE` itself may be missing.
    Embedded(fn(&str) -> Option<EmbeddedFile>),
}

/// The built app's files.
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
    /// The configured files, or else those inside the program.
    ///
    /// # Errors
    /// When the configured folder holds no built app, or none is configured and the program holds none.
    pub fn find(configured: Option<Self>) -> Result<Self, String> {
        match configured.or_else(embedded) {
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

    /// The site root for Leptos, which reads only the manifest there. For embedded files a name that no folder can have.
    pub fn root(&self) -> String {
        match self {
            Self::Folder(root) => root.to_string_lossy().into_owned(),
            Self::Embedded(_) => "\0".to_owned(),
        }
    }

    /// The manifest of the app's lazily loaded parts, where Leptos cannot read it from a folder itself; their URLs get the base
    /// path `base`.
    pub fn manifest(&self, base: &str) -> Option<WasmSplitManifest> {
        let Self::Embedded(_) = self else { return None };
        let files = self.files_of_parts()?;
        Some(WasmSplitManifest(ArcStoredValue::new((format!("{base}/{PKG}"), files, LOADER.to_owned()))))
    }

    /// The stem of the main module's files.
    pub fn main_module(&self) -> String {
        let files = self.files_of_parts().unwrap_or_default();
        files.get(NAME).and_then(|files| files.first().cloned()).unwrap_or_else(|| NAME.to_owned())
    }

    /// The manifest; `None` in a build that was not split.
    fn files_of_parts(&self) -> Option<HashMap<String, Vec<String>>> {
        let manifest = match self {
            Self::Folder(root) => fs::read(root.join(MANIFEST)).ok()?,
            Self::Embedded(find) => embedded::uncompressed(*find, MANIFEST)?.to_vec(),
        };
        serde_json::from_slice(&manifest).ok()
    }

    /// Serves the requested file, or else a page.
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

/// Lets browsers cache versioned files for ever, and revalidate the others on each use.
async fn set_cache_control(request: Request, next: Next) -> Response<Body> {
    let versioned = is_versioned(request.uri().path());
    let mut answer = next.run(request).await;
    let status = answer.status();
    let headers = answer.headers_mut();
    let is_file = headers.contains_key(header::LAST_MODIFIED) || headers.contains_key(header::ETAG);
    if is_file || status == StatusCode::NOT_MODIFIED {
        let cache_control = if versioned { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    answer
}

/// Whether the name has a version before its extension, as `bundler` names the parts: `split_import.0123456789abcdef.wasm`.
fn is_versioned(path: &str) -> bool {
    let mut pieces = path.rsplit('/').next().unwrap_or_default().rsplit('.');
    let (_, version) = (pieces.next(), pieces.next().unwrap_or_default());
    let is_hexadecimal = version.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    version.len() == VERSION_LEN && is_hexadecimal && pieces.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_sixteen_hexadecimal_digits_before_the_extension() {
        assert!(is_versioned("/pkg/split_import.0123456789abcdef.wasm"));
        for unversioned in [
            "/pkg/token-inventory.css",
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
