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
/// Reading users, without whether they are enabled or guests.
pub(crate) const READ_USERS: &str = "User.ReadBasic.All";
/// Reading the policy of the method.
pub(crate) const READ_POLICY: &str = "Policy.Read.AuthenticationMethod";

/// The Entra roles that let a person do what needs this permission.
pub(crate) fn role(permission: &str) -> &'static str {
    match permission {
        READ_TOKENS => "Global Reader or Authentication Policy Administrator",
        READ_METHODS => "Global Reader or Authentication Administrator",
        WRITE_METHODS => {
            "Authentication Administrator, or Privileged Authentication Administrator where the user is an administrator"
        }
        READ_USERS => "any that may read users",
        _ => "Authentication Policy Administrator",
    }
}
