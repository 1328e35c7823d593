//! Shown to signed-out users.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::boot_info::{BootInfo, DeploymentMode},
    components::sign_in_link::use_current_path,
    paths::start_sign_in,
};

/// A link to sign in with Microsoft, and the error of the last attempt.
#[component]
pub fn SignInPage() -> impl IntoView {
    let boot_info = expect_context::<BootInfo>();
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::UNAUTHORIZED);
    }
    let problem = boot_info.problem.map(|problem| {
        view! {
            <div class="note note--danger" role="alert">
                <p>
                    <strong>"Signing in did not succeed. "</strong>
                    {problem}
                </p>
            </div>
        }
    });
    view! {
        <Title text="Sign in" />
        <div class="page page--text">
            <h1>"Sign in"</h1>
            {problem}
            {match boot_info.mode {
                DeploymentMode::Local => view! { <OperatorOnly /> }.into_any(),
                mode => view! { <MicrosoftSignIn mode /> }.into_any(),
            }}
        </div>
    }
}

/// The link to sign in with Microsoft.
#[component]
fn MicrosoftSignIn(mode: DeploymentMode) -> impl IntoView {
    // For pages to which one cannot return, the server redirects to the start page.
    let back = use_current_path();
    let (button, words) = match mode {
        DeploymentMode::Practice => ("Choose a user", "of the made-up company, and be that user here."),
        _ => ("Sign in with Microsoft", "with the account of your organisation. You come back to this page."),
    };
    view! {
        <p>"Hardware tokens of your organisation: import, assign, activate."</p>
        <p>
            <a class="button button--primary" rel="external" href=move || start_sign_in(&back.get(), false)>
                {button}
            </a>
        </p>
        <p class="hint">
            {format!("{button} {words} ")}
            <a rel="external" href=move || start_sign_in(&back.get(), true)>
                "Use another account"
            </a>
        </p>
    }
}

/// In local mode only the operator has access, without sign-in.
#[component]
fn OperatorOnly() -> impl IntoView {
    view! {
        <p>"The person at this machine has connected Token Inventory to a tenant, and nobody else may use it."</p>
        <p>
            "Is that you? Use the browser in which you opened the link that Token Inventory printed when it was started. The link opens once; start Token Inventory again to get a new one."
        </p>
    }
}
