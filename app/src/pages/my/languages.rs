//! The language links.

use leptos::prelude::*;

use crate::{i18n::header_texts, language::Language, paths::my_tokens_in};

/// A link for each language, by its native name. The entered serial number is kept.
#[component]
pub fn LanguageLinks(
    /// The current language.
    now: Language,
    /// The entered serial number.
    serial: RwSignal<String>,
) -> impl IntoView {
    let links = Language::ALL.map(|language| {
        let href = move || serial.with(|serial| my_tokens_in(language, serial));
        view! {
            <li>
                // "external": the server renders the page and stores the choice in a cookie.
                <a
                    rel="external"
                    href=href
                    lang=language.tag()
                    hreflang=language.tag()
                    aria-current=(language == now).then_some("true")
                >
                    {language.native_name()}
                </a>
            </li>
        }
    });
    view! {
        <nav class="languages" aria-label=header_texts(now).language>
            <ul>{links.into_iter().collect_view()}</ul>
        </nav>
    }
}
