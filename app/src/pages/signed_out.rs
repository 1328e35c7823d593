//! Shown after signing out.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::boot_info::{BootInfo, DeploymentMode},
    base::href,
    paths::{self, start_sign_in},
};

/// Confirms the sign-out, and links to sign-in.
#[component]
pub fn SignedOutPage() -> impl IntoView {
    let is_practice = expect_context::<BootInfo>().mode == DeploymentMode::Practice;
    view! {
        <Title text="Signed out" />
        <div class="page page--text">
            <h1>"You are signed out"</h1>
            <p>"Here, and at Microsoft in this browser."</p>
            <p class="actions">
                <a class="button button--primary" rel="external" href=start_sign_in(paths::INVENTORY, false)>
                    "Sign in again"
                </a>
                {is_practice
                    .then(|| {
                        view! {
                            <a class="button" rel="external" href=href(paths::INVENTORY)>
                                "Go on as the practice administrator"
                            </a>
                        }
                    })}
            </p>
        </div>
    }
}
