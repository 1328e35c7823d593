//! *My tokens*: whoever is signed in sees their own tokens and activates the one in their hand.
//!
//! For people who have never heard of any of this, on a phone, in their language.

mod camera;
mod claim;
mod code_field;
mod code_form;
mod done;
mod entry;
mod help_desk;
mod languages;
mod picture;
mod refusal;
mod scan;
mod sending;
mod store;
mod tokens;
pub mod words;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::{
    entry::{Local, Off, PracticeNobody, SignIn},
    languages::Languages,
    store::Mine,
    tokens::Tokens,
    words::words,
};
use crate::api::{
    access::Role,
    tenant::boot_info::{BootInfo, DeploymentMode},
};

/// The page's own address.
pub const PATH: &str = "/my";
/// Names a serial number in the address: `/my?serial=…`.
pub const SERIAL: &str = "serial";

/// The page about one's own tokens.
#[component]
pub fn MyPage() -> impl IntoView {
    let boot_info = expect_context::<BootInfo>();
    let words = words(boot_info.language);
    let named = use_query_map().with_untracked(|query| query.get(SERIAL)).unwrap_or_default();
    let serial = RwSignal::new(named.trim().to_owned());
    let content = match (boot_info.mode, boot_info.user.role) {
        (DeploymentMode::Local, _) => view! { <Local words /> }.into_any(),
        (_, Role::SignedOut) => view! { <SignIn words serial /> }.into_any(),
        // Whom the practice tenant has signed in by itself is nobody who could hold a token.
        (DeploymentMode::Practice, _) if boot_info.user.upn.is_empty() => {
            view! { <PracticeNobody words serial /> }.into_any()
        }
        _ if !boot_info.self_service.activate => view! { <Off words /> }.into_any(),
        _ => view! { <Tokens mine=Mine::new(words, serial) /> }.into_any(),
    };
    view! {
        <Title text=words.entry.title />
        <div class="page page--mine">
            <Languages now=boot_info.language serial />
            <h1>{words.entry.title}</h1>
            {content}
        </div>
    }
}
