//! The header: name, pages, current user, and a note on the practice tenant.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{page_language::use_page_language, user_menu::UserMenu};
use crate::{
    api::{
        access::Role,
        boot_info::{BootInfo, DeploymentMode},
    },
    base::href,
    i18n::header_texts,
    paths,
};

/// The header of every page.
#[component]
pub fn Header(
    /// The links to the pages: [`PageLinks`].
    children: Children,
) -> impl IntoView {
    let boot_info = expect_context::<BootInfo>();
    let language = use_page_language();
    let words = move || header_texts(language.get());
    view! {
        <header class="header">
            <span class="header__name">
                <svg class="header__mark" viewBox="0 0 24 24" aria-hidden="true">
                    <rect x="2" y="6" width="20" height="12" rx="3" />
                    <path d="M6 12h2M11 12h2M16 12h2" />
                </svg>
                "Token Inventory"
            </span>
            {children()}
            {(boot_info.mode == DeploymentMode::Practice)
                .then(|| {
                    view! {
                        <p class="header__where">
                            <strong>{move || words().practice}</strong>
                            " "
                            <span class="header__more">{move || words().practice_more}</span>
                        </p>
                    }
                })}
            <UserMenu boot_info />
        </header>
    }
}

/// The links to the pages of the current user.
#[component]
pub fn PageLinks() -> impl IntoView {
    let boot_info = expect_context::<BootInfo>();
    match boot_info.user.role {
        Role::Administrator => Some(view! { <AdministratorsPages mode=boot_info.mode /> }.into_any()),
        Role::EndUser => Some(view! { <OwnPage /> }.into_any()),
        Role::Auditor => Some(view! { <AuditorsPages /> }.into_any()),
        Role::SignedOut => None,
    }
}

/// The links to the administrators' pages, always in English.
#[component]
fn AdministratorsPages(mode: DeploymentMode) -> impl IntoView {
    // The local operator does not sign in, and so has no tokens of their own.
    let own = (mode != DeploymentMode::Local).then(|| view! { <OwnPageLink /> });
    view! {
        <nav class="header__pages" aria-label="Pages" lang="en">
            <A href=href(paths::INVENTORY) exact=true>"Inventory"</A>
            <A href=href(paths::IMPORT)>"Import"</A>
            <A href=href(paths::AUDIT)>"Audit"</A>
            <A href=href(paths::SETTINGS)>"Settings"</A>
            {own}
        </nav>
    }
}

/// The links for auditors: the audit log and their own tokens.
#[component]
fn AuditorsPages() -> impl IntoView {
    view! {
        <nav class="header__pages" aria-label="Pages" lang="en">
            <A href=href(paths::AUDIT)>"Audit"</A>
            <OwnPageLink />
        </nav>
    }
}

/// The link for end users: their own tokens.
#[component]
fn OwnPage() -> impl IntoView {
    let language = use_page_language();
    view! {
        <nav class="header__pages" aria-label=move || header_texts(language.get()).pages>
            <OwnPageLink />
        </nav>
    }
}

/// The link to *My tokens*, in English on the administrators' pages.
#[component]
fn OwnPageLink() -> impl IntoView {
    let language = use_page_language();
    let is_end_user = expect_context::<BootInfo>().user.role == Role::EndUser;
    let text = move || if is_end_user { header_texts(language.get()).my_tokens } else { "My tokens" };
    view! {
        // "external": the server alone renders that page.
        <A href=href(paths::MY) attr:rel="external">
            {text}
        </A>
    }
}
