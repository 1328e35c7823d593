//! The choice of a language.

use leptos::prelude::*;

use super::{PATH, SERIAL, i18n::header_texts};
use crate::{base::href, browser::percent_encode, language::Language};

/// The page's address with a serial number, if there is one, and a language.
fn language_url(serial: &str, language: Language) -> String {
    let serial =
        if serial.is_empty() { String::new() } else { format!("{SERIAL}={}&", percent_encode(serial)) };
    href(&format!("{PATH}?{serial}{}={}", Language::NAME, language.tag()))
}

/// A link for each language, in its own words. What was typed as a serial number goes along.
#[component]
pub fn LanguageLinks(
    /// The language of the page.
    now: Language,
    /// The serial number at hand.
    serial: RwSignal<String>,
) -> impl IntoView {
    let links = Language::ALL.map(|language| {
        let href = move || serial.with(|serial| language_url(serial, language));
        view! {
            <li>
                // "external": the server renders the page anew, and remembers the choice.
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
    fn a_serial_number_goes_along() {
        assert_eq!(language_url("A&B 1", Language::De), "/my?serial=A%26B%201&lang=de");
        assert_eq!(language_url("", Language::Fr), "/my?lang=fr");
    }
}
