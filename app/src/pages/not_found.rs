//! The page for unknown URLs.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use crate::{base::href, paths};

/// Says that there is no such page, with status 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text="Page not found" />
        <div class="page page--text">
            <h1>"Page not found"</h1>
            <p>"There is nothing at this address."</p>
            <p>
                <A href=href(paths::INVENTORY)>"Go to the inventory"</A>
            </p>
        </div>
    }
}
