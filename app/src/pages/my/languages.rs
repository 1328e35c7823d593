//! The language links.

use leptos::prelude::*;

use super::{PATH, SERIAL, i18n::header_texts};
use crate::{base::href, browser::percent_encode, language::Language};

/// The URL of the page in a language, with the serial number if there is one.
fn language_url(serial: &str, language: Language) -> String {
    let serial =
        if serial.is_empty() { String::new() } else { format!("{SERIAL}={}&", percent_encode(serial)) };
    href(&format!("{PATH}?{serial}{}={}", Language::NAME, language.tag()))
}

/// A link for each language, by its native name. The entered serial number is kept.
#[component]
pub fn LanguageLinks(
    /// The current language.
    now: Language,
    /// The entered serial number.
    serial: RwSignal<String>,
) -> impl IntoView {
    let links = Language::ALL.map(|language| {
        let href = move || serial.with(|serial| language_url(serial, language));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serial_number_is_kept() {
        assert_eq!(language_url("A&B 1", Language::De), "/my?serial=A%26B%201&lang=de");
        assert_eq!(language_url("", Language::Fr), "/my?lang=fr");
    }
}
