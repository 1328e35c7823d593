//! The headers of a document that depend on its content.

use http::{HeaderValue, header};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

use crate::api::{access::Role, boot_info::BootInfo};

/// Sets them on the current response.
pub fn set(boot_info: &BootInfo, is_hydrated: bool) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    if let Some(policy) = content_security_policy(is_hydrated) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    if boot_info.user.role == Role::SignedOut {
        // Nothing of anybody stands there, so the browser may show the page again when the user goes back to it. Pages of
        // signed-in users are never kept: a code may have been typed there.
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

/// Allows scripts from this origin or with this page's nonce, WebAssembly where the app runs, and forms of this origin; no
/// inline style, no foreign host, no framing.
fn content_security_policy(is_hydrated: bool) -> Option<HeaderValue> {
    let nonce = use_nonce()?;
    let wasm = if is_hydrated { " 'wasm-unsafe-eval'" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'{wasm}; style-src 'self'; img-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).ok()
}
