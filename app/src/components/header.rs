//! The header: name, pages, who is here, and where the program runs.

use leptos::prelude::*;
use leptos_router::components::A;

use super::visitor_menu::VisitorMenu;
use crate::{
    api::tenant::about::{About, Way},
    pages::import::LeaveGuard,
};

/// The header of every page.
#[component]
pub fn Header() -> impl IntoView {
    let about = expect_context::<About>();
    let is_administrator = about.is_administrator();
    let pages = about.may_audit().then(|| {
        view! {
            <nav class="header__pages" aria-label="Pages">
                {is_administrator
                    .then(|| {
                        view! {
                            <A href="/" exact=true>"Inventory"</A>
                            <A href="/import">"Import"</A>
                        }
                    })}
                <A href="/audit">"Audit"</A>
                {is_administrator.then(|| view! { <A href="/settings">"Settings"</A> })}
            </nav>
        }
    });
    view! {
        <header class="header">
            <span class="header__name">
                <svg class="header__mark" viewBox="0 0 24 24" aria-hidden="true">
                    <rect x="2" y="6" width="20" height="12" rx="3" />
                    <path d="M6 12h2M11 12h2M16 12h2" />
                </svg>
                "Token Inventory"
            </span>
            <LeaveGuard>{pages}</LeaveGuard>
            {(about.way == Way::Practice)
                .then(|| {
                    view! {
                        <p class="header__where">
                            <strong>"Practice tenant"</strong>
                            " A made-up company: nothing leaves this machine."
                        </p>
                    }
                })}
            <VisitorMenu about />
        </header>
    }
}
