//! Hands out directories whose writes this audit log records.

use std::sync::Arc;

use token_core::ports::SharedDirectory;

use super::{actor::ActorContext, directory::AuditedDirectory, log::AuditLog};

impl AuditLog {
    /// Wraps a directory so that its writes are recorded.
    pub fn audited(self: &Arc<Self>, inner: SharedDirectory, actor: ActorContext) -> SharedDirectory {
        Arc::new(AuditedDirectory::new(inner, Arc::clone(self), actor))
    }
}
