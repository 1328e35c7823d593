//! Pages that the first one does not need. In a release build each is a file of its own, loaded when it is opened or as
//! soon as the browser has nothing else to do; elsewhere they are pages like any other.
//!
//! Code goes to a part when nothing else uses it; what several parts use is shared between them. State that outlives
//! a page is lent by [`crate::shell::App`] and stays with the first page.

use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use leptos_meta::Title;
use leptos_router::LazyRoute;

use crate::{
    api::{access::Role, tenant::about::About},
    pages::{import::ImportPage, no_access::NoAccessPage, settings::SettingsPage, sign_in::SignInPage},
};

/// Declares parts: `name: Route shows Page;`. The name is that of the file, `split_NAME.wasm`; the route goes into
/// `Routes` as `view={Lazy::<Route>::new()}`. Its page is for administrators.
macro_rules! parts {
    ($($part:ident: $route:ident shows $page:ident;)+) => {
        $(
            #[doc = concat!("The route of [`", stringify!($page), "`].")]
            #[derive(Debug)]
            pub struct $route;

            impl LazyRoute for $route {
                fn data() -> Self {
                    Self
                }

                async fn view(_: Self) -> AnyView {
                    match refusal() {
                        Some(refusal) => refusal,
                        None => $part::view().await.unwrap_or_else(|_| NotLoaded().into_any()),
                    }
                }

                async fn preload() {
                    if expect_context::<About>().is_administrator() {
                        // What cannot be loaded is tried again by `view`, which says so.
                        _ = $part::preload().await;
                    }
                }
            }

            mod $part {
                use super::*;

                #[cfg(feature = "split")]
                #[leptos::wasm_split::wasm_split(
                    $part, wasm_split_path = leptos::wasm_split, preload(#[doc(hidden)] preload), fallible
                )]
                pub(super) fn view() -> Result<AnyView, SplitLoaderError> {
                    Ok($page().into_any())
                }

                #[cfg(not(feature = "split"))]
                pub(super) async fn view() -> Result<AnyView, SplitLoaderError> {
                    // The document names the files of the part that it shows, so that they are loaded at once.
                    #[cfg(feature = "ssr")]
                    leptos::prefetch_lazy_fn_on_server(stringify!($part));
                    Ok($page().into_any())
                }

                #[cfg(not(feature = "split"))]
                pub(super) async fn preload() -> Result<(), SplitLoaderError> {
                    Ok(())
                }
            }
        )+

        /// Loads every part as soon as the browser is idle, so that no link waits for one. Browsers that cannot tell
        /// when they are load a part when it is opened.
        pub fn preload_when_idle() {
            request_idle_callback(|| {
                spawn_local(async {
                    // What fails here is loaded when its page is opened.
                    $(_ = $part::preload().await;)+
                });
            });
        }
    };
}

parts! {
    import: ImportRoute shows ImportPage;
    settings: SettingsRoute shows SettingsPage;
}

/// What everybody sees in place of a page for administrators. The server refuses them the data all the same.
pub fn refusal() -> Option<AnyView> {
    match expect_context::<About>().visitor.role {
        Role::Administrator => None,
        Role::EndUser => Some(NoAccessPage().into_any()),
        Role::SignedOut => Some(SignInPage().into_any()),
    }
}

/// In place of a page whose part did not come: the server is away, or runs another version by now.
#[component]
fn NotLoaded() -> impl IntoView {
    view! {
        <Title text="Page not loaded" />
        <div class="page page--text">
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
