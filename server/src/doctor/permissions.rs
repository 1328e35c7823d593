//! For each capability: whether it is allowed, and which permission is missing.
//!
//! Uses the names of the granted permissions and the results of the probes. The probes take precedence. A person needs
//! both the permission and an Entra role.

use graph::{
    permission::READ_USERS,
    probe::{ProbeResult, ProbeResults},
};
use token_core::checkup::{Capability, Finding, MissingPermissions};

use super::{
    GraphAccess,
    capabilities::{
        CAPABILITIES, CapabilityRequirements, READ_DIRECTORY, READ_FULL_USERS, WRITE_DIRECTORY, WRITE_USERS,
    },
    finding::{advice, good, problem, unknown},
    grants::GrantedPermissions,
    portal::APP_REGISTRATION_PATH,
};

/// The topic of a finding about all of them. Findings about one or some have topics of their own: a list of findings of the same
/// name cannot be told apart.
pub(super) const TOPIC: &str = "Permissions";

/// The topic of a finding about one.
fn topic(verb: &str) -> String {
    format!("Permission to {verb}")
}

/// The inputs of the check.
pub(super) struct PermissionCheck<'a> {
    /// The granted permissions.
    pub grants: &'a GrantedPermissions,
    /// The results of the probes.
    pub probes: &'a ProbeResults,
    /// How Graph is accessed.
    pub access: &'a GraphAccess,
}

/// The status of a capability.
enum CapabilityStatus {
    /// Allowed; by this permission, if known.
    Allowed(Option<&'static str>),
    /// The permission is missing.
    MissingPermission,
    /// Graph refuses despite the permission.
    Refused,
    /// Not known, with the reason.
    Unknown(String),
}

impl PermissionCheck<'_> {
    /// The permissions that are known to be missing.
    pub fn missing(&self) -> MissingPermissions {
        let lacking = CAPABILITIES
            .iter()
            .filter(|requirements| matches!(self.status(requirements), CapabilityStatus::MissingPermission));
        MissingPermissions(
            lacking
                .map(|requirements| (requirements.capability, requirements.least_permission.to_owned()))
                .collect(),
        )
    }

    /// One finding for each capability, and one for a basic profile.
    pub fn findings(&self) -> Vec<Finding> {
        let findings = CAPABILITIES.iter().map(|requirements| self.finding(requirements));
        findings.chain(self.basic_only()).collect()
    }

    fn status(&self, requirements: &CapabilityRequirements) -> CapabilityStatus {
        let granted = self.grants.first_of(requirements.permissions);
        let probe = self.probe(requirements.capability);
        match probe {
            Some(ProbeResult::Allowed(_)) => CapabilityStatus::Allowed(granted),
            _ if self.grants.lacks(requirements.permissions) => CapabilityStatus::MissingPermission,
            Some(ProbeResult::Refused) if granted.is_some() => CapabilityStatus::Refused,
            Some(ProbeResult::Refused) => CapabilityStatus::MissingPermission,
            _ if granted.is_some() => CapabilityStatus::Allowed(granted),
            Some(ProbeResult::Inconclusive(why) | ProbeResult::NoResponse(why)) => {
                CapabilityStatus::Unknown(why.clone())
            }
            None if self.cannot_even_read(requirements.capability) => CapabilityStatus::MissingPermission,
            None => CapabilityStatus::Unknown("it cannot be tested without writing".to_owned()),
            Some(_) => CapabilityStatus::Unknown("Microsoft Graph could not be asked".to_owned()),
        }
    }

    /// The probe that shows whether the capability is allowed. Writing is never tried.
    fn probe(&self, capability: Capability) -> Option<&ProbeResult> {
        match capability {
            Capability::ReadTokens => Some(&self.probes.tokens),
            Capability::ReadUserTokens => Some(&self.probes.tokens_of_users),
            Capability::ReadUsers if self.probes.full_users.is_allowed() => Some(&self.probes.full_users),
            Capability::ReadUsers => Some(&self.probes.users),
            Capability::WriteTokens | Capability::WriteUserTokens => None,
        }
    }

    /// Each write permission includes reading: without reading, writing is not allowed either.
    fn cannot_even_read(&self, capability: Capability) -> bool {
        let probe = match capability {
            Capability::WriteTokens => &self.probes.tokens,
            Capability::WriteUserTokens => &self.probes.tokens_of_users,
            _ => return false,
        };
        matches!(self.access, GraphAccess::AppOnly) && probe.is_refused()
    }

    fn finding(&self, requirements: &CapabilityRequirements) -> Finding {
        let CapabilityRequirements { verb, buttons, least_permission, .. } = requirements;
        let (subject, kind) = self.subject();
        match self.status(requirements) {
            CapabilityStatus::Allowed(granted) => {
                let by = granted.map_or_else(String::new, |granted| format!(" ({granted})"));
                good(
                    &topic(verb),
                    format!("{subject} may {verb}{by}.{}", self.role_for_writing(requirements)),
                )
            }
            CapabilityStatus::MissingPermission => problem(
                &topic(verb),
                format!(
                    "{subject} may not {verb}: the permission {least_permission} is missing. Without it these do not work: {buttons}."
                ),
                format!(
                    "Add the {kind} permission {least_permission} of Microsoft Graph and give admin consent, as described under \"Consent\"."
                ),
            ),
            CapabilityStatus::Refused => self.refused(requirements),
            CapabilityStatus::Unknown(why) => {
                let remedy = format!(
                    "The {kind} permission needed is {least_permission}: {APP_REGISTRATION_PATH} → API permissions shows it."
                );
                unknown(
                    &topic(verb),
                    format!("Whether {} may {verb} is not known: {why}.", lower(subject)),
                    Some(&remedy),
                )
            }
        }
    }

    fn refused(&self, requirements: &CapabilityRequirements) -> Finding {
        let CapabilityRequirements { verb, buttons, roles, .. } = requirements;
        match self.access {
            GraphAccess::Delegated { .. } => problem(
                &topic(verb),
                format!(
                    "The app may {verb} in your name, but you may not: your Entra roles do not suffice. These do not work for you: {buttons}."
                ),
                format!(
                    "Have one of these roles assigned: {roles}. Entra admin center → Roles & admins. Activate it first if you hold it in Privileged Identity Management, then sign in again."
                ),
            ),
            GraphAccess::AppOnly | GraphAccess::SignedOut => problem(
                &topic(verb),
                format!(
                    "The app holds the permission to {verb}, and yet Microsoft Graph refuses. These do not work: {buttons}."
                ),
                "If it was granted just now, wait a few minutes and check again. Else look for a Conditional Access \
                 policy for workload identities, and whether the tenant has Entra ID P1 or P2.",
            ),
        }
    }

    /// The Entra roles for writing, which cannot be checked without writing.
    fn role_for_writing(&self, requirements: &CapabilityRequirements) -> String {
        match (self.access, requirements.capability) {
            (GraphAccess::Delegated { .. }, Capability::WriteTokens | Capability::WriteUserTokens) => {
                format!(
                    " Whether your Entra roles allow it shows only when it is done; it takes {}.",
                    requirements.roles
                )
            }
            _ => String::new(),
        }
    }

    fn subject(&self) -> (&'static str, &'static str) {
        match self.access {
            GraphAccess::AppOnly => ("The app", "application"),
            GraphAccess::Delegated { .. } => ("The app in your name", "delegated"),
            GraphAccess::SignedOut => ("The app in an administrator's name", "delegated"),
        }
    }

    /// Whether the app may read the basic profile of users only.
    pub fn reads_basic_users_only(&self) -> bool {
        let whole = [READ_FULL_USERS, WRITE_USERS, READ_DIRECTORY, WRITE_DIRECTORY];
        let by_name = self.grants.holds(READ_USERS) && self.grants.lacks(&whole);
        let by_probe = self.probes.full_users.is_refused() && self.probes.users.is_allowed();
        by_name || by_probe
    }

    /// With the basic profile only, disabled users and guests cannot be recognised in advance.
    fn basic_only(&self) -> Option<Finding> {
        self.reads_basic_users_only().then(|| {
            advice(
                "Permissions: disabled accounts and guests",
                "With User.ReadBasic.All alone the app cannot tell disabled accounts and guests before it assigns a \
                 token: that shows only when Microsoft Graph refuses.",
                "Add User.Read.All instead, if you want to see it in advance.",
            )
        })
    }
}

/// With delegated permissions the findings depend on the person, and at the terminal nobody is signed in.
pub(super) fn signed_out() -> Finding {
    unknown(
        TOPIC,
        "What the app may do in an administrator's name, the administrator's Entra roles and the policy of the \
         hardware OATH method cannot be seen from here.",
        Some("Sign in to Token Inventory as that administrator and open Settings → Check."),
    )
}

fn lower(subject: &str) -> String {
    subject.replacen("The ", "the ", 1)
}

#[cfg(test)]
mod tests;
