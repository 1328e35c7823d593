//! Pages and components that the first page does not need. In a release build each is a WebAssembly file of its own,
//! loaded when it is opened or when the browser is idle; in other builds they belong to the one module.
//!
//! Each is declared where it is used: the pages in `shell/routes.rs`, a component beside the view that shows it. Code
//! goes into the file of a lazy view when nothing else uses it; code that several lazy views use goes into a shared
//! chunk. State that outlives a page is in [`crate::state`] and belongs to the main module.

use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use leptos_meta::Title;

/// Declares the functions of one lazy view: `view` loads and renders it, `preload` only loads it. The splitter names
/// the file after it, `split_NAME.wasm`, so each name occurs once.
macro_rules! lazy_view {
    ($vis:vis $name:ident shows $view:ident) => {
        #[cfg(feature = "split")]
        #[leptos::wasm_split::wasm_split(
                    $name, wasm_split_path = leptos::wasm_split, preload(#[doc(hidden)] preload), fallible
                )]
        $vis fn view() -> Result<leptos::prelude::AnyView, leptos::wasm_split::SplitLoaderError> {
            Ok(leptos::prelude::IntoAny::into_any($view()))
        }

        #[cfg(not(feature = "split"))]
        $vis async fn view() -> Result<leptos::prelude::AnyView, leptos::wasm_split::SplitLoaderError> {
            // Adds preload links for the files of this view to the document.
            #[cfg(feature = "ssr")]
            leptos::prefetch_lazy_fn_on_server(stringify!($name));
            Ok(leptos::prelude::IntoAny::into_any($view()))
        }

        #[cfg(not(feature = "split"))]
        $vis async fn preload() -> Result<(), leptos::wasm_split::SplitLoaderError> {
            Ok(())
        }
    };
}

/// Declares a lazy component: `name: Lazy shows Component;`. A view uses `<Lazy needed=… />` in place of the component.
macro_rules! lazy_component {
    ($name:ident: $lazy:ident shows $component:ident) => {
        /// A component that is loaded when it is needed or the browser is idle.
        #[component]
        pub fn $lazy(
            /// Whether it is needed now; once shown, it stays.
            #[prop(into)]
            needed: Signal<bool>,
        ) -> impl IntoView {
            $crate::lazy::lazy_view!($name shows $component);
            $crate::lazy::show_when_needed(needed, preload, view)
        }
    };
}

pub(crate) use {lazy_component, lazy_view};

/// Shows a lazy component once it is needed, or loaded because the browser was idle.
pub fn show_when_needed<P, V>(needed: Signal<bool>, preload: fn() -> P, view: fn() -> V) -> impl IntoView
where
    P: Future<Output = Result<(), SplitLoaderError>> + 'static,
    V: Future<Output = Result<AnyView, SplitLoaderError>> + Send + 'static,
{
    let is_loaded = RwSignal::new(false);
    Effect::new(move |_| {
        request_idle_callback(move || {
            spawn_local(async move {
                // After a failure it is loaded when it is needed.
                let loaded = preload().await;
                _ = is_loaded.try_set(loaded.is_ok());
            });
        });
    });
    let is_shown = latch(needed, is_loaded);
    move || {
        is_shown.get().then(|| {
            Suspend::new(async move { view().await.unwrap_or_else(|_| ComponentLoadError().into_any()) })
        })
    }
}

/// True once either signal has been true.
fn latch(needed: Signal<bool>, is_loaded: RwSignal<bool>) -> Memo<bool> {
    Memo::new(move |before| before.copied().unwrap_or(false) || needed.get() || is_loaded.get())
}

/// Shown in place of a page whose file could not be loaded: the server is unreachable, or runs another version by now.
#[component]
pub fn PageLoadError() -> impl IntoView {
    view! {
        <Title text="Page not loaded" />
        <div class="page page--text" lang="en">
            <h1>"This page could not be loaded"</h1>
            <p>
                "The server did not answer, or it was updated since you opened Token Inventory. Load the page again; if that fails, check that the server is running."
            </p>
            <p>
                <button
                    class="button button--primary"
                    on:click=move |_| {
                        _ = window().location().reload();
                    }
                >
                    "Load again"
                </button>
            </p>
        </div>
    }
}

/// Shown in place of a component that could not be loaded.
#[component]
fn ComponentLoadError() -> impl IntoView {
    view! {
        <div class="note note--danger" role="alert">
            <p>
                "A part of this page could not be loaded: the server did not answer, or was updated since you opened Token Inventory. Load the page again."
            </p>
        </div>
    }
}
