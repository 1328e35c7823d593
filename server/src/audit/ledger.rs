//! The trail before one visitor.

use app::api::services::Ledger;
use async_trait::async_trait;
use token_core::{
    audit::{ExportKind, ListAsk, ListPage, RunId, RunSummary, TrailStatus},
    fault::Fault,
};

/// A trail without entries.
pub struct Empty;

#[async_trait]
impl Ledger for Empty {
    async fn list(&self, _: ListAsk) -> Result<ListPage, Fault> {
        Ok(ListPage { lines: Vec::new(), next: None, newest: 0 })
    }

    async fn run(&self, _: RunId) -> Result<Option<RunSummary>, Fault> {
        Ok(None)
    }

    async fn status(&self) -> Result<TrailStatus, Fault> {
        Ok(TrailStatus {
            kept: "nowhere".to_owned(),
            lasts: false,
            head: None,
            oldest: 0,
            open: 0,
            retention_days: None,
            problem: None,
        })
    }

    async fn exported(&self, _: ExportKind, _: u32) -> Result<(), Fault> {
        Ok(())
    }
}
