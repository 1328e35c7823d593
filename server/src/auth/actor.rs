//! The caller of a request, as entries of the audit log name them.

use app::api::{access::Role, boot_info::DeploymentMode};
use audit::ActorContext;
use graph::clock;
use token_core::audit::{Actor, ActorKind, AuditAction, AuditEntry, EntryStatus};

use super::{RequestContext, UserSession};

impl RequestContext {
    /// The caller.
    pub fn actor(&self) -> ActorContext {
        let user = &self.user;
        let actor = match &self.session {
            Some((_, session)) => of_session(session),
            None if user.operator => Actor::named(ActorKind::LocalOperator, "Local operator"),
            None if self.connection.mode == DeploymentMode::Practice => {
                Actor::named(ActorKind::Practice, &user.name)
            }
            None => Actor::named(ActorKind::Anonymous, ""),
        };
        ActorContext {
            actor,
            role: role_name(user.role).to_owned(),
            address: self.address.to_canonical().to_string(),
            tenant: self.connection.settings.tenant_id.clone(),
        }
    }

    /// Somebody who has just signed in: the request itself carries no session yet.
    pub fn actor_signing_in(&self, session: &UserSession) -> ActorContext {
        ActorContext { actor: of_session(session), role: role_name(session.role).to_owned(), ..self.actor() }
    }

    /// An entry of the caller, now, with this action and result; the code that records it fills in the other fields.
    pub fn entry(&self, action: AuditAction, result: EntryStatus) -> AuditEntry {
        self.actor().entry(action, result, clock::now_ms())
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
pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::SignedOut => "signed out",
        Role::EndUser => "end user",
        Role::Auditor => "auditor",
        Role::Administrator => "administrator",
    }
}
