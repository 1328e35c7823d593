//! Where the program runs, and who looks at it.

use serde::{Deserialize, Serialize};

use crate::{
    api::access::{CurrentUser, Role},
    language::Language,
};

/// What the pages know from the beginning: the server writes it into the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootInfo {
    /// Which tenant, and who is its administrator here.
    #[serde(rename = "way")]
    pub mode: DeploymentMode,
    /// The person before the screen.
    #[serde(rename = "visitor")]
    pub user: CurrentUser,
    /// The app role of administrators.
    pub admin_role: String,
    /// Whether the person at the machine can connect a tenant.
    pub can_connect: bool,
    /// What went wrong when this browser last tried to sign in.
    pub problem: Option<String>,
    /// What people may do with their own tokens.
    pub self_service: SelfService,
    /// The language of the pages for end users.
    pub language: Language,
    /// Scheme, host and port that people type.
    pub origin: String,
    /// The path below which the app is reached, without a slash at its end; empty at the root of a host.
    pub base: String,
}

/// What people may do with their own tokens, without an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfService {
    /// Whether they may activate tokens that an administrator has assigned to them.
    pub activate: bool,
    /// Whether they may also take one that is nobody's, by its serial number.
    pub claim: bool,
    /// How many tokens a person may hold before they can take no other.
    #[serde(rename = "most")]
    pub max_tokens: usize,
    /// Where they get help, as the organisation words it.
    pub help_desk: Option<String>,
}

impl SelfService {
    /// Nothing at all.
    pub fn off() -> Self {
        Self { activate: false, claim: false, max_tokens: 0, help_desk: None }
    }
}

impl BootInfo {
    /// What a document says that says nothing.
    pub fn unknown() -> Self {
        let (user, admin_role) = (CurrentUser::anonymous(), String::new());
        Self {
            mode: DeploymentMode::Organisation,
            user,
            admin_role,
            can_connect: false,
            problem: None,
            self_service: SelfService::off(),
            language: Language::default(),
            origin: String::new(),
            base: String::new(),
        }
    }

    /// Whether the visitor may see the administrators' pages.
    pub fn is_administrator(&self) -> bool {
        self.user.role == Role::Administrator
    }

    /// Whether the visitor may see the audit trail.
    pub fn may_audit(&self) -> bool {
        matches!(self.user.role, Role::Administrator | Role::Auditor)
    }
}

/// The three ways to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentMode {
    /// The made-up company: every visitor is its administrator.
    Practice,
    /// A tenant that the person at this machine connected.
    Local,
    /// An organisation's server: people sign in.
    Organisation,
}
