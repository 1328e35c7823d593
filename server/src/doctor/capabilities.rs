//! The app's capabilities and what each requires (MICROSOFT_GRAPH.md 8).

pub(super) use graph::permission::READ_FULL_USERS;
use graph::permission::{READ_METHODS, READ_TOKENS, READ_USERS, WRITE_METHODS, WRITE_TOKENS};
use token_core::checkup::Capability;

/// All authentication methods of users, not only hardware tokens: reading.
pub(super) const ALL_METHODS_READ: &str = "UserAuthenticationMethod.Read.All";
/// The same: reading and writing.
pub(super) const ALL_METHODS_WRITE: &str = "UserAuthenticationMethod.ReadWrite.All";
/// Reading and writing users.
pub(super) const WRITE_USERS: &str = "User.ReadWrite.All";
/// Reading the whole directory.
pub(super) const READ_DIRECTORY: &str = "Directory.Read.All";
/// Reading and writing the whole directory.
pub(super) const WRITE_DIRECTORY: &str = "Directory.ReadWrite.All";

/// What a capability requires, and its texts.
pub(super) struct CapabilityRequirements {
    /// The capability.
    pub capability: Capability,
    /// "The app may …".
    pub verb: &'static str,
    /// The parts of the app that do not work without it.
    pub buttons: &'static str,
    /// The permissions of which one suffices, the preferred first.
    pub permissions: &'static [&'static str],
    /// The least privileged of them.
    pub least_permission: &'static str,
    /// The Entra roles of which a signed-in person needs one.
    pub roles: &'static str,
}

/// In the order of the findings.
pub(super) const CAPABILITIES: [CapabilityRequirements; 5] = [
    CapabilityRequirements {
        capability: Capability::ReadTokens,
        verb: "read the inventory",
        buttons: "\"Inventory\", and the check of a file before \"Import\"",
        permissions: &[READ_TOKENS, WRITE_TOKENS],
        least_permission: READ_TOKENS,
        roles: "Global Reader or Authentication Policy Administrator",
    },
    CapabilityRequirements {
        capability: Capability::WriteTokens,
        verb: "create and delete tokens",
        buttons: "\"Import only\", \"Import and assign\" and \"Import, assign and activate\"",
        permissions: &[WRITE_TOKENS],
        least_permission: WRITE_TOKENS,
        roles: "Authentication Policy Administrator",
    },
    CapabilityRequirements {
        capability: Capability::ReadUserTokens,
        verb: "read users' tokens",
        buttons: "the check of what became of a token in \"Import and assign\" and \"Import, assign and activate\"",
        permissions: &[READ_METHODS, WRITE_METHODS, ALL_METHODS_READ, ALL_METHODS_WRITE],
        least_permission: READ_METHODS,
        roles: "Global Reader, Authentication Administrator or Privileged Authentication Administrator",
    },
    CapabilityRequirements {
        capability: Capability::WriteUserTokens,
        verb: "assign and activate tokens",
        buttons: "\"Import and assign\" and \"Import, assign and activate\"",
        permissions: &[WRITE_METHODS, ALL_METHODS_WRITE],
        least_permission: WRITE_METHODS,
        roles: "Authentication Administrator (for administrators' tokens: Privileged Authentication Administrator)",
    },
    CapabilityRequirements {
        capability: Capability::ReadUsers,
        verb: "find users",
        buttons: "the search of users, the names of users in \"Inventory\", \"Import and assign\" and \"Import, \
                  assign and activate\"",
        permissions: &[READ_FULL_USERS, READ_USERS, READ_DIRECTORY, WRITE_USERS, WRITE_DIRECTORY],
        least_permission: READ_USERS,
        roles: "any, unless the tenant keeps its members from reading other users",
    },
];
