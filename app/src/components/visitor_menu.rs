//! Who is here, and the ways to be somebody else or nobody.

use leptos::{prelude::*, task::spawn_local};

use super::{announcer::use_announcer, sign_in_link::sign_in_address};
use crate::{
    api::{
        access::Role,
        session::sign_out,
        tenant::about::{About, Way},
    },
    browser::go_to,
};

/// The visitor's name; signing out, or choosing another person of the practice tenant.
#[component]
pub fn VisitorMenu(
    /// Who looks at the page, and where.
    about: About,
) -> impl IntoView {
    let About { way, visitor, .. } = about;
    let is_here = visitor.role != Role::SignedOut;
    // Whoever the practice tenant has signed in by itself has no user principal name, and no session to end.
    let has_session = !visitor.upn.is_empty();
    is_here.then(|| {
        view! {
            <div class="visitor">
                <p class="visitor__name" title=visitor.upn.clone()>
                    <span class="visually-hidden">"Signed in as "</span>
                    <bdi>{visitor.name}</bdi>
                    {(visitor.role == Role::EndUser).then_some(" (not an administrator)")}
                    {(visitor.role == Role::Auditor).then_some(" (auditor)")}
                </p>
                {(way == Way::Practice)
                    .then(|| {
                        view! {
                            <a class="link" rel="external" href=sign_in_address("/", true)>
                                "Switch person"
                            </a>
                        }
                    })}
                {has_session.then(|| view! { <SignOut /> })}
            </div>
        }
    })
}

/// Ends the session here, then the one with Microsoft.
#[component]
fn SignOut() -> impl IntoView {
    let announcer = use_announcer();
    let leave = move |_| {
        spawn_local(async move {
            match sign_out().await {
                Ok(address) => go_to(&address),
                Err(error) => announcer.say(error.0.to_string()),
            }
        });
    };
    view! {
        <button class="link" on:click=leave>
            "Sign out"
        </button>
    }
}
