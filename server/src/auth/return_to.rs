//! The page to show after signing in. It is always a page of this app, so that there is no open redirect.

use url::Url;

/// The longest URL that is kept; a longer one becomes the first page.
const MAX_LENGTH: usize = 2_000;

/// A path and query on this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl ReturnTo {
    /// Parses a path and query. What leads to another site, or back to the sign-in, becomes the first page.
    pub fn parse(asked: &str) -> Self {
        Self::checked(asked).unwrap_or_default()
    }

    fn checked(asked: &str) -> Option<Self> {
        // Browsers read `\` as `/` and drop tabs and line breaks: "/\evil.example" leads elsewhere.
        let is_odd = |c: char| c == '\\' || c.is_control();
        if asked.len() > MAX_LENGTH || !asked.starts_with('/') || asked.contains(is_odd) {
            return None;
        }
        let here = Url::parse("http://here.invalid/").ok()?;
        let there = here.join(asked).ok()?;
        let path = there.path();
        let leads_on = there.origin() == here.origin()
            && !path.starts_with("//")
            && !["/auth/", "/api/", "/sign-in", "/signed-out"].iter().any(|own| path.starts_with(own));
        let query = there.query().map(|query| format!("?{query}")).unwrap_or_default();
        leads_on.then(|| Self(format!("{path}{query}")))
    }

    /// For a `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_pages_of_this_app_with_their_query() {
        for own in
            ["/", "/import", "/my", "/my?serial=AB%2012%2F7", "/?status=assigned&q=O%27Brien", "/settings"]
        {
            assert_eq!(ReturnTo::parse(own).as_str(), own);
        }
    }

    #[test]
    fn refuses_other_sites_and_the_sign_in() {
        for foreign in [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "\\\\evil.example",
            "/\t/evil.example",
            "/%0d%0aSet-Cookie:a=b/..//evil.example",
            "/x/..//evil.example",
            "javascript:alert(1)",
            "evil.example",
            "",
            "/auth/sign-in",
            "/x/../auth/sign-in",
            "/signed-out",
        ] {
            assert_eq!(ReturnTo::parse(foreign), ReturnTo::default(), "{foreign}");
        }
    }

    #[test]
    fn refuses_what_is_too_long() {
        assert_eq!(ReturnTo::parse(&format!("/{}", "a".repeat(MAX_LENGTH))), ReturnTo::default());
    }
}
