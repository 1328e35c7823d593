//! The help desk.

use leptos::prelude::*;

use crate::{api::boot_info::BootInfo, i18n::PageTexts};

/// The contact text that the organisation configured, or a generic advice.
#[component]
pub fn HelpDesk(texts: &'static PageTexts) -> impl IntoView {
    let text = match expect_context::<BootInfo>().self_service.help_desk {
        Some(line) => view! {
            {texts.entry.help_desk}
            " "
            <bdi>{line}</bdi>
        }
        .into_any(),
        None => texts.entry.help_desk_unnamed.into_any(),
    };
    view! { <p class="help-desk">{text}</p> }
}
