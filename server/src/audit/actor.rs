//! The actor of an audit entry: who, in which role, from which address, on which tenant.

use app::api::{access::Role, tenant::boot_info::DeploymentMode};
use token_core::audit::{Actor, ActorKind, AuditAction, AuditEntry, EntryStatus};

use crate::{
    auth::{RequestContext, UserSession},
    clock,
};

/// Who acts, from where, and on which tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorContext {
    /// The person or the program.
    pub actor: Actor,
    /// Their role, in words.
    pub role: String,
    /// The client's IP address; empty for the program itself.
    pub address: String,
    /// The tenant's id or domain.
    pub tenant: String,
}

impl ActorContext {
    /// The caller of a request.
    pub fn of(context: &RequestContext) -> Self {
        let connection = &context.connection;
        let user = &context.user;
        let actor = match &context.session {
            Some((_, session)) => of_session(session),
            None if user.operator => Actor::named(ActorKind::LocalOperator, "Local operator"),
            None if connection.mode == DeploymentMode::Practice => {
                Actor::named(ActorKind::Practice, &user.name)
            }
            None => Actor::named(ActorKind::Anonymous, ""),
        };
        Self {
            actor,
            role: role_name(user.role).to_owned(),
            address: context.address.to_canonical().to_string(),
            tenant: connection.settings.tenant_id.clone(),
        }
    }

    /// Somebody who has just signed in: the request itself carries no session yet.
    pub fn signing_in(context: &RequestContext, session: &UserSession) -> Self {
        Self { actor: of_session(session), role: role_name(session.role).to_owned(), ..Self::of(context) }
    }

    /// The program itself.
    pub fn program(tenant: &str) -> Self {
        let (role, address) = ("program".to_owned(), String::new());
        Self { actor: Actor::program(), role, address, tenant: tenant.to_owned() }
    }

    /// An entry of this actor, now, with this action and result; the caller fills in the other fields.
    pub fn entry(&self, action: AuditAction, result: EntryStatus) -> AuditEntry {
        AuditEntry {
            number: 0,
            intent: None,
            at_ms: clock::now_ms(),
            actor: self.actor.clone(),
            role: self.role.clone(),
            address: self.address.clone(),
            tenant: self.tenant.clone(),
            action,
            token: None,
            person: None,
            run: None,
            before: String::new(),
            after: String::new(),
            result,
            reason: String::new(),
            request_id: None,
            duration_ms: None,
        }
    }
}

fn of_session(session: &UserSession) -> Actor {
    Actor {
        kind: ActorKind::Person,
        name: session.person.name.clone(),
        upn: session.person.upn.clone(),
        id: session.person.oid.as_str().to_owned(),
    }
}

/// The role as entries store it.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::SignedOut => "signed out",
        Role::EndUser => "end user",
        Role::Auditor => "auditor",
        Role::Administrator => "administrator",
    }
}
