//! Authentication and authorization: sign-in, sessions, roles, rate limits.
//!
//! `middleware` authenticates every request; `routes` lists the routes, `sign_in` and `sign_out` have their handlers; `sessions` and `session_store`
//! keep the sessions, `confirmation` asserts their users again; `operator` verifies the local operator. `services` implements the app's services for a request,
//! and `my_tokens` those for a user's own tokens, to which the forms of `my_form` lead.

mod actor;
mod assertion;
mod audit_service;
mod confirmation;
mod cookies;
mod digest;
mod language;
mod middleware;
mod my_form;
mod my_tokens;
mod operator;
mod pending_activation;
mod pending_sign_ins;
mod pg_session_store;
mod privileged;
mod rate_limits;
mod responses;
mod return_to;
mod routes;
mod run_owners;
mod sealing;
mod sensitive_actions;
mod sent_forms;
mod services;
mod session_list;
mod session_store;
mod sessions;
mod shared_limits;
mod sign_in;
mod sign_out;
mod step_up;
mod trials;

use std::sync::Arc;

use app::api::{
    access::{CurrentUser, Role},
    boot_info::{BootInfo, DeploymentMode},
    services::{Services, SharedMyTokens},
};
use audit::{AuditLog, AuditLogs, TenantScope};
use graph::entra::sign_in::Person;
use sqlx::PgPool;
use token_core::{
    audit::AuditLogStatus, error::ServiceError, plan::privileged::PrivilegedTargets, ports::SharedDirectory,
};
use url::Url;

use self::{
    audit_service::ActorAuditService, cookies::Cookies, my_tokens::RequestMyTokens, operator::Operator,
    pg_session_store::PgSessionStore, rate_limits::RateLimits, run_owners::RunOwners, sealing::ServerKey,
    sensitive_actions::SensitiveActions, services::RequestServices, sessions::SessionStore,
    trials::RequestTrials,
};
pub use self::{
    middleware::{RequestContext, authenticate},
    routes::routes,
    sessions::UserSession,
};
use crate::{
    active_tenant::ActiveTenant,
    base_path,
    config::{Clouds, Lifetimes, SelfService, StepUpContext, TrustedProxies},
    trial::TrialTasks,
    user_locks::{UserLockedDirectory, UserLocks},
};

/// The redirect URI's path, below the public URL.
const CALLBACK: &str = "auth/callback";
/// The display name of the local operator.
const OPERATOR_NAME: &str = "Local operator";
/// The display name of a user of the practice tenant who has not signed in as somebody else.
const PRACTICE_NAME: &str = "Practice administrator";

/// The state of authentication, shared by all requests.
pub struct AuthState {
    active_tenant: ActiveTenant,
    audit_logs: Arc<AuditLogs>,
    connectable: Option<Clouds>,
    public_url: Url,
    admin_role: String,
    auditor_role: String,
    tenant_aliases: Vec<String>,
    self_service: SelfService,
    step_up_context: StepUpContext,
    privileged_targets: PrivilegedTargets,
    sensitive_actions: SensitiveActions,
    sessions: SessionStore,
    /// Seals what browsers and the shared store keep for this server.
    server_key: ServerKey,
    operator: Option<Operator>,
    rate_limits: RateLimits,
    user_locks: Arc<UserLocks>,
    run_owners: RunOwners,
    /// The store that this instance shares with others, if there are several.
    pg_store: Option<PgSessionStore>,
    cookies: Cookies,
    proxies: TrustedProxies,
    trials: Arc<TrialTasks>,
}

/// The configuration of authentication.
pub struct AuthConfig {
    /// The public URL of the app.
    pub public_url: Url,
    /// The value of the app role of administrators.
    pub admin_role: String,
    /// The value of the app role of auditors.
    pub auditor_role: String,
    /// Other names of the organisation's tenant in earlier entries of the audit log.
    pub tenant_aliases: Vec<String>,
    /// How long a session lasts.
    pub lifetimes: Lifetimes,
    /// What users may do with their own tokens.
    pub self_service: SelfService,
    /// The authentication context that sensitive actions require.
    pub step_up_context: StepUpContext,
    /// What is done with tokens of people who hold a directory role.
    pub privileged_targets: PrivilegedTargets,
    /// The endpoints of a tenant that the local operator may connect. `None`: there is no local operator.
    pub connectable: Option<Clouds>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: TrustedProxies,
    /// The trials of this instance.
    pub trials: Arc<TrialTasks>,
}

impl AuthState {
    /// Builds the state; `session_pool` leads to the database that several instances of the server share. The second part
    /// is the local operator's one-time link, if there is one.
    pub fn open(
        active_tenant: ActiveTenant,
        audit_logs: Arc<AuditLogs>,
        session_pool: Option<PgPool>,
        config: AuthConfig,
    ) -> (Arc<Self>, Option<Url>) {
        let operator = config.connectable.is_some().then(|| Operator::new(config.lifetimes.idle));
        let link = operator.as_ref().and_then(|(_, key)| operator_link(&config.public_url, key));
        let connection = active_tenant.current();
        // The users of a practice tenant exist in one instance only, and the local operator uses one.
        let is_shared = connection.mode == DeploymentMode::Organisation;
        let pg_store = session_store::pg_store(session_pool.filter(|_| is_shared), &connection);
        let auth = Self {
            active_tenant,
            audit_logs,
            connectable: config.connectable,
            admin_role: config.admin_role,
            auditor_role: config.auditor_role,
            tenant_aliases: config.tenant_aliases,
            self_service: config.self_service,
            step_up_context: config.step_up_context,
            privileged_targets: config.privileged_targets,
            sensitive_actions: SensitiveActions::default(),
            sessions: SessionStore::new(config.lifetimes),
            server_key: session_store::server_key(pg_store.is_some(), &connection),
            operator: operator.map(|(operator, _)| operator),
            rate_limits: RateLimits::new(),
            user_locks: Arc::default(),
            run_owners: RunOwners::default(),
            pg_store,
            cookies: Cookies::new(&config.public_url),
            proxies: config.proxies,
            public_url: config.public_url,
            trials: config.trials,
        };
        (Arc::new(auth), link)
    }

    /// The services for the server functions of this request.
    pub fn services(self: &Arc<Self>, context: Option<&RequestContext>) -> Services {
        let context =
            context.cloned().unwrap_or_else(|| RequestContext::anonymous(self.active_tenant.current()));
        let (audit_log, actor) = (self.audit_log_of(&context), context.actor());
        let scope = self.audit_scope_of(&context);
        let now_ms = context.connection.directory.now_ms();
        Services {
            directory: self
                .user_locked_directory(&context)
                .map(|inner| audit_log.audited_by(inner, actor.clone(), self.privileged_targets)),
            trial: Arc::new(RequestTrials::new(Arc::clone(self), context.clone())),
            my_tokens: RequestMyTokens::of(self, &context)
                .map(|my_tokens| Arc::new(my_tokens) as SharedMyTokens),
            form_answer: context.form_answer.clone(),
            boot_info: self.boot_info(&context),
            session: Arc::new(RequestServices::new(Arc::clone(self), context.clone())),
            settings: Arc::new(RequestServices::new(Arc::clone(self), context)),
            audit: Arc::new(ActorAuditService::new(audit_log, scope, actor)),
            now_ms,
        }
    }

    /// The directory of the request's administrator, which shares its locks with all other requests.
    fn user_locked_directory(&self, context: &RequestContext) -> Option<SharedDirectory> {
        let tenant = &context.connection.settings.tenant_id;
        let inner = context.directory()?;
        Some(Arc::new(UserLockedDirectory::new(inner, Arc::clone(&self.user_locks), tenant)))
    }

    /// The audit log of the request's tenant.
    pub(crate) fn audit_log_of(&self, context: &RequestContext) -> Arc<AuditLog> {
        self.audit_log_of_mode(context.connection.mode)
    }

    fn audit_log_of_mode(&self, mode: DeploymentMode) -> Arc<AuditLog> {
        match mode {
            DeploymentMode::Local => self.audit_logs.connected_log(),
            DeploymentMode::Practice | DeploymentMode::Organisation => self.audit_logs.default_log(),
        }
    }

    /// The tenant of whose entries the request may read: the one that it manages, by all its names.
    pub(crate) fn audit_scope_of(&self, context: &RequestContext) -> TenantScope {
        let mut names = vec![context.connection.settings.tenant_id.clone()];
        names.extend(context.session.iter().map(|(_, session)| session.person.tid.hyphenated().to_string()));
        if context.connection.mode == DeploymentMode::Organisation {
            names.extend(self.tenant_aliases.iter().cloned());
        }
        TenantScope::Named(names)
    }

    /// The app role of administrators.
    pub(crate) fn admin_role(&self) -> &str {
        &self.admin_role
    }

    /// The sessions in this instance.
    pub(crate) fn session_count(&self) -> u64 {
        self.sessions.all().len().try_into().unwrap_or(u64::MAX)
    }

    /// The state of the audit log of every tenant.
    ///
    /// # Errors
    /// When its store cannot be read.
    pub(crate) async fn audit_status(&self) -> Result<AuditLogStatus, ServiceError> {
        let log = self.audit_log_of_mode(self.active_tenant.current().mode);
        log.status(&TenantScope::All).await
    }

    fn boot_info(&self, context: &RequestContext) -> BootInfo {
        BootInfo {
            mode: context.connection.mode,
            user: context.user.clone(),
            admin_role: self.admin_role.clone(),
            can_connect: self.operator.is_some(),
            problem: context.problem.clone(),
            self_service: self.self_service.shown(),
            privileged_targets: self.privileged_targets,
            language: context.language,
            origin: self.public_url.origin().ascii_serialization(),
            base: base_path::of(&self.public_url),
        }
    }

    fn role_of(&self, person: &Person) -> Role {
        let has = |role: &String| person.roles.contains(role);
        if has(&self.admin_role) {
            Role::Administrator
        } else if has(&self.auditor_role) {
            Role::Auditor
        } else {
            Role::EndUser
        }
    }

    /// The user of a request without a session.
    fn anonymous_user(&self, mode: DeploymentMode, operator: bool) -> CurrentUser {
        let named = |name: &str| CurrentUser {
            role: Role::Administrator,
            operator,
            name: name.to_owned(),
            upn: String::new(),
        };
        match mode {
            DeploymentMode::Local if operator => named(OPERATOR_NAME),
            DeploymentMode::Practice => named(if operator { OPERATOR_NAME } else { PRACTICE_NAME }),
            DeploymentMode::Local | DeploymentMode::Organisation => CurrentUser::anonymous(),
        }
    }

    fn redirect_uri(&self) -> Url {
        // Joining a fixed relative path to a checked http address cannot fail.
        self.public_url.join(CALLBACK).unwrap_or_else(|_| self.public_url.clone())
    }
}

/// The one-time link with this key.
fn operator_link(public_url: &Url, key: &str) -> Option<Url> {
    let mut link = public_url.join(operator::PATH).ok()?;
    link.query_pairs_mut().append_pair("key", key);
    Some(link)
}
