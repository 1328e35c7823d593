//! The header: name, pages, and where the program runs.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::{api::tenant::about::About, pages::import::LeaveGuard};

/// The header of every page.
#[component]
pub fn Header() -> impl IntoView {
    let practice = expect_context::<About>().practice;
    view! {
        <header class="header">
            <span class="header__name">
                <svg class="header__mark" viewBox="0 0 24 24" aria-hidden="true">
                    <rect x="2" y="6" width="20" height="12" rx="3" />
                    <path d="M6 12h2M11 12h2M16 12h2" />
                </svg>
                "Token Inventory"
            </span>
            <LeaveGuard>
                <nav class="header__pages" aria-label="Pages">
                    <A href="/" exact=true>"Inventory"</A>
                    <A href="/import">"Import"</A>
                </nav>
            </LeaveGuard>
            {practice
                .then(|| {
                    view! {
                        <p class="header__where">
                            <strong>"Practice tenant"</strong>
                            " A made-up company: nothing leaves this machine."
                        </p>
                    }
                })}
        </header>
    }
}
