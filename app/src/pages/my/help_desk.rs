//! Where the person gets help.

use leptos::prelude::*;

use super::i18n::PageTexts;
use crate::api::tenant::boot_info::BootInfo;

/// The organisation's own words about its help desk, or the advice to ask it.
#[component]
pub fn HelpDesk(texts: &'static PageTexts) -> impl IntoView {
    let told = match expect_context::<BootInfo>().self_service.help_desk {
        Some(line) => view! {
            {texts.entry.help_desk}
            " "
            <bdi>{line}</bdi>
        }
        .into_any(),
        None => texts.entry.help_desk_unnamed.into_any(),
    };
    view! { <p class="help-desk">{told}</p> }
}
