//! The paths of the pages below the base path, and the URLs that link to them.
//!
//! A path becomes the URL of a link by [`href`], which puts the base path before it.

use token_core::{audit::AuditFilter, query_string::encode_value, token::TokenId};

use crate::base::href;
#[cfg(feature = "ssr")]
use crate::language::Language;

/// The inventory. Its panels are named by [`TOKEN_PARAM`] and [`PERSON_PARAM`].
pub const INVENTORY: &str = "/";
/// The audit log.
pub const AUDIT: &str = "/audit";
/// The import.
pub const IMPORT: &str = "/import";
/// *My tokens*. A serial number is named by [`SERIAL_PARAM`].
pub const MY: &str = "/my";
/// The settings.
pub const SETTINGS: &str = "/settings";
/// The settings, which check the connection at once.
pub const SETTINGS_CHECK: &str = "/settings?check=now";
/// The slips. Their tokens are named by [`SLIP_TOKENS_PARAM`].
pub const SLIPS: &str = "/slips";
/// Shown to signed-out users.
pub const SIGN_IN: &str = "/sign-in";
/// Where a sign-in in another tab returns to.
pub const SIGNED_IN: &str = "/signed-in";
/// Shown after signing out.
pub const SIGNED_OUT: &str = "/signed-out";
/// A seed file that fits the practice tenant; the server makes it.
pub const SAMPLE_FILE: &str = "/practice/sample.csv";

/// The query parameter of the token whose panel is open: `/?token=…`.
pub const TOKEN_PARAM: &str = "token";
/// The query parameter of the person whose panel is open: `/?person=…`.
pub const PERSON_PARAM: &str = "person";
/// The query parameter of a serial number: `/my?serial=…`.
pub const SERIAL_PARAM: &str = "serial";
/// Where a form ends the session; the server answers.
pub const SIGN_OUT: &str = "/auth/sign-out";
/// The query parameter of the tokens to make slips of: `/slips?tokens=ID,ID`.
pub const SLIP_TOKENS_PARAM: &str = "tokens";

/// The URL of the inventory with the panel of a token.
pub fn token(id: &str) -> String {
    href(&format!("{INVENTORY}?{TOKEN_PARAM}={id}"))
}

/// The URL of the inventory with the panel of a person.
pub fn person(id: &str) -> String {
    href(&format!("{INVENTORY}?{PERSON_PARAM}={id}"))
}

/// The URL of the audit log with a filter.
pub fn audit(filter: &AuditFilter) -> String {
    href(&format!("{AUDIT}?{}", filter.to_query()))
}

/// The URL of the audit log as a file, which the server makes. `query` is that of a filter, perhaps empty.
pub fn audit_export(format: &str, query: &str) -> String {
    let filter = if query.is_empty() { String::new() } else { format!("&{query}") };
    href(&format!("{AUDIT}/export?format={format}{filter}"))
}

/// The URL of the slips of these tokens.
pub fn slips(tokens: &[TokenId]) -> String {
    let ids: Vec<&str> = tokens.iter().map(TokenId::as_str).collect();
    href(&format!("{SLIPS}?{SLIP_TOKENS_PARAM}={}", ids.join(",")))
}

/// The path of *My tokens* with a serial number, unless that is empty.
pub fn my_tokens(serial: &str) -> String {
    if serial.is_empty() { MY.to_owned() } else { format!("{MY}?{SERIAL_PARAM}={}", encode_value(serial)) }
}

/// The URL of *My tokens* in a language, with the serial number if there is one, and the parameter of the open form.
#[cfg(feature = "ssr")]
pub fn my_tokens_in(language: Language, serial: &str, open: Option<(&str, &str)>) -> String {
    let serial = (!serial.is_empty()).then_some((SERIAL_PARAM, serial));
    let kept: String = serial
        .into_iter()
        .chain(open)
        .map(|(name, value)| format!("{name}={}&", encode_value(value)))
        .collect();
    href(&format!("{MY}?{kept}{}={}", Language::NAME, language.tag()))
}

/// The URL that starts a sign-in. `back` is the path, with its query, to return to; with `choose` Entra asks for the
/// account.
pub fn start_sign_in(back: &str, choose: bool) -> String {
    let choose = if choose { "&choose=true" } else { "" };
    href(&format!("/auth/sign-in?return={}{choose}", encode_value(back)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_a_path_as_one_query_value() {
        assert_eq!(encode_value("/?q=O'Brien & ü").to_string(), "%2F%3Fq%3DO%27Brien%20%26%20%C3%BC");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn the_page_of_ones_own_tokens_is_where_its_forms_are_sent() {
        assert_eq!(MY, crate::api::my_form::PATH);
    }

    #[test]
    fn the_serial_number_is_kept() {
        assert_eq!(my_tokens_in(Language::De, "A&B 1", None), "/my?serial=A%26B%201&lang=de");
        assert_eq!(my_tokens_in(Language::Fr, "", Some(("open", "claim"))), "/my?open=claim&lang=fr");
    }
}
