//! Some lines of the audit trail.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::audit::{ListAsk, ListPage};

use crate::api::AppError;

/// Some lines of the audit trail, newest first.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "audit/list")]
pub async fn list_entries(ask: ListAsk) -> Result<ListPage, AppError> {
    use crate::api::services::{answer, auditor};
    answer(auditor()?.list(ask).await)
}
