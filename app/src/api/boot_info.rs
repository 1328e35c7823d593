//! The state that the pages need before their first call.

use serde::{Deserialize, Serialize};
use token_core::plan::privileged::PrivilegedTargets;

use crate::{
    api::access::{CurrentUser, Role},
    language::Language,
};

/// The deployment and the current user, which the server writes into the document (`data-about`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootInfo {
    /// Which tenant is managed, and who its administrators are.
    #[serde(rename = "way")]
    pub mode: DeploymentMode,
    /// The current user.
    #[serde(rename = "visitor")]
    pub user: CurrentUser,
    /// The app role of administrators.
    pub admin_role: String,
    /// Whether the local operator can connect a tenant.
    pub can_connect: bool,
    /// Why this browser's last sign-in failed.
    pub problem: Option<String>,
    /// What users may do with their own tokens.
    pub self_service: SelfService,
    /// What is done with tokens of users who hold a directory role.
    pub privileged_targets: PrivilegedTargets,
    /// The language of the pages for end users.
    pub language: Language,
    /// Scheme, host and port of the public URL.
    pub origin: String,
    /// The base path, without a trailing slash; empty at the root of a host.
    pub base: String,
}

/// What users may do with their own tokens, without an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfService {
    /// Whether they may activate tokens that an administrator has assigned to them.
    pub activate: bool,
    /// Whether they may also claim an unassigned one by its serial number.
    pub claim: bool,
    /// From how many tokens on a user cannot claim another.
    #[serde(rename = "most")]
    pub max_tokens: usize,
    /// How users reach the help desk, in the organisation's words.
    pub help_desk: Option<String>,
}

impl SelfService {
    /// Self-service is off.
    pub fn off() -> Self {
        Self { activate: false, claim: false, max_tokens: 0, help_desk: None }
    }
}

impl BootInfo {
    /// For a document without boot information.
    pub fn unknown() -> Self {
        let (user, admin_role) = (CurrentUser::anonymous(), String::new());
        Self {
            mode: DeploymentMode::Organisation,
            user,
            admin_role,
            can_connect: false,
            problem: None,
            self_service: SelfService::off(),
            privileged_targets: PrivilegedTargets::default(),
            language: Language::default(),
            origin: String::new(),
            base: String::new(),
        }
    }

    /// Whether the current user may see the administrators' pages.
    pub fn is_administrator(&self) -> bool {
        self.user.role == Role::Administrator
    }

    /// Whether the current user may see the audit log.
    pub fn may_audit(&self) -> bool {
        matches!(self.user.role, Role::Administrator | Role::Auditor)
    }
}

/// How the program is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentMode {
    /// The practice tenant: everybody is its administrator.
    Practice,
    /// A tenant that the local operator connected.
    Local,
    /// An organisation's server: users sign in.
    Organisation,
}
