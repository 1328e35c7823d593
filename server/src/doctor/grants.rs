//! The granted permissions, as far as they can be read.
//!
//! An access token for Graph is opaque to clients: its format may change at any time, and nothing may depend on its
//! content (MICROSOFT_GRAPH.md 7.3). It is read here for findings only, an unreadable token is no error, and what Graph
//! actually allows takes precedence.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// The granted permissions.
#[derive(Debug)]
pub(super) enum GrantedPermissions {
    /// Exactly these.
    Known(BTreeSet<String>),
    /// Not known.
    Unreadable,
}

impl GrantedPermissions {
    /// The application permissions in the `roles` of an access token.
    pub fn of_token(token: &str) -> Self {
        roles(token).map_or(Self::Unreadable, |roles| Self::of(roles.iter().map(String::as_str)))
    }

    /// The delegated permissions in the scopes of a token response, which may begin with Graph's address.
    pub fn of_scopes(scopes: &[String]) -> Self {
        Self::of(scopes.iter().flat_map(|scope| scope.split_whitespace()))
    }

    fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let short = |name: &'a str| name.rsplit('/').next().unwrap_or(name).to_owned();
        Self::Known(names.map(short).filter(|name| is_name(name)).collect())
    }

    /// The first of `names` that was granted; `None` also if the permissions are not known.
    pub fn first_of(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.holds(name))
    }

    /// Whether it is certain that this was granted.
    pub fn holds(&self, name: &str) -> bool {
        self.names().any(|granted| granted.eq_ignore_ascii_case(name))
    }

    /// Whether it is certain that none of these was granted.
    pub fn lacks(&self, names: &[&'static str]) -> bool {
        matches!(self, Self::Known(_)) && self.first_of(names).is_none()
    }

    /// The known permissions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let known = if let Self::Known(names) = self { Some(names) } else { None };
        known.into_iter().flatten().map(String::as_str)
    }
}

/// The claim `roles`, if the token is a signed JWT (RFC 7519 section 3) with an audience.
fn roles(token: &str) -> Option<Vec<String>> {
    let mut parts = token.split('.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    claims.get("aud")?;
    match claims.get("roles") {
        // The token of an app without permissions lacks the claim.
        None => Some(Vec::new()),
        Some(roles) => roles
            .as_array()
            .map(|roles| roles.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()),
    }
}

/// Whether the text may be shown as the name of a permission.
fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(claims: &Value) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    fn names(grants: &GrantedPermissions) -> Vec<&str> {
        grants.names().collect()
    }

    #[test]
    fn reads_the_roles() {
        let grants =
            GrantedPermissions::of_token(&token(&json!({ "aud": "g", "roles": ["User.Read.All", "<b>x"] })));
        assert_eq!(names(&grants), ["User.Read.All"]);
        assert!(grants.holds("user.read.all") && grants.lacks(&["Policy.Read.All"]));
    }

    #[test]
    fn an_app_without_permissions_has_a_token_without_roles() {
        assert!(GrantedPermissions::of_token(&token(&json!({ "aud": "g" }))).lacks(&["User.Read.All"]));
    }

    #[test]
    fn permissions_in_an_unreadable_token_are_not_missing() {
        for opaque in [
            "",
            "opaque",
            "a.b.c",
            "a.b.c.d.e",
            "EwBoA8l6BAAU.x",
            &token(&json!([])),
            &token(&json!({ "aud": "g", "roles": 1 })),
        ] {
            let grants = GrantedPermissions::of_token(opaque);
            assert!(!grants.lacks(&["User.Read.All"]) && !grants.holds("User.Read.All"), "{opaque}");
        }
    }

    #[test]
    fn a_scope_may_begin_with_graphs_address() {
        let scopes = ["https://graph.microsoft.com/User.Read.All openid".to_owned(), "profile".to_owned()];
        assert_eq!(names(&GrantedPermissions::of_scopes(&scopes)), ["User.Read.All", "openid", "profile"]);
    }
}
