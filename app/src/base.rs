//! The path below which the app is reached: `/tokens` for people who open `https://it.example/tokens/`.
//!
//! The server's routes stand at the root; every URL in a page begins with the base path.

/// The URL of a path below the base path, such as `/audit?action=assign`.
pub fn href(path: &str) -> String {
    base() + path
}

/// The base path: empty at the root of a host, else with a leading slash and no trailing one.
#[cfg(feature = "ssr")]
pub fn base() -> String {
    use leptos::prelude::use_context;
    use_context::<crate::api::services::Services>()
        .map(|services| services.boot_info.base)
        .unwrap_or_default()
}

/// The base path: empty at the root of a host, else with a leading slash and no trailing one.
#[cfg(not(feature = "ssr"))]
pub fn base() -> String {
    BASE.get().cloned().unwrap_or_default()
}

/// The base path of the document, which [`set_base`] sets.
#[cfg(not(feature = "ssr"))]
static BASE: std::sync::OnceLock<String> = std::sync::OnceLock::new();

/// Sets the base path, before anything is rendered; server functions are called below it, too.
#[cfg(feature = "hydrate")]
pub fn set_base(base: String) {
    // Both fail only when they are set already.
    _ = leptos::server_fn::client::try_set_server_url(BASE.get_or_init(|| base));
}

/// A full path without the base path.
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
    fn strips_the_base_path() {
        for (full, path) in [("/tokens/audit?q=1", "/audit?q=1"), ("/tokens/", "/"), ("/tokens", "/")] {
            assert_eq!(strip("/tokens", full), path);
        }
    }

    #[test]
    fn leaves_paths_outside_the_base_path_alone() {
        assert_eq!(strip("/tokens", "/tokens-old/audit"), "/tokens-old/audit");
        assert_eq!(strip("", "/audit"), "/audit");
    }

    #[test]
    fn adds_nothing_at_the_root() {
        assert_eq!(href("/audit"), "/audit");
    }
}
