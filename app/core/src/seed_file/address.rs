//! Tells `otpauth://` addresses from other texts.

/// How the address of one account begins.
pub(super) const SCHEME: &str = "otpauth://";
/// How the export of several accounts begins.
pub(super) const EXPORT: &str = "otpauth-migration://";

/// Whether a text is an address of an account, or the export of several.
pub fn is_address(text: &str) -> bool {
    [SCHEME, EXPORT]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}
