//! The least permission for each kind of call (Microsoft's reference pages and permissions map): its name is the same
//! for an app and for people. People need a role in Entra besides (FACTS 8).

/// Reading the inventory.
pub(crate) const READ_TOKENS: &str = "Policy.Read.All";
/// Creating tokens.
pub(crate) const WRITE_TOKENS: &str = "Policy.ReadWrite.AuthenticationMethod";
/// Reading users' tokens.
pub(crate) const READ_METHODS: &str = "UserAuthMethod-HardwareOATH.Read.All";
/// Assigning and activating.
pub(crate) const WRITE_METHODS: &str = "UserAuthMethod-HardwareOATH.ReadWrite.All";
/// Reading one's own tokens.
pub(crate) const READ_OWN_METHODS: &str = "UserAuthMethod-HardwareOATH.Read";
/// Activating one's own tokens.
pub(crate) const WRITE_OWN_METHODS: &str = "UserAuthMethod-HardwareOATH.ReadWrite";
/// The same, and all other methods of one's own, in tenants that do not know the narrow one yet.
pub(crate) const WRITE_ALL_OWN_METHODS: &str = "UserAuthenticationMethod.ReadWrite";
/// Reading users, without whether they are enabled or guests.
pub(crate) const READ_USERS: &str = "User.ReadBasic.All";
/// Reading the policy of the method.
pub(crate) const READ_POLICY: &str = "Policy.Read.AuthenticationMethod";

/// Whether these scopes, as Entra names what was granted, let a person activate and claim tokens as `/me`.
pub(crate) fn allow_own_tokens(scopes: &[String]) -> bool {
    let names = scopes.iter().flat_map(|scope| scope.split_whitespace());
    names.map(|name| name.rsplit('/').next().unwrap_or(name)).any(|name| {
        [WRITE_OWN_METHODS, WRITE_ALL_OWN_METHODS].iter().any(|own| own.eq_ignore_ascii_case(name))
    })
}

/// The Entra roles that let a person do what needs this permission; `None` where none is needed.
pub(crate) fn role(permission: &str) -> Option<&'static str> {
    let role = match permission {
        READ_OWN_METHODS | WRITE_OWN_METHODS => return None,
        READ_TOKENS => "Global Reader or Authentication Policy Administrator",
        READ_METHODS => "Global Reader or Authentication Administrator",
        WRITE_METHODS => {
            "Authentication Administrator, or Privileged Authentication Administrator where the user is an administrator"
        }
        READ_USERS => "any that may read users",
        _ => "Authentication Policy Administrator",
    };
    Some(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_permissions_over_oneself_that_write_count() {
        let allow = |scope: &str| allow_own_tokens(&[scope.to_owned()]);
        for granted in [
            "UserAuthMethod-HardwareOATH.ReadWrite",
            "openid https://graph.microsoft.com/UserAuthMethod-HardwareOATH.ReadWrite",
            "userauthenticationmethod.readwrite",
        ] {
            assert!(allow(granted), "{granted}");
        }
        for other in
            ["", "UserAuthMethod-HardwareOATH.Read", "UserAuthMethod-HardwareOATH.ReadWrite.All", "User.Read"]
        {
            assert!(!allow(other), "{other}");
        }
    }
}
