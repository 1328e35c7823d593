//! The Graph permission that each call needs, and the error without it (MICROSOFT_GRAPH.md 8).

use super::{
    call::GraphCall,
    company::UserKey,
    errors::GraphRefusal,
    permission::{
        ALL_METHODS_READ, ALL_METHODS_WRITE, AUDITS_READ, INVENTORY_WRITE, METHOD_POLICY_READ, MYSELF,
        OATH_READ, OATH_WRITE, OWN_OATH_READ, OWN_OATH_WRITE, POLICIES_READ, Permission, ROLES_READ,
        USERS_BASIC, USERS_WHOLE,
    },
    test_users::{TestUser, TestUsers},
};

/// What a call needs permission for.
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
    /// Read the caller's own tokens.
    ReadOwnMethods,
    /// Activate, deactivate and so on the caller's own tokens.
    WriteOwnMethods,
    /// Read the caller's own account.
    ReadMyself,
    /// Read users.
    ReadUsers,
    /// Read `accountEnabled` and `userType`, too.
    ReadWholeUsers,
    /// Read who holds a directory role.
    ReadRoles,
    /// Read the names of the roles, too.
    ReadRoleNames,
    /// Read the method's policy.
    ReadPolicy,
    /// Change the method's policy.
    WritePolicy,
    /// Read Microsoft's audit log.
    ReadAudits,
}

impl Need {
    /// The permissions, of which one suffices.
    fn any_of(self) -> &'static [Permission] {
        match self {
            Self::ReadInventory => &[POLICIES_READ, INVENTORY_WRITE],
            Self::WriteInventory | Self::WritePolicy => &[INVENTORY_WRITE],
            Self::AssignOnCreate => &[ALL_METHODS_WRITE],
            Self::ReadMethods => &[OATH_READ, OATH_WRITE, ALL_METHODS_READ, ALL_METHODS_WRITE],
            Self::WriteMethods => &[OATH_WRITE, ALL_METHODS_WRITE],
            Self::ReadOwnMethods => {
                &[OWN_OATH_READ, OWN_OATH_WRITE, OATH_READ, OATH_WRITE, ALL_METHODS_READ, ALL_METHODS_WRITE]
            }
            Self::WriteOwnMethods => &[OWN_OATH_WRITE, OATH_WRITE, ALL_METHODS_WRITE],
            Self::ReadMyself => &[MYSELF, USERS_BASIC, USERS_WHOLE],
            Self::ReadUsers => &[USERS_BASIC, USERS_WHOLE],
            Self::ReadWholeUsers => &[USERS_WHOLE],
            Self::ReadRoles => &[USERS_WHOLE],
            Self::ReadRoleNames => &[ROLES_READ],
            Self::ReadAudits => &[AUDITS_READ],
            Self::ReadPolicy => &[METHOD_POLICY_READ, POLICIES_READ, INVENTORY_WRITE],
        }
    }

    /// The same for the caller's own account.
    const fn over_oneself(self) -> Self {
        match self {
            Self::ReadMethods => Self::ReadOwnMethods,
            Self::WriteMethods => Self::WriteOwnMethods,
            Self::ReadUsers | Self::ReadWholeUsers | Self::ReadRoles => Self::ReadMyself,
            other => other,
        }
    }

    /// Whether the Entra roles of this user allow it, independent of the app's permissions.
    const fn is_allowed_for(self, test_user: TestUser) -> bool {
        match self {
            Self::ReadOwnMethods
            | Self::WriteOwnMethods
            | Self::ReadMyself
            | Self::ReadUsers
            | Self::ReadWholeUsers
            | Self::ReadRoles
            | Self::ReadRoleNames => true,
            Self::ReadInventory | Self::ReadMethods | Self::ReadPolicy => test_user.is_administrator(),
            // It needs a role like Reports Reader, which no test user holds.
            Self::ReadAudits => false,
            Self::WriteInventory | Self::WritePolicy | Self::AssignOnCreate | Self::WriteMethods => {
                matches!(test_user, TestUser::Administrator)
            }
        }
    }

    fn refusal(self) -> GraphRefusal {
        match self {
            Self::AssignOnCreate
            | Self::ReadMethods
            | Self::WriteMethods
            | Self::ReadOwnMethods
            | Self::WriteOwnMethods => GraphRefusal::new(403, "accessDenied", "Request Authorization failed"),
            _ => GraphRefusal::new(
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
            ),
        }
    }
}

impl GraphCall {
    /// Whether the access token has a permission for this and, if it is delegated, the user's roles allow it.
    pub fn may(&self, need: Need) -> bool {
        let need = if self.via_me { need.over_oneself() } else { need };
        need.any_of().iter().any(|permission| self.caller.granted.contains(permission))
            && self.caller.person.as_ref().is_none_or(|person| need.is_allowed_for(person.test_user))
    }

    /// Refuses with 403 unless [`Self::may`].
    pub fn require(&self, need: Need) -> Result<(), GraphRefusal> {
        if self.may(need) { Ok(()) } else { Err(need.refusal()) }
    }

    /// Refuses a user's call on the tokens of somebody who holds a directory role: it needs a Privileged Authentication
    /// Administrator, which no test user is (MICROSOFT_GRAPH.md 2 and 8).
    pub fn require_power_over(
        &self,
        test_users: &TestUsers,
        user: Option<UserKey>,
    ) -> Result<(), GraphRefusal> {
        if self.via_me || self.caller.person.is_none() {
            return Ok(());
        }
        if user.is_some_and(|key| !test_users.roles(key).is_empty()) {
            Err(Need::WriteMethods.refusal())
        } else {
            Ok(())
        }
    }
}
