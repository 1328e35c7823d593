//! The least application permission for each kind of call (Microsoft's reference pages and permissions map).

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
