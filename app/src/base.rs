//! The path below which the app is reached: `/tokens` for people who open `https://it.example/tokens/`.
//!
//! The server answers as if it stood at the root; every address that is written into a page begins with the base.

/// A full address of ours, from its path below the base: `/audit?action=assign`.
pub fn href(path: &str) -> String {
    base() + path
}

/// The base itself: empty at the root of a host, else with a slash before and none behind.
#[cfg(feature = "ssr")]
pub fn base() -> String {
    use leptos::prelude::use_context;
    use_context::<crate::api::services::Services>()
        .map(|services| services.boot_info.base)
        .unwrap_or_default()
}

/// The base itself: empty at the root of a host, else with a slash before and none behind.
#[cfg(not(feature = "ssr"))]
pub fn base() -> String {
    document_base().to_owned()
}

/// The document says it once.
#[cfg(not(feature = "ssr"))]
fn document_base() -> &'static str {
    static BASE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    BASE.get_or_init(|| crate::shell::boot_info().base)
}

/// Sends the calls of server functions there too.
#[cfg(feature = "hydrate")]
pub fn set_server_url() {
    // It is refused only where it is set already.
    _ = leptos::server_fn::client::try_set_server_url(document_base());
}

/// The path below the base, from a full one.
pub fn strip_base(full: &str) -> &str {
    strip(&base(), full)
}

fn strip<'a>(base: &str, full: &'a str) -> &'a str {
    match full.strip_prefix(base) {
        Some("") => "/",
        Some(path) if path.starts_with(['/', '?']) => path,
        _ => full,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_the_base_is_found() {
        for (full, path) in [("/tokens/audit?q=1", "/audit?q=1"), ("/tokens/", "/"), ("/tokens", "/")] {
            assert_eq!(strip("/tokens", full), path);
        }
    }

    #[test]
    fn what_lies_elsewhere_stays_as_it_is() {
        assert_eq!(strip("/tokens", "/tokens-old/audit"), "/tokens-old/audit");
        assert_eq!(strip("", "/audit"), "/audit");
    }

    #[test]
    fn at_the_root_nothing_is_added() {
        assert_eq!(href("/audit"), "/audit");
    }
}
