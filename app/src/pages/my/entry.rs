//! What stands in place of the tokens: the way in, or why there are none.

use leptos::prelude::*;

use super::{PATH, SERIAL, help_desk::HelpDesk, i18n::PageTexts};
use crate::{
    api::tenant::boot_info::{BootInfo, DeploymentMode},
    browser::percent_encode,
    components::sign_in_link::sign_in_url,
};

/// This page, with the serial number at hand, as a place to come back to.
pub fn return_path(serial: &str) -> String {
    if serial.is_empty() { PATH.to_owned() } else { format!("{PATH}?{SERIAL}={}", percent_encode(serial)) }
}

/// For whoever is not signed in: what this is, and one button.
#[component]
pub fn SignInPrompt(texts: &'static PageTexts, serial: RwSignal<String>) -> impl IntoView {
    let entry = &texts.entry;
    let BootInfo { mode, problem, .. } = expect_context();
    let back = return_path(&serial.get_untracked());
    let button = if mode == DeploymentMode::Practice { entry.choose_person } else { entry.sign_in };
    view! {
        <p>{entry.lead}</p>
        {problem
            .map(|problem| {
                view! {
                    <div class="note note--danger" role="alert">
                        <p>
                            <strong>{entry.sign_in_failed}</strong>
                            " "
                            <span lang="en">{problem}</span>
                        </p>
                    </div>
                }
            })}
        <p>{entry.why_sign_in}</p>
        <p>
            <a class="button button--primary button--large" rel="external" href=sign_in_url(&back, false)>
                {button}
            </a>
        </p>
        <p class="hint">
            {entry.come_back} " "
            <a rel="external" href=sign_in_url(&back, true)>
                {entry.other_account}
            </a>
        </p>
    }
}

/// For the practice tenant's administrator.
#[component]
pub fn PracticeAdminNote(texts: &'static PageTexts, serial: RwSignal<String>) -> impl IntoView {
    let back = return_path(&serial.get_untracked());
    view! {
        <p>{texts.entry.lead}</p>
        <p>{texts.entry.practice_nobody}</p>
        <p>
            <a class="button button--primary button--large" rel="external" href=sign_in_url(&back, true)>
                {texts.entry.choose_person}
            </a>
        </p>
    }
}

/// Where one person works at the machine.
#[component]
pub fn LocalModeNote(texts: &'static PageTexts) -> impl IntoView {
    view! { <p>{texts.entry.local}</p> }
}

/// Where the organisation does not want people to do this themselves.
#[component]
pub fn DisabledNote(texts: &'static PageTexts) -> impl IntoView {
    view! {
        <p>{texts.entry.off}</p>
        <HelpDesk texts />
    }
}
