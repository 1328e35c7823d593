//! `GET /audit/export`: the filtered entries as a file.

use std::sync::Arc;

use app::api::{access::Access, services::status};
use audit::{AuditExportFormat, export};
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{Query, State},
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::StreamExt as _;
use http::{HeaderMap, header};
use serde::Deserialize;
use token_core::{
    audit::{AuditAction, AuditEntry, AuditFilter, EntryStatus, RunId},
    error::ServiceError,
};

use crate::auth::{AuthState, RequestContext};

/// The route; the middleware [`crate::auth::authenticate`] authenticates its requests.
pub fn routes(auth: Arc<AuthState>) -> Router {
    Router::new().route("/audit/export", get(export_file)).with_state(auth)
}

#[derive(Deserialize)]
struct ExportQuery {
    format: AuditExportFormat,
    #[serde(flatten)]
    filter: FilterParams,
}

/// The filter's query parameters, as texts: serde does not convert the fields of a flattened struct.
#[derive(Deserialize)]
struct FilterParams {
    from_ms: Option<String>,
    to_ms: Option<String>,
    actor: Option<String>,
    token: Option<String>,
    person: Option<String>,
    action: Option<String>,
    result: Option<String>,
    run: Option<String>,
    text: Option<String>,
}

impl FilterParams {
    fn filter(self) -> Result<AuditFilter, ServiceError> {
        let wrong =
            |what: &str| ServiceError::Invalid { message: format!("the filter {what} cannot be read") };
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let number = |text: Option<String>, what| {
            given(text).map(|text| text.trim().parse().map_err(|_| wrong(what))).transpose()
        };
        let filter = AuditFilter {
            from_ms: number(self.from_ms, "from_ms")?,
            to_ms: number(self.to_ms, "to_ms")?,
            actor: self.actor,
            token: self.token,
            person: self.person,
            action: given(self.action)
                .map(|word| AuditAction::parse(&word).ok_or_else(|| wrong("action")))
                .transpose()?,
            result: given(self.result)
                .map(|word| EntryStatus::parse(&word).ok_or_else(|| wrong("result")))
                .transpose()?,
            run: given(self.run).map(|id| RunId::parse(&id).ok_or_else(|| wrong("run"))).transpose()?,
            text: self.text,
        };
        let filter = filter.trimmed();
        filter.validate().map_or(Ok(filter), |message| Err(ServiceError::Invalid { message }))
    }
}

async fn export_file(
    State(auth): State<Arc<AuthState>>,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    Query(query): Query<ExportQuery>,
) -> Response {
    export_response(&auth, &context, &headers, query)
        .await
        .unwrap_or_else(|error| (status(&error), Json(error)).into_response())
}

async fn export_response(
    auth: &AuthState,
    context: &RequestContext,
    headers: &HeaderMap,
    query: ExportQuery,
) -> Result<Response, ServiceError> {
    // A link on another site must not cause a download and an entry of the audit log.
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if !matches!(site, None | Some("same-origin" | "none")) {
        return Err(ServiceError::Invalid { message: "the request comes from another site".to_owned() });
    }
    if let Err(error) = context.user.authorize(Access::Auditor, auth.admin_role()) {
        auth.record_refusal(context, "/audit/export", &error);
        return Err(error);
    }
    let ExportQuery { format, filter } = query;
    let filter = filter.filter()?;
    let audit_log = auth.audit_log_of(context);
    let which = if filter.is_empty() {
        "all entries".to_owned()
    } else {
        format!("entries filtered by {}", filter.to_query())
    };
    let entry = AuditEntry {
        after: format!("{which} as {}", format.as_str()),
        ..context.entry(AuditAction::AuditExport, EntryStatus::Done)
    };
    audit_log.append(vec![entry]).await?;
    // Outcomes may still be queued.
    audit_log.flush().await;
    // Fused, because the compression layer polls again after the end.
    let lines = export(Arc::clone(audit_log.store()), &auth.audit_scope_of(context), &filter, format).await?;
    let disposition = format!("attachment; filename=\"audit.{}\"", format.as_str());
    let headers = [
        (header::CONTENT_TYPE, format.mime().to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(lines.fuse())).into_response())
}
