//! The actor of an audit entry: who, in which role, from which address, on which tenant.

use token_core::audit::{Actor, AuditAction, AuditEntry, EntryStatus};

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
    /// The program itself.
    pub fn program(tenant: &str) -> Self {
        let (role, address) = ("program".to_owned(), String::new());
        Self { actor: Actor::program(), role, address, tenant: tenant.to_owned() }
    }

    /// An entry of this actor with this action, result and time; the caller fills in the other fields.
    pub fn entry(&self, action: AuditAction, result: EntryStatus, at_ms: u64) -> AuditEntry {
        AuditEntry {
            number: 0,
            intent: None,
            at_ms,
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
