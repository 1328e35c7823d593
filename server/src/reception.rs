//! Who comes to the server, and what they may do: sign-in, sessions, roles, limits.
//!
//! `visitor` looks at every request and says whose it is; `sign_in` brings people in and out; `sessions`
//! remembers them; `operator` knows the person at the machine; `desk` answers what the app asks about all this, and `own`
//! what a person asks about their own tokens.

mod cabinet;
mod cookies;
mod desk;
mod digest;
mod language;
mod limits;
mod operator;
mod own;
mod pending;
mod proxies;
mod return_to;
mod sessions;
mod set_aside;
mod shared;
mod sign_in;
mod turns;
mod visitor;

use std::sync::Arc;

use app::api::{
    access::{Role, Visitor},
    services::{Services, SharedOwn},
    tenant::about::{About, Way},
};
use url::Url;

use self::{
    cabinet::Cabinet, cookies::Cookies, desk::VisitorsDesk, limits::Limits, operator::Operator,
    own::PersonsOwn, pending::PendingSignIns, sessions::Sessions, turns::Turns,
};
pub use self::{
    proxies::Proxies,
    sessions::{Lifetimes, Session},
    sign_in::routes,
    visitor::{Caller, receive},
};
use crate::{
    audit::{ActorAuditService, ActorContext, AuditLog, AuditLogs},
    clock,
    config::{Clouds, SelfService},
    entra::sign_in::Person,
    mount,
    tenancy::Tenancy,
};

/// Where Entra sends people back to, below the public address.
const CALLBACK: &str = "auth/callback";
/// What the person at the machine is called.
const OPERATOR_NAME: &str = "Local operator";
/// What a visitor of the practice tenant is called who has not chosen to be somebody else.
const PRACTICE_NAME: &str = "Practice administrator";

/// Everything that the server remembers about visitors.
pub struct Reception {
    tenancy: Tenancy,
    audit_logs: Arc<AuditLogs>,
    connectable: Option<Clouds>,
    public_url: Url,
    admin_role: String,
    auditor_role: String,
    self_service: SelfService,
    sessions: Sessions,
    pending: PendingSignIns,
    operator: Option<Operator>,
    limits: Limits,
    turns: Turns,
    /// What other instances of the server know, too.
    cabinet: Option<Cabinet>,
    cookies: Cookies,
    proxies: Proxies,
}

/// What the reception is told at start.
pub struct Rules {
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
    pub proxies: Proxies,
}

impl Reception {
    /// Opens. The second part is the one-time link for the person at the machine, if there is one.
    pub fn open(tenancy: Tenancy, audit_logs: Arc<AuditLogs>, rules: Rules) -> (Arc<Self>, Option<Url>) {
        let operator = rules.connectable.is_some().then(Operator::new);
        let link = operator.as_ref().and_then(|(_, key)| {
            let mut link = rules.public_url.join(operator::PATH).ok()?;
            link.query_pairs_mut().append_pair("key", key);
            Some(link)
        });
        let connection = tenancy.current();
        // Each instance has made-up people of its own; the local operator is alone.
        let is_shared = connection.way == Way::Organisation;
        let pool = audit_logs.for_mode(connection.way).store().separate_pool().filter(|_| is_shared);
        let cabinet = shared::cabinet(pool, &connection);
        let reception = Self {
            tenancy,
            audit_logs,
            connectable: rules.connectable,
            admin_role: rules.admin_role,
            auditor_role: rules.auditor_role,
            self_service: rules.self_service,
            sessions: Sessions::new(rules.lifetimes, cabinet.as_ref().map(|_| shared::MARK)),
            pending: PendingSignIns::default(),
            operator: operator.map(|(operator, _)| operator),
            limits: Limits::new(),
            turns: Turns::default(),
            cabinet,
            cookies: Cookies::new(&rules.public_url),
            proxies: rules.proxies,
            public_url: rules.public_url,
        };
        (Arc::new(reception), link)
    }

    /// What server functions work with when this visitor calls them.
    pub fn services(self: &Arc<Self>, caller: Option<&Caller>) -> Services {
        let caller = caller.cloned().unwrap_or_else(|| Caller::nobody(self.tenancy.current()));
        let (audit_log, who) = (self.audit_logs.for_mode(caller.connection.way), ActorContext::of(&caller));
        Services {
            directory: caller.directory().map(|inner| audit_log.audited(inner, who.clone(), None)),
            own: PersonsOwn::of(self, &caller).map(|own| Arc::new(own) as SharedOwn),
            about: self.about(&caller),
            desk: Arc::new(VisitorsDesk::new(Arc::clone(self), caller)),
            audit: Arc::new(ActorAuditService::new(audit_log, who)),
            now_ms: clock::now_ms,
        }
    }

    /// The trail to which this visitor's doings go.
    pub(crate) fn trail_of(&self, caller: &Caller) -> Arc<AuditLog> {
        self.audit_logs.for_mode(caller.connection.way)
    }

    /// The app role of administrators.
    pub(crate) fn admin_role(&self) -> &str {
        &self.admin_role
    }

    fn about(&self, caller: &Caller) -> About {
        About {
            way: caller.connection.way,
            visitor: caller.visitor.clone(),
            admin_role: self.admin_role.clone(),
            can_connect: self.operator.is_some(),
            problem: caller.problem.clone(),
            self_service: self.self_service.shown(),
            language: caller.language,
            origin: self.public_url.origin().ascii_serialization(),
            base: mount::base(&self.public_url),
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
    fn stranger(&self, way: Way, operator: bool) -> Visitor {
        let named = |name: &str| Visitor {
            role: Role::Administrator,
            operator,
            name: name.to_owned(),
            upn: String::new(),
        };
        match way {
            Way::Local if operator => named(OPERATOR_NAME),
            Way::Practice => named(if operator { OPERATOR_NAME } else { PRACTICE_NAME }),
            Way::Local | Way::Organisation => Visitor::nobody(),
        }
    }

    fn redirect_uri(&self) -> Url {
        // Joining a fixed relative path to a checked http address cannot fail.
        self.public_url.join(CALLBACK).unwrap_or_else(|_| self.public_url.clone())
    }
}
