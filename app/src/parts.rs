//! Pages, and pieces of pages, that the first one does not need. In a release build each is a file of its own, loaded when
//! it is opened or as soon as the browser has nothing else to do; elsewhere they are like any other.
//!
//! Code goes to a part when nothing else uses it; what several parts use is shared between them. State that outlives
//! a page is lent by [`crate::shell::App`] and stays with the first page.

use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use leptos_meta::Title;
use leptos_router::LazyRoute;

use crate::{
    api::{access::Role, tenant::about::About},
    pages::{
        audit::AuditPage,
        import::ImportPage,
        inventory::{Dialogs, PanelView},
        my::MyPage,
        no_access::NoAccessPage,
        settings::SettingsPage,
        sign_in::SignInPage,
        slips::SlipsPage,
    },
    work::WorkDialog,
};

/// The module of one part: how its view is made, and how it is loaded beforehand. The name is that of the file,
/// `split_NAME.wasm`.
macro_rules! part {
    ($part:ident shows $view:ident) => {
        mod $part {
            use super::*;

            #[cfg(feature = "split")]
            #[leptos::wasm_split::wasm_split(
                        $part, wasm_split_path = leptos::wasm_split, preload(#[doc(hidden)] preload), fallible
                    )]
            pub(super) fn view() -> Result<AnyView, SplitLoaderError> {
                Ok($view().into_any())
            }

            #[cfg(not(feature = "split"))]
            pub(super) async fn view() -> Result<AnyView, SplitLoaderError> {
                // The document names the files of the part that it shows, so that they are loaded at once.
                #[cfg(feature = "ssr")]
                leptos::prefetch_lazy_fn_on_server(stringify!($part));
                Ok($view().into_any())
            }

            #[cfg(not(feature = "split"))]
            pub(super) async fn preload() -> Result<(), SplitLoaderError> {
                Ok(())
            }
        }
    };
}

/// For whom a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    Administrators,
    Auditors,
    Everybody,
}

impl Audience {
    /// What this visitor sees in place of the page.
    fn refusal(self) -> Option<AnyView> {
        match self {
            Self::Administrators => refusal(),
            Self::Auditors if expect_context::<About>().may_audit() => None,
            Self::Auditors => refusal(),
            Self::Everybody => None,
        }
    }

    /// Whether the page is for this visitor.
    fn has_visitor(self) -> bool {
        let about = expect_context::<About>();
        match self {
            Self::Administrators => about.is_administrator(),
            Self::Auditors => about.may_audit(),
            Self::Everybody => true,
        }
    }
}

/// Declares pages: `name: Route shows Page to Audience;`. The route goes into `Routes` as `view={Lazy::<Route>::new()}`.
macro_rules! pages {
    ($($part:ident: $route:ident shows $page:ident to $audience:ident;)+) => {
        $(
            #[doc = concat!("The route of [`", stringify!($page), "`].")]
            #[derive(Debug)]
            pub struct $route;

            impl LazyRoute for $route {
                fn data() -> Self {
                    Self
                }

                async fn view(_: Self) -> AnyView {
                    match Audience::$audience.refusal() {
                        Some(refusal) => refusal,
                        None => $part::view().await.unwrap_or_else(|_| NotLoaded().into_any()),
                    }
                }

                async fn preload() {
                    if Audience::$audience.has_visitor() {
                        // What cannot be loaded is tried again by `view`, which says so.
                        _ = $part::preload().await;
                    }
                }
            }

            part!($part shows $page);
        )+

        /// Loads every page as soon as the browser is idle, so that no link waits for one. Browsers that cannot tell
        /// when they are load a page when it is opened.
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

/// Declares pieces of pages: `name: Piece shows Component;`. The piece is put where its component would be.
macro_rules! pieces {
    ($($part:ident: $piece:ident shows $component:ident;)+) => {
        $(
            /// A piece of a page, loaded when it is wanted or the browser is idle.
            #[component]
            pub fn $piece(
                /// Whether it is wanted now; once it is there it stays.
                #[prop(into)]
                wanted: Signal<bool>,
            ) -> impl IntoView {
                let is_loaded = RwSignal::new(false);
                Effect::new(move |_| {
                    request_idle_callback(move || {
                        spawn_local(async move {
                            // What fails here is loaded when it is wanted.
                            let loaded = $part::preload().await;
                            _ = is_loaded.try_set(loaded.is_ok());
                        });
                    });
                });
                let is_there = once(wanted, is_loaded);
                move || {
                    is_there.get().then(|| {
                        Suspend::new(async { $part::view().await.unwrap_or_else(|_| NotLoadedNote().into_any()) })
                    })
                }
            }

            part!($part shows $component);
        )+
    };
}

/// True from the first moment on in which either is.
fn once(wanted: Signal<bool>, is_loaded: RwSignal<bool>) -> Memo<bool> {
    Memo::new(move |before| before.copied().unwrap_or(false) || wanted.get() || is_loaded.get())
}

pages! {
    audit: AuditRoute shows AuditPage to Auditors;
    import: ImportRoute shows ImportPage to Administrators;
    my: MyRoute shows MyPage to Everybody;
    settings: SettingsRoute shows SettingsPage to Administrators;
    slips: SlipsRoute shows SlipsPage to Administrators;
}

pieces! {
    panels: PanelsPiece shows PanelView;
    bulk: BulkPiece shows Dialogs;
    work: WorkPiece shows WorkDialog;
}

/// What everybody sees in place of a page for administrators. The server refuses them the data all the same.
pub fn refusal() -> Option<AnyView> {
    match expect_context::<About>().user.role {
        Role::Administrator => None,
        Role::EndUser | Role::Auditor => Some(NoAccessPage().into_any()),
        Role::SignedOut => Some(SignInPage().into_any()),
    }
}

/// In place of a page whose part did not come: the server is away, or runs another version by now.
#[component]
fn NotLoaded() -> impl IntoView {
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

/// In place of a piece that did not come.
#[component]
fn NotLoadedNote() -> impl IntoView {
    view! {
        <div class="note note--danger" role="alert">
            <p>
                "A part of this page could not be loaded: the server did not answer, or was updated since you opened Token Inventory. Load the page again."
            </p>
        </div>
    }
}
