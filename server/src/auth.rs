//! Who comes to the server, and what they may do: sign-in, sessions, roles, limits.
//!
//! `user` looks at every request and says whose it is; `sign_in` brings people in and out; `sessions`
//! remembers them; `operator` knows the person at the machine; `desk` answers what the app asks about all this, and `my_tokens`
//! what a person asks about their own tokens.

mod cookies;
mod digest;
mod language;
mod middleware;
mod my_tokens;
mod operator;
mod pending_activation;
mod pending_sign_ins;
mod pg_session_store;
mod rate_limits;
mod return_to;
mod services;
mod session_store;
mod sessions;
mod sign_in;
mod trusted_proxies;
mod user_locks;

use std::sync::Arc;

use app::api::{
    access::{CurrentUser, Role},
    services::{Services, SharedMyTokens},
    tenant::boot_info::{BootInfo, DeploymentMode},
};
use url::Url;

use self::{
    cookies::Cookies, my_tokens::RequestMyTokens, operator::Operator, pending_sign_ins::PendingSignIns,
    pg_session_store::PgSessionStore, rate_limits::RateLimits, services::RequestServices,
    sessions::SessionStore, user_locks::UserLocks,
};
pub use self::{
    middleware::{RequestContext, authenticate},
    sessions::{Lifetimes, UserSession},
    sign_in::routes,
    trusted_proxies::TrustedProxies,
};
use crate::{
    active_tenant::ActiveTenant,
    audit::{ActorAuditService, ActorContext, AuditLog, AuditLogs},
    base_path, clock,
    config::{Clouds, SelfService},
    entra::sign_in::Person,
};

/// Where Entra sends people back to, below the public address.
const CALLBACK: &str = "auth/callback";
/// What the person at the machine is called.
const OPERATOR_NAME: &str = "Local operator";
/// What a visitor of the practice tenant is called who has not chosen to be somebody else.
const PRACTICE_NAME: &str = "Practice administrator";

/// Everything that the server remembers about visitors.
pub struct AuthState {
    active_tenant: ActiveTenant,
    audit_logs: Arc<AuditLogs>,
    connectable: Option<Clouds>,
    public_url: Url,
    admin_role: String,
    auditor_role: String,
    self_service: SelfService,
    sessions: SessionStore,
    pending_sign_ins: PendingSignIns,
    operator: Option<Operator>,
    rate_limits: RateLimits,
    user_locks: UserLocks,
    /// What other instances of the server know, too.
    pg_store: Option<PgSessionStore>,
    cookies: Cookies,
    proxies: TrustedProxies,
}

/// What the reception is told at start.
pub struct AuthConfig {
    /// Where people reach the app.
    pub public_url: Url,
    /// The value of the app role that makes an administrator.
    pub admin_role: String,
    /// The value of the app role that makes an auditor.
    pub auditor_role: String,
    /// How long a session lasts.
    pub lifetimes: Lifetimes,
    /// What people may do with their own tokens.
    pub self_service: SelfService,
    /// Where the tenant is that the person at the machine may connect; nobody may without it.
    pub connectable: Option<Clouds>,
    /// The proxies that say truly where a request comes from.
    pub proxies: TrustedProxies,
}

impl AuthState {
    /// Opens. The second part is the one-time link for the person at the machine, if there is one.
    pub fn open(
        active_tenant: ActiveTenant,
        audit_logs: Arc<AuditLogs>,
        config: AuthConfig,
    ) -> (Arc<Self>, Option<Url>) {
        let operator = config.connectable.is_some().then(Operator::new);
        let link = operator.as_ref().and_then(|(_, key)| {
            let mut link = config.public_url.join(operator::PATH).ok()?;
            link.query_pairs_mut().append_pair("key", key);
            Some(link)
        });
        let connection = active_tenant.current();
        // Each instance has made-up people of its own; the local operator is alone.
        let is_shared = connection.mode == DeploymentMode::Organisation;
        let pool = audit_logs.for_mode(connection.mode).store().separate_pool().filter(|_| is_shared);
        let pg_store = session_store::pg_store(pool, &connection);
        let auth = Self {
            active_tenant,
            audit_logs,
            connectable: config.connectable,
            admin_role: config.admin_role,
            auditor_role: config.auditor_role,
            self_service: config.self_service,
            sessions: SessionStore::new(
                config.lifetimes,
                pg_store.as_ref().map(|_| session_store::SHARED_PREFIX),
            ),
            pending_sign_ins: PendingSignIns::default(),
            operator: operator.map(|(operator, _)| operator),
            rate_limits: RateLimits::new(),
            user_locks: UserLocks::default(),
            pg_store,
            cookies: Cookies::new(&config.public_url),
            proxies: config.proxies,
            public_url: config.public_url,
        };
        (Arc::new(auth), link)
    }

    /// What server functions work with when this visitor calls them.
    pub fn services(self: &Arc<Self>, context: Option<&RequestContext>) -> Services {
        let context =
            context.cloned().unwrap_or_else(|| RequestContext::anonymous(self.active_tenant.current()));
        let (audit_log, who) =
            (self.audit_logs.for_mode(context.connection.mode), ActorContext::of(&context));
        Services {
            directory: context.directory().map(|inner| audit_log.audited(inner, who.clone(), None)),
            my_tokens: RequestMyTokens::of(self, &context)
                .map(|my_tokens| Arc::new(my_tokens) as SharedMyTokens),
            boot_info: self.boot_info(&context),
            session: Arc::new(RequestServices::new(Arc::clone(self), context.clone())),
            settings: Arc::new(RequestServices::new(Arc::clone(self), context)),
            audit: Arc::new(ActorAuditService::new(audit_log, who)),
            now_ms: clock::now_ms,
        }
    }

    /// The trail to which this visitor's doings go.
    pub(crate) fn audit_log_of(&self, context: &RequestContext) -> Arc<AuditLog> {
        self.audit_logs.for_mode(context.connection.mode)
    }

    /// The app role of administrators.
    pub(crate) fn admin_role(&self) -> &str {
        &self.admin_role
    }

    fn boot_info(&self, context: &RequestContext) -> BootInfo {
        BootInfo {
            mode: context.connection.mode,
            user: context.user.clone(),
            admin_role: self.admin_role.clone(),
            can_connect: self.operator.is_some(),
            problem: context.problem.clone(),
            self_service: self.self_service.shown(),
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

    /// A visitor who has not signed in.
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
