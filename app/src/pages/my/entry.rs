//! What stands in place of the tokens: the way in, or why there are none.

use leptos::prelude::*;

use super::{PATH, SERIAL, help_desk::HelpDesk, words::Words};
use crate::{
    api::tenant::boot_info::{BootInfo, DeploymentMode},
    browser::percent_encode,
    components::sign_in_link::sign_in_url,
};

/// This page, with the serial number at hand, as a place to come back to.
pub fn way_back(serial: &str) -> String {
    if serial.is_empty() { PATH.to_owned() } else { format!("{PATH}?{SERIAL}={}", percent_encode(serial)) }
}

/// For whoever is not signed in: what this is, and one button.
#[component]
pub fn SignIn(words: &'static Words, serial: RwSignal<String>) -> impl IntoView {
    let entry = &words.entry;
    let BootInfo { mode, problem, .. } = expect_context();
    let back = way_back(&serial.get_untracked());
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
pub fn PracticeNobody(words: &'static Words, serial: RwSignal<String>) -> impl IntoView {
    let back = way_back(&serial.get_untracked());
    view! {
        <p>{words.entry.lead}</p>
        <p>{words.entry.practice_nobody}</p>
        <p>
            <a class="button button--primary button--large" rel="external" href=sign_in_url(&back, true)>
                {words.entry.choose_person}
            </a>
        </p>
    }
}

/// Where one person works at the machine.
#[component]
pub fn Local(words: &'static Words) -> impl IntoView {
    view! { <p>{words.entry.local}</p> }
}

/// Where the organisation does not want people to do this themselves.
#[component]
pub fn Off(words: &'static Words) -> impl IntoView {
    view! {
        <p>{words.entry.off}</p>
        <HelpDesk words />
    }
}
