//! The language of a page: from the query, else from the cookie, else from `Accept-Language`.

use app::language::Language;
use http::{HeaderMap, Uri, header};

/// The page that is translated.
const PAGE: &str = "/my";

/// The language that the query of this page chooses. The caller stores it in the cookie.
pub fn from_query(uri: &Uri) -> Option<Language> {
    if uri.path() != PAGE {
        return None;
    }
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.filter(|(name, _)| name == Language::NAME).find_map(|(_, tag)| Language::from_tag(&tag))
}

/// The language for a request; `remembered` is the value of the language cookie.
pub fn negotiate(uri: &Uri, remembered: Option<&str>, headers: &HeaderMap) -> Language {
    let accepted = || {
        let header = headers.get(header::ACCEPT_LANGUAGE)?;
        Language::from_accept_language(header.to_str().ok()?)
    };
    from_query(uri).or_else(|| remembered.and_then(Language::from_tag)).or_else(accepted).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn language(uri: &str, remembered: Option<&str>, accepted: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
        negotiate(&uri.parse().unwrap(), remembered, &headers)
    }

    #[test]
    fn the_query_and_the_cookie_take_precedence_over_accept_language() {
        assert_eq!(language("/my?serial=1&lang=it", Some("fr"), "de"), Language::It);
        assert_eq!(language("/my?serial=1", Some("fr"), "de"), Language::Fr);
        assert_eq!(language("/my", None, "de-AT, en;q=0.5"), Language::De);
        assert_eq!(language("/my", None, "ja"), Language::En);
    }

    #[test]
    fn unknown_languages_and_other_pages_are_ignored() {
        assert_eq!(language("/my?lang=xx", Some("yy"), "es"), Language::Es);
        assert_eq!(language("/?lang=it", None, "es"), Language::Es);
        assert_eq!(from_query(&"/?lang=it".parse().unwrap()), None);
    }
}
