//! The least privileged permission of each operation (Microsoft's reference pages and permissions map); it has the same
//! name as application and as delegated permission. A person also needs an Entra role (MICROSOFT_GRAPH.md 8).

/// Reading the inventory.
pub const READ_TOKENS: &str = "Policy.Read.All";
/// Creating tokens.
pub const WRITE_TOKENS: &str = "Policy.ReadWrite.AuthenticationMethod";
/// Reading users' tokens.
pub const READ_METHODS: &str = "UserAuthMethod-HardwareOATH.Read.All";
/// Assigning and activating.
pub const WRITE_METHODS: &str = "UserAuthMethod-HardwareOATH.ReadWrite.All";
/// Reading one's own tokens.
pub const READ_OWN_METHODS: &str = "UserAuthMethod-HardwareOATH.Read";
/// Activating one's own tokens.
pub const WRITE_OWN_METHODS: &str = "UserAuthMethod-HardwareOATH.ReadWrite";
/// The same for all of one's own authentication methods, in tenants without [`WRITE_OWN_METHODS`].
pub const WRITE_ALL_OWN_METHODS: &str = "UserAuthenticationMethod.ReadWrite";
/// Reading users without `accountEnabled` and `userType`.
pub const READ_USERS: &str = "User.ReadBasic.All";
/// Reading users with `accountEnabled` and `userType`, and their memberships.
pub const READ_FULL_USERS: &str = "User.Read.All";
/// Reading the names of directory roles.
pub const READ_ROLE_NAMES: &str = "RoleManagement.Read.Directory";
/// Reading the policy for hardware OATH tokens.
pub const READ_POLICY: &str = "Policy.Read.AuthenticationMethod";

/// Whether these granted scopes allow activating and claiming tokens as `/me`.
pub fn allow_own_tokens(scopes: &[String]) -> bool {
    let names = scopes.iter().flat_map(|scope| scope.split_whitespace());
    names.map(|name| name.rsplit('/').next().unwrap_or(name)).any(|name| {
        [WRITE_OWN_METHODS, WRITE_ALL_OWN_METHODS].iter().any(|own| own.eq_ignore_ascii_case(name))
    })
}

/// The Entra roles that a person needs in addition to this permission; `None` if none is needed.
pub(crate) fn role(permission: &str) -> Option<&'static str> {
    let role = match permission {
        READ_OWN_METHODS | WRITE_OWN_METHODS => return None,
        READ_TOKENS => "Global Reader or Authentication Policy Administrator",
        READ_METHODS => "Global Reader or Authentication Administrator",
        WRITE_METHODS => {
            "Authentication Administrator, or Privileged Authentication Administrator where the user is an administrator"
        }
        READ_USERS | READ_FULL_USERS => "any that may read users",
        _ => "Authentication Policy Administrator",
    };
    Some(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_write_permissions_for_ones_own_methods_count() {
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
