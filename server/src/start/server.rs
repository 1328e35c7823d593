//! Builds everything of the server except its listener from a checked configuration.

use std::{net::SocketAddr, sync::Arc};

use app::api::boot_info::DeploymentMode;
use audit::{AuditLogs, ManagedTenant, Siem, database::Database};
use axum::Router;
use graph::{Credential, GraphDirectory, GraphSettings, Secret, clock, is_loopback};
use practice::Practice;
use url::Url;

use crate::{
    active_tenant::{ActiveTenant, Connection},
    auth::{AuthConfig, AuthState},
    config::{Access, Clouds, Config, Organisation, TenantConfig},
    router::{self, RouterConfig},
    static_files::StaticFiles,
    trial::{TrialAccess, TrialTasks},
};

/// The built server, without a listener.
pub struct Server {
    /// The routes with all their layers; they need the peer's address (`ConnectInfo<SocketAddr>`).
    pub router: Router,
    /// The address that users type.
    pub public_url: Url,
    /// The one-time link for the local operator, if there is one.
    pub link: Option<Url>,
    /// The practice tenant, if it runs.
    pub practice: Option<Arc<Practice>>,
    /// The tenant that the configuration names.
    pub default_tenant: Arc<GraphDirectory>,
    /// The audit trail.
    pub audit_logs: Arc<AuditLogs>,
    /// The trials under way.
    pub trials: Arc<TrialTasks>,
}

impl Server {
    /// Builds it for a server that listens at `addr`. Nothing is sent yet.
    ///
    /// # Errors
    /// When the practice tenant cannot start, a client cannot be built, or there is no built app.
    pub async fn build(config: Config, addr: SocketAddr) -> Result<Self, String> {
        let files = StaticFiles::find(config.files)?;
        let public_url = config.public_url.map_or_else(|| local_url(addr), Ok)?;
        let (connection, practice, clouds) =
            default_tenant(config.tenant, &config.admin_role, &config.auditor_role).await?;
        let default_tenant = Arc::clone(&connection.directory);
        let siem = Siem::on_stdout(config.audit.log);
        let unavailable = |error| {
            format!(
                "The audit trail cannot be opened (DATABASE_URL), so Token Inventory does not start: {error}"
            )
        };
        let database = Database::open(&config.audit.default_store).await.map_err(unavailable)?;
        let session_pool = database.separate_pool();
        let tenant_aliases = config.audit.tenant_aliases.clone();
        let audit_logs = AuditLogs::on(database, config.audit, siem, clock::now_ms).await;
        let audit_logs = Arc::new(audit_logs.map_err(unavailable)?);
        let tenant_id = &connection.settings.tenant_id;
        let audit_log = audit_logs.default_log();
        audit_log.record_start(ManagedTenant {
            id: tenant_id,
            is_practice: connection.mode == DeploymentMode::Practice,
            is_delegated: connection.delegated,
        });
        audit_log.start_maintenance(tenant_id, connection.directory.clone());
        let trials = Arc::new(TrialTasks::default());
        trials.watch_tenant(TrialAccess::of_program(&connection.settings, &connection.directory, &audit_log));
        let auth_config = AuthConfig {
            public_url: public_url.clone(),
            admin_role: config.admin_role,
            auditor_role: config.auditor_role,
            tenant_aliases,
            lifetimes: config.lifetimes,
            self_service: config.self_service,
            step_up_context: config.step_up_context,
            privileged_targets: config.privileged_targets,
            // Behind a proxy every request seems to come from this machine.
            connectable: clouds.filter(|_| is_loopback(&public_url) && config.practice_proxy.is_none()),
            proxies: config.proxies,
            trials: Arc::clone(&trials),
        };
        let (auth, link) = AuthState::open(
            ActiveTenant::new(connection),
            Arc::clone(&audit_logs),
            session_pool,
            auth_config,
        );
        let router_config =
            RouterConfig { files, addr, public_url: public_url.clone(), metrics_token: config.metrics_token };
        let router = router::build(&router_config, auth, practice.clone());
        Ok(Self { router, public_url, link, practice, default_tenant, audit_logs, trials })
    }
}

/// Connects the configured tenant; for the practice tenant also returns the clouds of tenants that may be connected instead.
async fn default_tenant(
    tenant: TenantConfig,
    admin_role: &str,
    auditor_role: &str,
) -> Result<(Connection, Option<Arc<Practice>>, Option<Clouds>), String> {
    match tenant {
        TenantConfig::Practice(mut settings, clouds) => {
            // The practice tenant uses the configured role names, too.
            settings.admin_role = admin_role.to_owned();
            settings.auditor_role = auditor_role.to_owned();
            let practice = Practice::start(&settings, 0)
                .await
                .map_err(|error| format!("The practice tenant could not start: {error}"))?;
            let connection = Connection::new(DeploymentMode::Practice, practice_settings(&practice), false)?;
            Ok((connection, Some(Arc::new(practice)), Some(clouds)))
        }
        TenantConfig::Organisation(Organisation { settings, access }) => {
            let connection =
                Connection::new(DeploymentMode::Organisation, settings, access == Access::Delegated)?;
            Ok((connection, None, None))
        }
    }
}

/// The Graph settings with which the app connects to a practice tenant.
pub(crate) fn practice_settings(practice: &Practice) -> GraphSettings {
    GraphSettings {
        endpoint: practice.base_url.clone(),
        authority: practice.base_url.clone(),
        tenant_id: practice.tenant_id.clone(),
        client_id: practice.client_id.clone(),
        credential: Credential::Secret(Secret::new(practice.client_secret.clone())),
    }
}

/// The URL under which a browser on this machine reaches a server that listens at `addr`.
pub(super) fn local_url(addr: SocketAddr) -> Result<Url, String> {
    let host = if addr.ip().is_loopback() { "localhost".to_owned() } else { addr.ip().to_string() };
    Url::parse(&format!("http://{host}:{}", addr.port())).map_err(|error| format!("{addr}: {error}"))
}
