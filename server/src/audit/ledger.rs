//! The trail before one visitor.

use std::sync::Arc;

use app::api::services::Ledger;
use async_trait::async_trait;
use token_core::{
    audit::{
        AuditAction, AuditEntry, AuditLogPage, AuditLogStatus, AuditQuery, EntryStatus, ExportKind, RunId,
        RunSummary,
    },
    error::ServiceError,
};

use super::{Trail, Who};

/// The trail before one visitor.
pub struct VisitorsLedger {
    trail: Arc<Trail>,
    who: Who,
}

impl VisitorsLedger {
    /// For this visitor.
    pub fn new(trail: Arc<Trail>, who: Who) -> Self {
        Self { trail, who }
    }
}

#[async_trait]
impl Ledger for VisitorsLedger {
    async fn list(&self, ask: AuditQuery) -> Result<AuditLogPage, ServiceError> {
        self.trail.list(ask).await
    }

    async fn run(&self, id: RunId) -> Result<Option<RunSummary>, ServiceError> {
        self.trail.run(&id).await
    }

    async fn status(&self) -> Result<AuditLogStatus, ServiceError> {
        self.trail.status().await
    }

    async fn exported(&self, kind: ExportKind, count: u32) -> Result<(), ServiceError> {
        let form = match kind {
            ExportKind::Csv => "CSV",
            ExportKind::Json => "JSON",
        };
        let entry = AuditEntry {
            after: format!("{count} tokens of the inventory as {form}"),
            ..self.who.entry(AuditAction::Export, EntryStatus::Done)
        };
        self.trail.record(vec![entry]).await.map(|_| ())
    }
}
