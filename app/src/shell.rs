//! The document and the app around the pages: head, header, routes.

mod drop_anywhere;
mod first_steps;
mod focus_keeper;
#[cfg(feature = "ssr")]
mod headers;
mod palette;
mod routes;
mod shortcuts;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode, StaticSegment,
    components::{Route, Router, Routes},
    hooks::use_location,
};

#[cfg(all(feature = "hydrate", not(feature = "watch")))]
pub use self::routes::preload_page;
use self::{
    drop_anywhere::DropAnywhere,
    first_steps::FirstSteps,
    focus_keeper::FocusKeeper,
    palette::{CommandPalette, PaletteLink},
    routes::{AuditRoute, ImportRoute, SettingsRoute, SlipsRoute, home_page, my_page, preload_when_idle},
    shortcuts::{ShortcutKeys, focus_opened_page},
};
use crate::{
    api::boot_info::DeploymentMode,
    base::base,
    components::{
        header::{Header, PageLinks},
        live_region::LiveRegion,
        needs_app::NeedsApp,
        page_language::use_page_language,
        policy_note::PolicyNote,
    },
    i18n::header_texts,
    lazy::lazy_component,
    pages::{
        import::{LeaveGuard, provide_leave_guard},
        not_found::NotFoundPage,
        sign_in::SignInPage,
        signed_in::SignedInPage,
        signed_out::SignedOutPage,
    },
    paths,
    state::{self, boot_info::boot_info, shortcuts::use_shortcuts, token_actions::use_token_actions},
    token_actions::{self, TokenActionsDialog},
};

lazy_component!(token_actions: LazyTokenActions shows TokenActionsDialog);
lazy_component!(first_steps: LazyFirstSteps shows FirstSteps);

/// What the pages for administrators are, for search engines and link previews.
#[cfg(feature = "ssr")]
const DESCRIPTION: &str =
    "Hardware OATH tokens of an organisation in Microsoft Entra ID: import, assign, activate.";

/// Whether the app hydrates the document of this request.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Copy)]
struct IsHydrated(bool);

/// Whether the app hydrates this document, as it does where it runs.
fn is_hydrated() -> bool {
    #[cfg(feature = "ssr")]
    let is_hydrated = use_context::<IsHydrated>().is_some_and(|IsHydrated(is_hydrated)| is_hydrated);
    #[cfg(not(feature = "ssr"))]
    let is_hydrated = true;
    is_hydrated
}

/// The HTML document, rendered on the server. The app hydrates the pages for administrators and auditors; the others are
/// HTML alone, and *My tokens* has a small script.
#[cfg(feature = "ssr")]
pub fn document(options: &LeptosOptions) -> impl IntoView + use<> {
    use crate::base::href;
    let boot_info = boot_info();
    let path = use_context::<http::request::Parts>().map(|parts| parts.uri.path().to_owned());
    let path = path.unwrap_or_default();
    let language = crate::components::page_language::language_of(&path, boot_info.language);
    let is_hydrated = self::routes::is_hydrated(&path, &boot_info);
    provide_context(IsHydrated(is_hydrated));
    let is_my_page = path.trim_end_matches('/') == paths::MY;
    let description = if is_my_page { crate::i18n::page_texts(language).entry.lead } else { DESCRIPTION };
    headers::set(&boot_info, is_hydrated);
    let app = is_hydrated.then(|| view! { <HydrationScripts options=options.clone() root=base() /> });
    let boot_info = serde_json::to_string(&boot_info).unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() data-about=boot_info data-app=is_hydrated.then_some("")>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="description" content=description />
                {is_hydrated.then(crate::components::needs_app::script)}
                {(path == paths::INVENTORY && is_hydrated).then(crate::pages::inventory::table_script)}
                <link rel="icon" href=href("/favicon.svg") type="image/svg+xml" />
                <link rel="stylesheet" href=href("/pkg/token-inventory.css") />
                {app}
                {is_my_page.then(|| view! { <script type="module" src=href("/my.js")></script> })}
                <leptos_meta::MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Moves the focus to the content of a page that was just opened; it would stay on the link in the header otherwise.
#[component]
fn FocusOnNavigation() -> impl IntoView {
    let (path, shortcuts) = (use_location().pathname, use_shortcuts());
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(move || focus_opened_page(shortcuts));
        }
        now
    });
}

/// The skip link past the header.
#[component]
fn SkipLink() -> impl IntoView {
    let language = use_page_language();
    view! {
        // "external": the router would scroll there without moving the focus.
        <a class="skip" href="#main" rel="external">
            {move || header_texts(language.get()).skip}
        </a>
    }
}

/// The app: header, one page, announcer.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let boot_info = boot_info();
    let is_administrator = boot_info.is_administrator();
    let is_practice = is_administrator && boot_info.mode == DeploymentMode::Practice;
    // Only the browser knows whether they were dismissed.
    let wants_first_steps = RwSignal::new(false);
    Effect::new(move |_| wants_first_steps.set(first_steps::is_wanted()));
    provide_context(boot_info);
    if is_administrator {
        Effect::new(|_| preload_when_idle());
    }
    state::provide();
    provide_leave_guard();
    token_actions::provide_leave_guard();
    view! {
        <Title formatter=|page: String| format!("{page} · Token Inventory") />
        <Router base=base()>
            <SkipLink />
            <FocusOnNavigation />
            <Header>
                <LeaveGuard>
                    <PageLinks />
                    {is_administrator.then(|| view! { <PaletteLink /> })}
                </LeaveGuard>
            </Header>
            {is_hydrated().then(|| view! { <NeedsApp /> <FocusKeeper /> })}
            {is_administrator.then(|| view! { <PolicyNote /> })}
            <main id="main" tabindex="-1">
                <Routes fallback=NotFoundPage>
                    // In order: the first rows follow the head of the page, which is sent before Microsoft has answered.
                    <Route path=() view=home_page ssr=SsrMode::InOrder />
                    <Route path=StaticSegment(paths::AUDIT) view={Lazy::<AuditRoute>::new()} />
                    <Route path=StaticSegment(paths::IMPORT) view={Lazy::<ImportRoute>::new()} />
                    // The same, without scripts.
                    <Route path=StaticSegment(paths::MY) view=my_page ssr=SsrMode::InOrder />
                    <Route path=StaticSegment(paths::SETTINGS) view={Lazy::<SettingsRoute>::new()} />
                    <Route path=StaticSegment(paths::SLIPS) view={Lazy::<SlipsRoute>::new()} />
                    <Route path=StaticSegment(paths::SIGN_IN) view=SignInPage />
                    <Route path=StaticSegment(paths::SIGNED_IN) view=SignedInPage />
                    <Route path=StaticSegment(paths::SIGNED_OUT) view=SignedOutPage />
                </Routes>
            </main>
            {is_administrator.then(|| view! { <LazyTokenActions needed=Signal::derive(move || use_token_actions().has_batch()) /> })}
            {is_administrator.then(|| view! { <ShortcutKeys /> <CommandPalette /> <DropAnywhere /> })}
            {is_practice.then(|| view! { <LazyFirstSteps needed=wants_first_steps /> })}
            <LiveRegion />
        </Router>
    }
}
