//! The audit log for one actor, as the app's server functions use it.

use std::sync::Arc;

use app::api::services::AuditService;
use async_trait::async_trait;
use token_core::{
    audit::{
        AuditAction, AuditEntry, AuditLogPage, AuditLogStatus, AuditQuery, EntryStatus, ExportKind, RunId,
        RunSummary,
    },
    error::ServiceError,
};

use super::{ActorContext, AuditLog};

/// The audit log for one actor.
pub struct ActorAuditService {
    audit_log: Arc<AuditLog>,
    actor: ActorContext,
}

impl ActorAuditService {
    /// The service for this actor.
    pub fn new(audit_log: Arc<AuditLog>, actor: ActorContext) -> Self {
        Self { audit_log, actor }
    }
}

#[async_trait]
impl AuditService for ActorAuditService {
    async fn list(&self, ask: AuditQuery) -> Result<AuditLogPage, ServiceError> {
        self.audit_log.list(ask).await
    }

    async fn run(&self, id: RunId) -> Result<Option<RunSummary>, ServiceError> {
        self.audit_log.run(&id).await
    }

    async fn status(&self) -> Result<AuditLogStatus, ServiceError> {
        self.audit_log.status().await
    }

    async fn record_export(&self, kind: ExportKind, count: u32) -> Result<(), ServiceError> {
        let format = match kind {
            ExportKind::Csv => "CSV",
            ExportKind::Json => "JSON",
        };
        let entry = AuditEntry {
            after: format!("{count} tokens of the inventory as {format}"),
            ..self.actor.entry(AuditAction::Export, EntryStatus::Done)
        };
        self.audit_log.append(vec![entry]).await.map(|_| ())
    }
}
