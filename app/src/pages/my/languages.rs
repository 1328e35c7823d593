//! The language links.

use leptos::prelude::*;

use super::state::PageQuery;
use crate::{i18n::header_texts, language::Language, paths::my_tokens_in};

/// A link for each language, by its native name. It keeps the open form and the serial number; the script of the page puts
/// a serial number there that was typed and not sent.
#[component]
pub fn LanguageLinks(
    /// The current language.
    now: Language,
    /// What the URL asks for.
    query: PageQuery,
) -> impl IntoView {
    let links = Language::ALL.map(|language| {
        let open = query.open.as_ref().and_then(|open| open.parameter());
        view! {
            <li>
                <a
                    href=my_tokens_in(language, &query.serial, open)
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
