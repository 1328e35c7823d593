//! The tenant that a command works on, its credentials, and the audit trail that records its changes.

use std::{
    io,
    sync::{Arc, Mutex},
};

use audit::{ActorContext, AuditLog, AuditSettings, Siem};
use clap::Args;
use graph::{GraphDirectory, GraphSettings, clock};
use practice::{Practice, PracticeSettings};
use token_core::{
    audit::{Actor, ActorKind},
    checkup::Capability,
    plan::privileged::PrivilegedTargets,
    ports::SharedDirectory,
};

use super::{
    exit::{CommandError, Exit},
    tenant_data::TenantClock,
};
use crate::{
    config::{Access, AuditArgs, ConfigErrors, Organisation, TenantArgs},
    doctor,
    start::practice_settings,
    trial::TrialAccess,
};

const NO_TENANT: &str = "\
No tenant is configured. Set these variables, or the flags of the same names:
  ENTRA_TENANT_ID            directory (tenant) id
  ENTRA_CLIENT_ID            application (client) id
  ENTRA_CLIENT_SECRET_FILE   file with the client secret (or ENTRA_CLIENT_SECRET, the secret itself)
Or try it with --practice, on a made-up company that is forgotten when the command ends.";

/// The source address of audit entries that come from a command.
const ADDRESS: &str = "command line";

/// Which tenant, and where changes are recorded.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tenant")]
pub struct TargetArgs {
    #[command(flatten)]
    tenant: TenantArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// Try it on a made-up company, which is forgotten when the command ends.
    #[arg(long)]
    practice: bool,
}

/// The Graph client of a tenant, and the audit trail of the command.
pub struct TenantSession {
    settings: GraphSettings,
    graph: Arc<GraphDirectory>,
    audit_log: Option<Arc<AuditLog>>,
    who: ActorContext,
    privileged_targets: PrivilegedTargets,
}

impl TargetArgs {
    /// From the arguments of a command that has some of them for another purpose, too.
    pub const fn new(tenant: TenantArgs, audit: AuditArgs, practice: bool) -> Self {
        Self { tenant, audit, practice }
    }

    /// Builds the client and, if `recorded`, opens the audit trail. Nothing is sent yet.
    ///
    /// # Errors
    /// When no tenant is set, the configuration is invalid, or the audit trail cannot be opened.
    pub async fn open(self, recorded: bool) -> Result<TenantSession, CommandError> {
        let mut problems = Vec::new();
        let audit = self.audit.check(self.practice, &mut problems);
        let privileged_targets = self.tenant.check_privileged_targets(&mut problems);
        let (audit, privileged_targets) = audit
            .zip(privileged_targets)
            .filter(|_| problems.is_empty())
            .ok_or_else(|| CommandError::from(ConfigErrors(problems)))?;
        let settings =
            if self.practice { start_practice_tenant().await? } else { organisation(self.tenant)? };
        let unusable = |error| CommandError::unusable(format!("The Graph client could not start: {error}"));
        let graph = Arc::new(GraphDirectory::new(settings.clone()).map_err(unusable)?);
        let audit_log = if recorded { Some(audit_log(&audit).await?) } else { None };
        let who = ActorContext {
            actor: Actor::named(ActorKind::LocalOperator, &user()),
            role: "administrator".to_owned(),
            address: ADDRESS.to_owned(),
            tenant: settings.tenant_id.clone(),
        };
        Ok(TenantSession { settings, graph, audit_log, who, privileged_targets })
    }
}

impl TenantSession {
    /// The tenant's directory, for reads. The audit log, if it is open, caches the names in the answers.
    pub fn directory(&self) -> SharedDirectory {
        self.recorded_directory().unwrap_or_else(|_| Arc::clone(&self.graph) as SharedDirectory)
    }

    /// The tenant's directory, whose writes are recorded.
    ///
    /// # Errors
    /// When the audit log is not open.
    pub fn recorded_directory(&self) -> Result<SharedDirectory, CommandError> {
        let audit_log = self.open_audit_log()?;
        let graph = Arc::clone(&self.graph) as SharedDirectory;
        Ok(audit_log.audited_by(graph, self.who.clone(), self.privileged_targets))
    }

    fn open_audit_log(&self) -> Result<Arc<AuditLog>, CommandError> {
        let closed = || CommandError {
            exit: Exit::AuditLog,
            message: "The audit trail is not open, so nothing was changed.".to_owned(),
        };
        self.audit_log.clone().ok_or_else(closed)
    }

    /// What is done with tokens of users who hold a directory role.
    pub const fn privileged_targets(&self) -> PrivilegedTargets {
        self.privileged_targets
    }

    /// Microsoft's time, by the `Date` of its answers so far.
    pub fn clock(&self) -> TenantClock {
        TenantClock::reading(self.graph.now_ms())
    }

    /// The open audit trail and the actor, for entries that are not writes.
    pub fn audit(&self) -> Option<(Arc<AuditLog>, ActorContext)> {
        Some((self.audit_log.clone()?, self.who.clone()))
    }

    /// What a trial needs of it.
    ///
    /// # Errors
    /// When the audit log is not open.
    pub fn trial_access(&self) -> Result<TrialAccess, CommandError> {
        let audit_log = self.open_audit_log()?;
        let (graph, who) = (Arc::clone(&self.graph), self.who.clone());
        Ok(TrialAccess::new(graph, audit_log, who, &self.settings.client_id)
            .with_privileged_targets(self.privileged_targets))
    }

    /// Checks before the first write that no permission is missing. One that cannot be checked counts as granted.
    ///
    /// # Errors
    /// When a permission is missing.
    pub async fn check(&self, works: &[Capability]) -> Result<(), CommandError> {
        let missing = doctor::missing_permissions(&self.settings, None).await;
        let Some(permission) = missing.first(works) else { return Ok(()) };
        Err(CommandError::tenant(format!(
            "The app lacks the permission {permission}. Grant it in Entra ID → App registrations → API permissions and \
             give admin consent; token-inventory doctor says where. Nothing was changed."
        )))
    }

    /// Writes the pending audit entries.
    pub async fn close(self) {
        if let Some(audit_log) = self.audit_log {
            audit_log.close().await;
        }
    }
}

fn organisation(args: TenantArgs) -> Result<GraphSettings, CommandError> {
    let Organisation { settings, access } =
        args.organisation()?.ok_or_else(|| CommandError::unusable(NO_TENANT))?;
    match access {
        Access::Application => Ok(settings),
        Access::Delegated => Err(CommandError::unusable(
            "GRAPH_ACCESS: delegated works for users who sign in in the browser. Commands act as the app itself: set \
             GRAPH_ACCESS=application for them.",
        )),
    }
}

async fn start_practice_tenant() -> Result<GraphSettings, CommandError> {
    let practice = Practice::start(&PracticeSettings::default(), 0).await;
    let unusable = |error| CommandError::unusable(format!("The practice tenant could not start: {error}"));
    practice.map(|practice| practice_settings(&practice)).map_err(unusable)
}

async fn audit_log(settings: &AuditSettings) -> Result<Arc<AuditLog>, CommandError> {
    // Standard output is for the command's results.
    let siem = Siem::new(settings.log, Arc::new(Mutex::new(io::stderr())));
    let unavailable = |error| CommandError {
        exit: Exit::AuditLog,
        message: format!("The audit trail cannot be opened (DATABASE_URL), so nothing was changed: {error}"),
    };
    AuditLog::open(&settings.default_store, siem, settings.retention, clock::now_ms)
        .await
        .map_err(unavailable)
}

/// The operating system's name of the user who runs the command.
fn user() -> String {
    whoami::username()
        .ok()
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "Local operator".to_owned())
}
