//! The Graph permissions that an app can hold (MICROSOFT_GRAPH.md 8).

/// The name of a Graph permission, one of [`KNOWN`].
pub type Permission = &'static str;

pub const INVENTORY_WRITE: Permission = "Policy.ReadWrite.AuthenticationMethod";
pub const POLICIES_READ: Permission = "Policy.Read.All";
pub const METHOD_POLICY_READ: Permission = "Policy.Read.AuthenticationMethod";
pub const ALL_METHODS_WRITE: Permission = "UserAuthenticationMethod.ReadWrite.All";
pub const ALL_METHODS_READ: Permission = "UserAuthenticationMethod.Read.All";
pub const OATH_WRITE: Permission = "UserAuthMethod-HardwareOATH.ReadWrite.All";
pub const OATH_READ: Permission = "UserAuthMethod-HardwareOATH.Read.All";
pub const USERS_BASIC: Permission = "User.ReadBasic.All";
pub const USERS_WHOLE: Permission = "User.Read.All";
pub const ROLES_READ: Permission = "RoleManagement.Read.Directory";
pub const AUDITS_READ: Permission = "AuditLog.Read.All";
pub const MYSELF: Permission = "User.Read";
pub const OWN_OATH_WRITE: Permission = "UserAuthMethod-HardwareOATH.ReadWrite";
pub const OWN_OATH_READ: Permission = "UserAuthMethod-HardwareOATH.Read";

/// Every permission that the practice tenant supports.
pub const KNOWN: [Permission; 14] = [
    INVENTORY_WRITE,
    POLICIES_READ,
    METHOD_POLICY_READ,
    ALL_METHODS_WRITE,
    ALL_METHODS_READ,
    OATH_WRITE,
    OATH_READ,
    USERS_BASIC,
    USERS_WHOLE,
    ROLES_READ,
    AUDITS_READ,
    MYSELF,
    OWN_OATH_WRITE,
    OWN_OATH_READ,
];

/// Delegated permissions only: an app token never has them.
const DELEGATED_ONLY: [Permission; 3] = [MYSELF, OWN_OATH_WRITE, OWN_OATH_READ];

/// What Token Inventory needs, and the names of directory roles. Creating *and* assigning in one request needs the wide
/// `UserAuthenticationMethod.ReadWrite.All` instead of the narrow permission.
///
/// The last two are delegated permissions.
pub const NEEDED: [Permission; 6] =
    [INVENTORY_WRITE, OATH_WRITE, USERS_WHOLE, ROLES_READ, OWN_OATH_WRITE, MYSELF];

/// Finds a permission by its name.
pub fn parse(name: &str) -> Result<Permission, String> {
    let found = KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(name));
    found.ok_or_else(|| format!("no such permission; known are {}", KNOWN.join(", ")))
}

/// Those of the granted permissions that an app token has.
pub fn for_app(granted: &[Permission]) -> Vec<Permission> {
    granted.iter().copied().filter(|permission| !DELEGATED_ONLY.contains(permission)).collect()
}
