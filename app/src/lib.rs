//! The app that administrators and token holders see, and the server functions that it calls.
//!
//! Compiled twice: into the server (`ssr`), which renders the first page, and to WebAssembly (`hydrate`), which
//! hydrates it in the browser. It reaches the directory only through [`token_core::ports`].

#![recursion_limit = "256"]

pub mod api;
pub mod base;
mod browser;
mod components;
mod datetime;
mod first_page;
mod format;
mod i18n;
pub mod language;
mod lazy;
mod pages;
mod paths;
mod seed_file;
pub mod shell;
mod state;
mod token_actions;
#[cfg(feature = "watch")]
mod watch;

/// Hydrates the page that the server rendered.
#[cfg(all(feature = "hydrate", not(feature = "watch")))]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    base::set_base(state::boot_info::boot_info().base);
    // Not `hydrate_lazy`: it has no way to wait for its end.
    wasm_bindgen_futures::spawn_local(async {
        let path = leptos::prelude::window().location().pathname().unwrap_or_default();
        shell::preload_page(base::strip_base(&path)).await;
        if let Some(body) = leptos::prelude::document().body() {
            leptos::mount::hydrate_from_async(body, shell::App).await.forget();
            browser::mark("hydrated");
        }
    });
}

/// Renders the page in the browser alone: the server's HTML may be older than the sources.
#[cfg(feature = "watch")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    base::set_base(state::boot_info::boot_info().base);
    if let Some(body) = leptos::prelude::document().body() {
        body.set_inner_html("");
        leptos::mount::mount_to(body, shell::App).forget();
        browser::mark("hydrated");
        watch::follow();
    }
}
