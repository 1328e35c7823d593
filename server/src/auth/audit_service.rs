//! The audit log for the caller of a request, as the app's server functions use it.

use std::sync::Arc;

use app::api::services::AuditService;
use async_trait::async_trait;
use audit::{ActorContext, AuditLog, TenantScope};
use token_core::{
    audit::{AuditLogPage, AuditLogStatus, AuditQuery, ExportKind, RunId, RunSummary},
    drift::proof::ProofRecord,
    error::ServiceError,
};

/// The audit log for one actor, who sees the entries of their tenant.
pub struct ActorAuditService {
    audit_log: Arc<AuditLog>,
    scope: TenantScope,
    actor: ActorContext,
}

impl ActorAuditService {
    /// The service for this actor.
    pub fn new(audit_log: Arc<AuditLog>, scope: TenantScope, actor: ActorContext) -> Self {
        Self { audit_log, scope, actor }
    }
}

#[async_trait]
impl AuditService for ActorAuditService {
    async fn list(&self, ask: AuditQuery) -> Result<AuditLogPage, ServiceError> {
        self.audit_log.list(&self.scope, ask).await
    }

    async fn run(&self, id: RunId) -> Result<Option<RunSummary>, ServiceError> {
        self.audit_log.run(&self.scope, &id).await
    }

    async fn status(&self) -> Result<AuditLogStatus, ServiceError> {
        self.audit_log.status(&self.scope).await
    }

    async fn record_export(&self, kind: ExportKind, count: u32) -> Result<(), ServiceError> {
        self.audit_log.record_export(&self.actor, kind, count).await
    }

    async fn record_proof(&self, run: RunId, proof: ProofRecord) -> Result<(), ServiceError> {
        self.audit_log.record_proof(&self.actor, run, &proof).await
    }
}
