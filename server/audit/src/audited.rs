//! Hands out directories whose writes this audit log records.

use std::sync::Arc;

use token_core::{plan::privileged::PrivilegedTargets, ports::SharedDirectory};

use super::{actor::ActorContext, directory::AuditedDirectory, log::AuditLog};

impl AuditLog {
    /// Wraps a directory so that its writes are recorded.
    pub fn audited(self: &Arc<Self>, inner: SharedDirectory, actor: ActorContext) -> SharedDirectory {
        self.audited_by(inner, actor, PrivilegedTargets::Allow)
    }

    /// The same, with which of the people concerned hold a directory role, unless everybody's tokens are changed alike.
    pub fn audited_by(
        self: &Arc<Self>,
        inner: SharedDirectory,
        actor: ActorContext,
        privileged: PrivilegedTargets,
    ) -> SharedDirectory {
        Arc::new(AuditedDirectory::new(inner, Arc::clone(self), actor, privileged))
    }
}
