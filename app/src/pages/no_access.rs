//! Shown to signed-in users who are not administrators.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use crate::{
    api::boot_info::BootInfo,
    base::href,
    i18n::header_texts,
    paths::{self, start_sign_in},
};

/// Names the missing role, and who can assign it.
#[component]
pub fn NoAccessPage() -> impl IntoView {
    let boot_info: BootInfo = expect_context();
    let may_audit = boot_info.may_audit();
    let BootInfo { user, admin_role, language, .. } = boot_info;
    let own = header_texts(language).my_tokens;
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::FORBIDDEN);
    }
    view! {
        <Title text="Administrators only" />
        <div class="page page--text">
            <h1>"This page is for administrators"</h1>
            <p>
                "You are signed in as " <strong><bdi>{user.name}</bdi></strong> " (" <bdi>{user.upn}</bdi>
                "), without the role that managing tokens needs."
            </p>
            {may_audit
                .then(|| {
                    view! {
                        <p>"As an auditor you see what was done here, and by whom:"</p>
                        <p>
                            <A href=href(paths::AUDIT) attr:class="button button--primary">
                                "Open the audit trail"
                            </A>
                        </p>
                    }
                })}
            <p>"Your own hardware tokens are here:"</p>
            <p>
                <A href=href(paths::MY) attr:class="button button--primary button--large" attr:rel="external" attr:lang=language.tag()>
                    {own}
                </A>
            </p>
            <p>
                "If you should have the role, ask an administrator of Microsoft Entra to assign you the app role "
                <strong>{admin_role}</strong>
                ": Entra admin center → Enterprise applications → this app → Users and groups → Add user/group. Then sign in again."
            </p>
            <p>
                "If you have it already, the app registration may send groups in place of app roles: App registrations → this app → Token configuration → groups claim must not emit groups as role claims."
            </p>
            <p class="actions">
                <a class="button" rel="external" href=start_sign_in(paths::INVENTORY, false)>
                    "Sign in again"
                </a>
                <a class="button" rel="external" href=start_sign_in(paths::INVENTORY, true)>
                    "Use another account"
                </a>
            </p>
        </div>
    }
}
