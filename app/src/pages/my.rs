//! *My tokens*: signed-in users see their own tokens and activate them.
//!
//! For end users without prior knowledge, on a phone, in their language. The server renders the page and nothing hydrates it:
//! its forms work without scripts and without WebAssembly, and `public/my.js` improves them where it runs.

mod activations;
mod claim;
mod code_form;
mod done;
mod end_sessions;
mod entry;
mod form_error;
mod form_error_note;
mod help_desk;
mod languages;
mod links;
mod picture;
mod refresh;
mod scan;
mod script_texts;
mod state;
#[cfg(test)]
mod tests;
mod tokens;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use token_core::token::TokenId;

use self::{
    end_sessions::EndSessions,
    entry::{DisabledNote, LocalModeNote, PracticeAdminNote, SignInPrompt},
    languages::LanguageLinks,
    state::{OpenForm, PageQuery},
    tokens::TokenList,
};
use crate::{
    api::{
        access::Role,
        boot_info::{BootInfo, DeploymentMode},
        my_form::{LOOK_PARAM, OPEN_CLAIM, OPEN_PARAM, REFRESH_PARAM, SentForm},
        services::Services,
    },
    i18n::page_texts,
    paths::SERIAL_PARAM,
};

/// What the URL of this request asks for; the serial number that was typed into the form that was sent comes first.
fn query() -> PageQuery {
    let query = use_query_map().get_untracked();
    let value = |name: &str| query.get(name).unwrap_or_default().trim().to_owned();
    let typed = match use_context::<Services>().and_then(|services| services.form_answer) {
        Some(answer) => match answer.form {
            SentForm::Claim(serial) => Some(serial),
            SentForm::Activate(_) | SentForm::Refresh(_) => None,
        },
        None => None,
    };
    let open = match (value(OPEN_PARAM), value(REFRESH_PARAM)) {
        (open, _) if open == OPEN_CLAIM => Some(OpenForm::Claim),
        (open, refresh) => {
            let refresh = || TokenId::parse(&refresh).map(OpenForm::Refresh);
            TokenId::parse(&open).map(OpenForm::Token).or_else(refresh)
        }
    };
    PageQuery {
        serial: typed.unwrap_or_else(|| value(SERIAL_PARAM)),
        open,
        look: !value(LOOK_PARAM).is_empty(),
    }
}

/// The page *My tokens*.
#[component]
pub fn MyPage() -> impl IntoView {
    let boot_info = expect_context::<BootInfo>();
    let texts = page_texts(boot_info.language);
    let query = query();
    let serial = query.serial.clone();
    let content = match (boot_info.mode, boot_info.user.role) {
        (DeploymentMode::Local, _) => view! { <LocalModeNote texts /> }.into_any(),
        (_, Role::SignedOut) => view! { <SignInPrompt texts serial /> }.into_any(),
        // The administrator whom the practice tenant signs in automatically is no user of the directory.
        (DeploymentMode::Practice, _) if boot_info.user.upn.is_empty() => {
            view! { <PracticeAdminNote texts serial /> }.into_any()
        }
        _ if !boot_info.self_service.activate => view! { <DisabledNote texts /> }.into_any(),
        _ => view! { <TokenList texts query=query.clone() /> <EndSessions texts /> }.into_any(),
    };
    view! {
        <Title text=texts.entry.title />
        <div class="page page--mine">
            <LanguageLinks now=boot_info.language query />
            <h1>{texts.entry.title}</h1>
            {content}
        </div>
    }
}
