//! The app's static files, from a folder and embedded in the program: the responses are the same.

use std::fs;

use axum::body::Body;
use http::{Method, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use server::static_files::StaticFiles;
use tower::ServiceExt as _;
use url::Url;

use crate::support::{
    browser::{Browser, TestResponse},
    test_app::{TestApp, TestAppBuilder},
};

/// A built app of a few small files. The content of its compressed files says which of them was sent.
#[derive(RustEmbed)]
#[folder = "tests/server/auth/site"]
struct App;

const STYLE: &str = "/pkg/token-inventory.css";
const PART: &str = "/pkg/split_import.0123456789abcdef.wasm";

async fn app(files: StaticFiles) -> TestApp {
    let nowhere = Url::parse("http://127.0.0.1:9").unwrap();
    TestAppBuilder { files: Some(files), ..TestAppBuilder::default() }.with_practice(&nowhere).await
}

async fn packed() -> TestApp {
    app(StaticFiles::Embedded(App::get)).await
}

/// The same app with both kinds of files.
async fn both() -> [(&'static str, TestApp); 2] {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/auth/site");
    [("folder", app(StaticFiles::Folder(folder.into())).await), ("packed", packed().await)]
}

async fn ask(
    app: &TestApp,
    method: Method,
    path: &str,
    headers: &[(header::HeaderName, &str)],
) -> TestResponse {
    let browser = Browser::of(app);
    let request = browser.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, *value));
    browser.send(request, Body::empty()).await
}

#[tokio::test]
async fn every_file_has_its_type() {
    for (way, app) in both().await {
        for (path, kind) in [
            (STYLE, "text/css"),
            ("/pkg/token-inventory.js", "text/javascript"),
            (PART, "application/wasm"),
            ("/favicon.svg", "image/svg+xml"),
        ] {
            let answer = ask(&app, Method::GET, path, &[]).await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, kind), "{way}: {path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{way}: {path}");
        }
    }
}

#[tokio::test]
async fn browsers_get_the_compressed_file_that_they_accept() {
    for (way, app) in both().await {
        for (accepted, coding, body) in [
            ("gzip, deflate, br", "br", "the style sheet by brotli\n"),
            ("gzip", "gzip", "the style sheet by gzip\n"),
            ("br;q=0, gzip", "gzip", "the style sheet by gzip\n"),
            ("identity", "", "body { margin: 0 }\n"),
        ] {
            let answer = ask(&app, Method::GET, STYLE, &[(header::ACCEPT_ENCODING, accepted)]).await;
            assert_eq!(
                (answer.header("content-encoding"), answer.body.as_str()),
                (coding, body),
                "{way}: {accepted}"
            );
            assert_eq!(answer.header("content-type"), "text/css", "{way}: {accepted}");
            assert_eq!(answer.header("vary"), "accept-encoding", "{way}: {accepted}");
        }
    }
}

#[tokio::test]
async fn a_module_without_a_compressed_file_is_sent_uncompressed() {
    let folder = std::env::temp_dir().join(format!("debug-site-{}", std::process::id()));
    fs::create_dir_all(folder.join("pkg")).unwrap();
    let module = "alike ".repeat(1_000);
    fs::write(folder.join("pkg/large.wasm"), &module).unwrap();
    let app = app(StaticFiles::Folder(folder.clone())).await;
    let accepted = [(header::ACCEPT_ENCODING, "gzip, br")];
    let answer = ask(&app, Method::GET, "/pkg/large.wasm", &accepted).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, ""));
    assert_eq!(answer.body, module);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn files_with_a_version_in_their_name_are_cached_and_others_revalidated() {
    for (way, app) in both().await {
        for (path, kept) in
            [(PART, "public, max-age=31536000, immutable"), (STYLE, "no-cache"), ("/", "no-store")]
        {
            assert_eq!(
                ask(&app, Method::GET, path, &[]).await.header("cache-control"),
                kept,
                "{way}: {path}"
            );
        }
        let gone = ask(&app, Method::GET, "/pkg/split_import.fedcba9876543210.wasm", &[]).await;
        assert_eq!((gone.status.as_u16(), gone.header("cache-control")), (404, "no-store"), "{way}");
    }
}

#[tokio::test]
async fn a_conditional_request_is_answered_with_304() {
    for (way, app) in both().await {
        let first = ask(&app, Method::GET, STYLE, &[]).await;
        let (condition, mark) = match first.header("etag") {
            "" => (header::IF_MODIFIED_SINCE, first.header("last-modified")),
            tag => (header::IF_NONE_MATCH, tag),
        };
        let again = ask(&app, Method::GET, STYLE, &[(condition, mark)]).await;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{way}");
        assert_eq!(again.header("cache-control"), "no-cache", "{way}");
    }
    let app = packed().await;
    for (known, status) in [("W/\"other\"", 200), ("*", 304)] {
        let answer = ask(&app, Method::GET, STYLE, &[(header::IF_NONE_MATCH, known)]).await;
        assert_eq!(answer.status, status, "{known}");
    }
    let tag = ask(&app, Method::GET, STYLE, &[]).await.header("etag").to_owned();
    let several = format!("\"a\", {}", tag.trim_start_matches("W/"));
    assert_eq!(ask(&app, Method::GET, STYLE, &[(header::IF_NONE_MATCH, &several)]).await.status, 304);
    let other = ask(&app, Method::GET, "/pkg/token-inventory.js", &[(header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!(other.status, 200, "another file has another tag");
}

#[tokio::test]
async fn a_head_request_gets_the_headers_without_the_file() {
    for (way, app) in both().await {
        let answer = ask(&app, Method::HEAD, STYLE, &[(header::ACCEPT_ENCODING, "br")]).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""), "{way}");
        let length = "the style sheet by brotli\n".len().to_string();
        assert_eq!(answer.header("content-length"), length, "{way}");
        assert_eq!(answer.header("content-encoding"), "br", "{way}");
    }
}

#[tokio::test]
async fn paths_outside_the_app_are_not_served() {
    for (way, app) in both().await {
        for path in [
            "/pkg",
            "/pkg/",
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/pkg/%2e%2e/%2e%2e/main.rs",
            "/pkg/%ff",
            "/pkg/%00",
        ] {
            let answer = ask(&app, Method::GET, path, &[]).await;
            assert_ne!(answer.status, 200, "{way}: {path}");
        }
        let writes = Browser::of(&app).request(Method::POST, STYLE).header("sec-fetch-site", "same-origin");
        assert_eq!(Browser::of(&app).send(writes, Body::empty()).await.status, 405, "{way}");
    }
}

#[tokio::test]
async fn a_file_embedded_only_compressed_is_decompressed_for_identity() {
    let app = packed().await;
    for (accepted, coding) in [("gzip", "gzip"), ("identity", "")] {
        let browser = Browser::of(&app);
        let request = browser.request(Method::GET, "/pkg/alone.js").header(header::ACCEPT_ENCODING, accepted);
        let answer = app.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/javascript", "{accepted}");
        let found = answer.headers().get(header::CONTENT_ENCODING).map(|coding| coding.to_str().unwrap());
        assert_eq!(found.unwrap_or_default(), coding, "{accepted}");
        let body = axum::body::to_bytes(answer.into_body(), 1_000).await.unwrap();
        assert_eq!(body == "export const ALONE = 1;\n".as_bytes(), coding.is_empty(), "{accepted}");
    }
}

/// As in a release: files that became smaller are embedded in their compressed form only.
fn compressed_alone(path: &str) -> Option<EmbeddedFile> {
    App::get(path).filter(|_| App::get(&format!("{path}.gz")).is_none())
}

/// Embedded only: from a folder Leptos reads the manifest by itself, once a process.
#[tokio::test]
async fn the_document_names_the_files_of_the_part_that_it_shows() {
    assert!(compressed_alone("pkg/__wasm_split_manifest.json").is_none());
    let app = app(StaticFiles::Embedded(compressed_alone)).await;
    let page = Browser::of(&app).get("/import").await;
    assert!(page.body.contains(&format!("href=\"{PART}\"")), "{}", page.body);
    assert!(!Browser::of(&app).get("/").await.body.contains(PART), "it shows no part");
}

#[tokio::test]
async fn the_document_names_the_main_module_by_its_version() {
    for (way, app) in both().await {
        let page = Browser::of(&app).get("/").await.body;
        for file in ["token-inventory.fedcba9876543210.js", "token-inventory.fedcba9876543210.wasm"] {
            assert!(page.contains(&format!("href=\"/pkg/{file}\"")), "{way}: {page}");
        }
    }
}
