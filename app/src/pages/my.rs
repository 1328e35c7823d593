//! *My tokens*: signed-in users see their own tokens and activate them.
//!
//! For end users without prior knowledge, on a phone, in their language.

mod activations;
mod camera;
mod claim;
mod code_field;
mod code_form;
mod done;
mod end_sessions;
mod entry;
mod form_error;
mod form_error_note;
mod help_desk;
mod languages;
mod picture;
mod refresh;
mod scan;
mod store;
mod submit;
mod tokens;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::{
    end_sessions::EndSessions,
    entry::{DisabledNote, LocalModeNote, PracticeAdminNote, SignInPrompt},
    languages::LanguageLinks,
    store::MyTokensState,
    tokens::TokenList,
};
use crate::{
    api::{
        access::Role,
        boot_info::{BootInfo, DeploymentMode},
    },
    i18n::page_texts,
    paths::SERIAL_PARAM,
};

/// The page *My tokens*.
#[component]
pub fn MyPage() -> impl IntoView {
    let boot_info = expect_context::<BootInfo>();
    let texts = page_texts(boot_info.language);
    let named = use_query_map().with_untracked(|query| query.get(SERIAL_PARAM)).unwrap_or_default();
    let serial = RwSignal::new(named.trim().to_owned());
    let content = match (boot_info.mode, boot_info.user.role) {
        (DeploymentMode::Local, _) => view! { <LocalModeNote texts /> }.into_any(),
        (_, Role::SignedOut) => view! { <SignInPrompt texts serial /> }.into_any(),
        // The administrator whom the practice tenant signs in automatically is no user of the directory.
        (DeploymentMode::Practice, _) if boot_info.user.upn.is_empty() => {
            view! { <PracticeAdminNote texts serial /> }.into_any()
        }
        _ if !boot_info.self_service.activate => view! { <DisabledNote texts /> }.into_any(),
        _ => view! { <TokenList state=MyTokensState::new(texts, serial) /> <EndSessions texts /> }.into_any(),
    };
    view! {
        <Title text=texts.entry.title />
        <div class="page page--mine">
            <LanguageLinks now=boot_info.language serial />
            <h1>{texts.entry.title}</h1>
            {content}
        </div>
    }
}
