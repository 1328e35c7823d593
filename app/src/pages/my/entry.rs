//! What is shown instead of the tokens: the sign-in link, or why there are no tokens.

use leptos::prelude::*;

use super::{PATH, SERIAL, help_desk::HelpDesk, i18n::PageTexts};
use crate::{
    api::tenant::boot_info::{BootInfo, DeploymentMode},
    browser::percent_encode,
    components::sign_in_link::sign_in_url,
};

/// The path of this page with the serial number, to return to after sign-in.
pub fn return_path(serial: &str) -> String {
    if serial.is_empty() { PATH.to_owned() } else { format!("{PATH}?{SERIAL}={}", percent_encode(serial)) }
}

/// For signed-out users: what the page is for, and a sign-in link.
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

/// For the practice administrator, who has no tokens.
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

/// In local mode, without sign-in.
#[component]
pub fn LocalModeNote(texts: &'static PageTexts) -> impl IntoView {
    view! { <p>{texts.entry.local}</p> }
}

/// When the organisation has turned off self-service.
#[component]
pub fn DisabledNote(texts: &'static PageTexts) -> impl IntoView {
    view! {
        <p>{texts.entry.off}</p>
        <HelpDesk texts />
    }
}
