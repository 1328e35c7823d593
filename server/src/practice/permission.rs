//! Which Graph permission each call needs, and how Graph refuses the call without it (FACTS section 8).

use super::{call::Call, errors::Refusal};

/// The name of a Graph permission, one of [`KNOWN`].
pub type Permission = &'static str;

const INVENTORY_WRITE: Permission = "Policy.ReadWrite.AuthenticationMethod";
const POLICIES_READ: Permission = "Policy.Read.All";
const METHOD_POLICY_READ: Permission = "Policy.Read.AuthenticationMethod";
const ALL_METHODS_WRITE: Permission = "UserAuthenticationMethod.ReadWrite.All";
const ALL_METHODS_READ: Permission = "UserAuthenticationMethod.Read.All";
const OATH_WRITE: Permission = "UserAuthMethod-HardwareOATH.ReadWrite.All";
const OATH_READ: Permission = "UserAuthMethod-HardwareOATH.Read.All";
const USERS_BASIC: Permission = "User.ReadBasic.All";
const USERS_WHOLE: Permission = "User.Read.All";

/// Every permission that means something to the practice tenant.
pub const KNOWN: [Permission; 9] = [
    INVENTORY_WRITE,
    POLICIES_READ,
    METHOD_POLICY_READ,
    ALL_METHODS_WRITE,
    ALL_METHODS_READ,
    OATH_WRITE,
    OATH_READ,
    USERS_BASIC,
    USERS_WHOLE,
];

/// The least that Token Inventory needs. Creating *and* assigning in one request needs the wide
/// `UserAuthenticationMethod.ReadWrite.All` instead of the narrow permission.
pub const NEEDED: [Permission; 3] = [INVENTORY_WRITE, OATH_WRITE, USERS_WHOLE];

/// Finds a permission by its name.
pub fn parse(name: &str) -> Result<Permission, String> {
    let found = KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(name));
    found.ok_or_else(|| format!("no such permission; known are {}", KNOWN.join(", ")))
}

/// What a call wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// List or read tokens of the inventory.
    ReadInventory,
    /// Create, update or delete tokens.
    WriteInventory,
    /// Create a token that is assigned at once.
    AssignOnCreate,
    /// Read a user's tokens.
    ReadMethods,
    /// Assign, activate, deactivate, unassign.
    WriteMethods,
    /// Read users at all.
    ReadUsers,
    /// Read `accountEnabled` and `userType` too.
    ReadWholeUsers,
    /// Read the method's policy.
    ReadPolicy,
    /// Change the method's policy.
    WritePolicy,
}

impl Need {
    /// The permissions of which one suffices.
    fn any_of(self) -> &'static [Permission] {
        match self {
            Self::ReadInventory => &[POLICIES_READ, INVENTORY_WRITE],
            Self::WriteInventory | Self::WritePolicy => &[INVENTORY_WRITE],
            Self::AssignOnCreate => &[ALL_METHODS_WRITE],
            Self::ReadMethods => &[OATH_READ, OATH_WRITE, ALL_METHODS_READ, ALL_METHODS_WRITE],
            Self::WriteMethods => &[OATH_WRITE, ALL_METHODS_WRITE],
            Self::ReadUsers => &[USERS_BASIC, USERS_WHOLE],
            Self::ReadWholeUsers => &[USERS_WHOLE],
            Self::ReadPolicy => &[METHOD_POLICY_READ, POLICIES_READ, INVENTORY_WRITE],
        }
    }

    fn refusal(self) -> Refusal {
        match self {
            Self::AssignOnCreate | Self::ReadMethods | Self::WriteMethods => {
                Refusal::new(403, "accessDenied", "Request Authorization failed")
            }
            _ => Refusal::new(
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
            ),
        }
    }
}

impl Call {
    /// Whether the access token carries a permission for this.
    pub fn may(&self, need: Need) -> bool {
        need.any_of().iter().any(|permission| self.granted.contains(permission))
    }

    /// Refuses with 403 unless the access token carries a permission for this.
    pub fn require(&self, need: Need) -> Result<(), Refusal> {
        if self.may(need) { Ok(()) } else { Err(need.refusal()) }
    }
}
