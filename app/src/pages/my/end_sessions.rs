//! Ends the user's sessions in all browsers.

use leptos::prelude::*;

use crate::{api::my_form::field, base::href, i18n::PageTexts, paths::SIGN_OUT};

/// The button that ends all sessions of the user, and then the one with Microsoft.
#[component]
pub fn EndSessions(texts: &'static PageTexts) -> impl IntoView {
    view! {
        <form class="hint" method="post" action=href(SIGN_OUT)>
            <input type="hidden" name=field::EVERYWHERE value="true" />
            <button class="link">{texts.entry.end_sessions}</button>
        </form>
    }
}
