//! The routes of the pages: which are lazy, who may see them, and what others see in their place.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::LazyRoute;

use crate::{
    api::{access::Role, boot_info::BootInfo},
    lazy::{PageLoadError, lazy_view},
    pages::{
        audit::AuditPage, import::ImportPage, inventory::InventoryPage, no_access::NoAccessPage,
        settings::SettingsPage, sign_in::SignInPage, slips::SlipsPage,
    },
};

/// Who may see a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    Administrators,
    Auditors,
}

impl Audience {
    /// What the current user sees in place of the page; `None` when they may see it.
    fn access_denied(self) -> Option<AnyView> {
        match self {
            Self::Administrators => access_denied(),
            Self::Auditors if expect_context::<BootInfo>().may_audit() => None,
            Self::Auditors => access_denied(),
        }
    }

    /// Whether the user may see the page.
    fn includes(self, boot_info: &BootInfo) -> bool {
        match self {
            Self::Administrators => boot_info.is_administrator(),
            Self::Auditors => boot_info.may_audit(),
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
                    if Audience::$audience.includes(&expect_context()) {
                        // After a failure `view` tries again and shows the error.
                        _ = $name::preload().await;
                    }
                }
            }

            mod $name {
                use super::*;

                lazy_view!(pub(super) $name shows $page);
            }
        )+

        /// Who may see the lazy page at this path, which is its name between slashes.
        #[cfg(feature = "ssr")]
        fn audience_of(path: &str) -> Option<Audience> {
            match path {
                $(stringify!($name) => Some(Audience::$audience),)+
                _ => None,
            }
        }

        /// Loads the page at this path below the base path, so that its document is hydrated without a pause: an effect that changed
        /// the document in a pause would leave the rest without the elements that it expects.
        #[cfg(all(feature = "hydrate", not(feature = "watch")))]
        pub async fn preload_page(path: &str) {
            match path.trim_matches('/') {
                // A page that fails to load here is loaded again when it is shown.
                $(stringify!($name) => _ = $name::preload().await,)+
                _ => {}
            }
        }

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

lazy_pages! {
    audit: AuditRoute shows AuditPage to Auditors;
    import: ImportRoute shows ImportPage to Administrators;
    settings: SettingsRoute shows SettingsPage to Administrators;
    slips: SlipsRoute shows SlipsPage to Administrators;
}

/// The page at the root: the inventory, for administrators. It belongs to the main module.
pub fn home_page() -> AnyView {
    access_denied().unwrap_or_else(|| InventoryPage().into_any())
}

/// *My tokens*, which the server alone renders.
#[cfg(feature = "ssr")]
pub fn my_page() -> AnyView {
    crate::pages::my::MyPage().into_any()
}

/// The app does not contain *My tokens*. All links to it load its document; whatever else leads here does so, too.
#[cfg(not(feature = "ssr"))]
pub fn my_page() -> AnyView {
    Effect::new(|_| crate::browser::navigate_to(&crate::browser::current_path()));
    ().into_any()
}

/// Whether the app hydrates the page at this path below the base path, for this user. The other pages are HTML and need no
/// WebAssembly: *My tokens*, the pages around signing in, and errors.
#[cfg(feature = "ssr")]
pub fn is_hydrated(path: &str, boot_info: &BootInfo) -> bool {
    match path.trim_matches('/') {
        "" => boot_info.is_administrator(),
        path => audience_of(path).is_some_and(|audience| audience.includes(boot_info)),
    }
}

/// What a user who is no administrator sees in place of a page for administrators; the server refuses them the data,
/// too.
fn access_denied() -> Option<AnyView> {
    match expect_context::<BootInfo>().user.role {
        Role::Administrator => None,
        Role::EndUser | Role::Auditor => Some(NoAccessPage().into_any()),
        Role::SignedOut => Some(SignInPage().into_any()),
    }
}
