//! What a browser without scripts or without WebAssembly shows in place of the pages that need both.

use leptos::prelude::*;

use crate::{base::href, paths};

/// Marks the document of a browser with WebAssembly, and takes the mark away when the app cannot be compiled. The style shows
/// [`NeedsApp`] in place of the content where the mark is missing: without scripts, too.
#[cfg(feature = "ssr")]
pub fn script() -> impl IntoView {
    const MARK: &str = "const root = document.documentElement; root.dataset.wasm = typeof WebAssembly; \
        addEventListener('unhandledrejection', ({ reason }) => { \
        if (root.dataset.wasm === 'object' && reason instanceof WebAssembly.CompileError) delete root.dataset.wasm })";
    view! { <script nonce=leptos::nonce::use_nonce() inner_html=MARK></script> }
}

/// What is missing, and where to go. Hidden where the app runs.
#[component]
pub fn NeedsApp() -> impl IntoView {
    view! {
        <div class="needs-app" lang="en">
            <p class="note note--warning">
                <span>
                    "This page needs scripts and WebAssembly, which this browser lacks or does not allow: allow both for this address or open it in another browser; your own tokens are on "
                    <a href=href(paths::MY) rel="external">
                        "My tokens"
                    </a> ", which needs neither."
                </span>
            </p>
        </div>
    }
}
