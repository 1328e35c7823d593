//! The language of the current page: the user's where the page is translated, else English.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{api::boot_info::BootInfo, base::strip_base, language::Language, paths};

/// Whether a path below the base path is that of "My tokens".
fn is_my_page(path: &str) -> bool {
    path.trim_end_matches('/') == paths::MY
}

/// The language of the page at a path below the base path.
pub fn language_of(path: &str, wanted: Language) -> Language {
    if is_my_page(path) { wanted } else { Language::En }
}

/// Whether the current page is "My tokens".
pub fn use_is_my_page() -> Signal<bool> {
    let path = use_location().pathname;
    Signal::derive(move || path.with(|path| is_my_page(strip_base(path))))
}

/// The language of the current page.
pub fn use_page_language() -> Signal<Language> {
    let wanted = expect_context::<BootInfo>().language;
    let path = use_location().pathname;
    Signal::derive(move || path.with(|path| language_of(strip_base(path), wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_for_end_users_is_translated() {
        assert_eq!(language_of("/my", Language::De), Language::De);
        assert_eq!(language_of("/my/", Language::De), Language::De);
        for path in ["/", "/myself", "/slips", ""] {
            assert_eq!(language_of(path, Language::De), Language::En, "{path}");
        }
    }
}
