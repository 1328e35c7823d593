//! The current user, with links to switch and to sign out.

use leptos::prelude::*;

use super::page_language::{use_is_my_page, use_page_language};
use crate::{
    api::{
        access::Role,
        boot_info::{BootInfo, DeploymentMode},
    },
    base::href,
    i18n::header_texts,
    paths::{self, start_sign_in},
};

/// The current user's name; sign-out, and in the practice tenant the choice of another person.
#[component]
pub fn UserMenu(
    /// The deployment and the current user.
    boot_info: BootInfo,
) -> impl IntoView {
    let BootInfo { mode, user, .. } = boot_info;
    let language = use_page_language();
    let is_my_page = use_is_my_page();
    let is_here = user.role != Role::SignedOut;
    // A user whom the practice tenant signed in automatically has no user principal name and no session.
    let has_session = !user.upn.is_empty() || user.operator;
    is_here.then(|| {
        view! {
            <div class="visitor">
                <p class="visitor__name" title=user.upn.clone()>
                    <span class="visually-hidden">{move || header_texts(language.get()).signed_in_as}</span>
                    <bdi>{user.name}</bdi>
                    {move || (user.role == Role::EndUser && !is_my_page.get()).then_some(" (not an administrator)")}
                    {move || (user.role == Role::Auditor && !is_my_page.get()).then_some(" (auditor)")}
                </p>
                {(mode == DeploymentMode::Practice)
                    .then(|| {
                        view! {
                            <a class="link" rel="external" href=start_sign_in(paths::INVENTORY, true)>
                                {move || header_texts(language.get()).switch_person}
                            </a>
                        }
                    })}
                {has_session.then(|| view! { <SignOut /> })}
            </div>
        }
    })
}

/// Ends the session here, then the one with Microsoft. A form, which works on pages without the app.
#[component]
fn SignOut() -> impl IntoView {
    let language = use_page_language();
    view! {
        <form method="post" action=href(paths::SIGN_OUT)>
            <button class="link">{move || header_texts(language.get()).sign_out}</button>
        </form>
    }
}
