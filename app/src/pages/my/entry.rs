//! What is shown instead of the tokens: the sign-in link, or why there are no tokens.

use leptos::prelude::*;

use super::help_desk::HelpDesk;
use crate::{
    api::{
        boot_info::{BootInfo, DeploymentMode},
        services::Services,
    },
    i18n::PageTexts,
    paths::{my_tokens, start_sign_in},
};

/// For signed-out users: what the page is for, and a sign-in link.
#[component]
pub fn SignInPrompt(texts: &'static PageTexts, serial: String) -> impl IntoView {
    let entry = &texts.entry;
    let Services { form_answer, boot_info: BootInfo { mode, problem, .. }, .. } = expect_context();
    // A form was sent after the session had ended.
    let signed_out = form_answer.is_some().then(|| {
        view! {
            <p class="note note--danger" role="alert">
                {texts.refusal.signed_out}
            </p>
        }
    });
    let back = my_tokens(&serial);
    let button = if mode == DeploymentMode::Practice { entry.choose_person } else { entry.sign_in };
    view! {
        <p>{entry.lead}</p>
        {signed_out}
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
            <a class="button button--primary button--large" href=start_sign_in(&back, false)>
                {button}
            </a>
        </p>
        <p class="hint">
            {entry.come_back} " "
            <a href=start_sign_in(&back, true)>
                {entry.other_account}
            </a>
        </p>
    }
}

/// For the practice administrator, who has no tokens.
#[component]
pub fn PracticeAdminNote(texts: &'static PageTexts, serial: String) -> impl IntoView {
    let back = my_tokens(&serial);
    view! {
        <p>{texts.entry.lead}</p>
        <p>{texts.entry.practice_nobody}</p>
        <p>
            <a class="button button--primary button--large" href=start_sign_in(&back, true)>
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
