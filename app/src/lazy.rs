//! Pages and components that the first page does not need. In a release build each is a WebAssembly file of its own,
//! loaded when it is opened or when the browser is idle; in other builds they belong to the one module.
//!
//! Code goes into the file of a lazy view when nothing else uses it; code that several lazy views use goes into a
//! shared chunk. State that outlives a page is provided by [`crate::shell::App`] and belongs to the main module.

use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use leptos_meta::Title;
use leptos_router::LazyRoute;

use crate::{
    api::{access::Role, tenant::boot_info::BootInfo},
    pages::{
        audit::AuditPage,
        import::ImportPage,
        inventory::{BulkDialogs, PanelView},
        my::MyPage,
        no_access::NoAccessPage,
        settings::SettingsPage,
        sign_in::SignInPage,
        slips::SlipsPage,
    },
    token_actions::TokenActionsDialog,
};

/// The module of one lazy view: `view` loads and renders it, `preload` only loads it. The splitter names the file after
/// it, `split_NAME.wasm`.
macro_rules! lazy_view {
    ($name:ident shows $view:ident) => {
        mod $name {
            use super::*;

            #[cfg(feature = "split")]
            #[leptos::wasm_split::wasm_split(
                        $name, wasm_split_path = leptos::wasm_split, preload(#[doc(hidden)] preload), fallible
                    )]
            pub(super) fn view() -> Result<AnyView, SplitLoaderError> {
                Ok($view().into_any())
            }

            #[cfg(not(feature = "split"))]
            pub(super) async fn view() -> Result<AnyView, SplitLoaderError> {
                // Adds preload links for the files of this view to the document.
                #[cfg(feature = "ssr")]
                leptos::prefetch_lazy_fn_on_server(stringify!($name));
                Ok($view().into_any())
            }

            #[cfg(not(feature = "split"))]
            pub(super) async fn preload() -> Result<(), SplitLoaderError> {
                Ok(())
            }
        }
    };
}

/// Who may see a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    Administrators,
    Auditors,
    Everybody,
}

impl Audience {
    /// What the current user sees in place of the page; `None` when they may see it.
    fn access_denied(self) -> Option<AnyView> {
        match self {
            Self::Administrators => access_denied(),
            Self::Auditors if expect_context::<BootInfo>().may_audit() => None,
            Self::Auditors => access_denied(),
            Self::Everybody => None,
        }
    }

    /// Whether the current user may see the page.
    fn includes_current_user(self) -> bool {
        let boot_info = expect_context::<BootInfo>();
        match self {
            Self::Administrators => boot_info.is_administrator(),
            Self::Auditors => boot_info.may_audit(),
            Self::Everybody => true,
        }
    }
}

/// Declares pages: `name: Route shows Page to Audience;`. The route goes into `Routes` as `view={Lazy::<Route>::new()}`.
macro_rules! lazy_pages {
    ($($name:ident: $route:ident shows $page:ident to $audience:ident;)+) => {
        $(
            #[doc = concat!("The route of [`", stringify!($page), "`].")]
            #[derive(Debug)]
            pub struct $route;

            impl LazyRoute for $route {
                fn data() -> Self {
                    Self
                }

                async fn view(_: Self) -> AnyView {
                    match Audience::$audience.access_denied() {
                        Some(access_denied) => access_denied,
                        None => $name::view().await.unwrap_or_else(|_| PageLoadError().into_any()),
                    }
                }

                async fn preload() {
                    if Audience::$audience.includes_current_user() {
                        // After a failure `view` tries again and shows the error.
                        _ = $name::preload().await;
                    }
                }
            }

            lazy_view!($name shows $page);
        )+

        /// Loads every page when the browser is idle, so that navigation does not wait. Browsers without
        /// `requestIdleCallback` load a page when it is opened.
        pub fn preload_when_idle() {
            request_idle_callback(|| {
                spawn_local(async {
                    // A page that fails to load here is loaded when it is opened.
                    $(_ = $name::preload().await;)+
                });
            });
        }
    };
}

/// Declares lazy components: `name: Lazy shows Component;`. A view uses `<Lazy needed=… />` in place of the component.
macro_rules! lazy_components {
    ($($name:ident: $lazy:ident shows $component:ident;)+) => {
        $(
            /// A component that is loaded when it is needed or the browser is idle.
            #[component]
            pub fn $lazy(
                /// Whether it is needed now; once shown, it stays.
                #[prop(into)]
                needed: Signal<bool>,
            ) -> impl IntoView {
                let is_loaded = RwSignal::new(false);
                Effect::new(move |_| {
                    request_idle_callback(move || {
                        spawn_local(async move {
                            // After a failure it is loaded when it is needed.
                            let loaded = $name::preload().await;
                            _ = is_loaded.try_set(loaded.is_ok());
                        });
                    });
                });
                let is_shown = latch(needed, is_loaded);
                move || {
                    is_shown.get().then(|| {
                        Suspend::new(async { $name::view().await.unwrap_or_else(|_| ComponentLoadError().into_any()) })
                    })
                }
            }

            lazy_view!($name shows $component);
        )+
    };
}

/// True once either signal has been true.
fn latch(needed: Signal<bool>, is_loaded: RwSignal<bool>) -> Memo<bool> {
    Memo::new(move |before| before.copied().unwrap_or(false) || needed.get() || is_loaded.get())
}

lazy_pages! {
    audit: AuditRoute shows AuditPage to Auditors;
    import: ImportRoute shows ImportPage to Administrators;
    my: MyRoute shows MyPage to Everybody;
    settings: SettingsRoute shows SettingsPage to Administrators;
    slips: SlipsRoute shows SlipsPage to Administrators;
}

lazy_components! {
    panels: LazyPanels shows PanelView;
    bulk: LazyBulkDialogs shows BulkDialogs;
    token_actions: LazyTokenActions shows TokenActionsDialog;
}

/// What a user who is no administrator sees in place of a page for administrators; the server refuses them the data,
/// too.
pub fn access_denied() -> Option<AnyView> {
    match expect_context::<BootInfo>().user.role {
        Role::Administrator => None,
        Role::EndUser | Role::Auditor => Some(NoAccessPage().into_any()),
        Role::SignedOut => Some(SignInPage().into_any()),
    }
}

/// Shown in place of a page whose file could not be loaded: the server is unreachable, or runs another version by now.
#[component]
fn PageLoadError() -> impl IntoView {
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
