//! Entries as a file: CSV for spreadsheets, JSON Lines for programs. Streamed page by page, never in memory as a whole.

use std::sync::Arc;

use futures_util::{Stream, stream};
use serde::Deserialize;
use token_core::{audit::AuditFilter, spreadsheet::escape_formula};

use super::{
    database::DatabaseError,
    row::Row,
    siem::{LogLine, rfc3339},
    store::{PreparedFilter, Store},
    tenant_scope::TenantScope,
};

/// Rows a page.
const PAGE: u32 = 1_000;
/// Without it Excel reads UTF-8 as the code page of its locale.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The format of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditExportFormat {
    /// For spreadsheets.
    Csv,
    /// JSON Lines: one object a line, with the fields of the log lines.
    Jsonl,
}

impl AuditExportFormat {
    /// The content type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Jsonl => "application/x-ndjson; charset=utf-8",
        }
    }

    /// The file name's extension; also named so in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

/// The columns of the CSV: the fields of the log lines, and the hash.
const HEADER: [&str; 25] = [
    "number",
    "intent",
    "time",
    "actor_kind",
    "actor_name",
    "actor_upn",
    "actor_id",
    "actor_role",
    "address",
    "tenant",
    "action",
    "token_id",
    "token_serial",
    "person_id",
    "person_upn",
    "person_name",
    "run",
    "row",
    "before",
    "after",
    "result",
    "reason",
    "request_id",
    "duration_ms",
    "hash",
];

enum ExportPosition {
    Start,
    Before(i64),
    End,
}

/// The filtered entries of these tenants, newest first, without operations that have no outcome yet.
///
/// # Errors
/// When the store cannot be read; after the start the stream yields such an error.
pub async fn export(
    store: Arc<Store>,
    scope: &TenantScope,
    filter: &AuditFilter,
    format: AuditExportFormat,
) -> Result<impl Stream<Item = Result<String, DatabaseError>> + Send + 'static, DatabaseError> {
    let prepared = Arc::new(store.prepare(filter, scope).await?);
    Ok(stream::try_unfold(ExportPosition::Start, move |position| {
        let (store, prepared) = (Arc::clone(&store), Arc::clone(&prepared));
        async move { next_chunk(&store, &prepared, format, position).await }
    }))
}

async fn next_chunk(
    store: &Store,
    prepared: &PreparedFilter,
    format: AuditExportFormat,
    position: ExportPosition,
) -> Result<Option<(String, ExportPosition)>, DatabaseError> {
    let before = match position {
        ExportPosition::End => return Ok(None),
        ExportPosition::Start if format == AuditExportFormat::Csv => {
            let header = to_csv([HEADER.map(str::to_owned)].into_iter());
            return Ok(Some((format!("{BYTE_ORDER_MARK}{header}"), ExportPosition::Before(i64::MAX))));
        }
        ExportPosition::Start => i64::MAX,
        ExportPosition::Before(number) => number,
    };
    let rows = store.list(prepared, 0, before, PAGE).await?;
    let next =
        rows.last().filter(|_| rows.len() == PAGE as usize).map(|row| ExportPosition::Before(row.number));
    let text = match format {
        AuditExportFormat::Csv => to_csv(rows.iter().map(to_record)),
        AuditExportFormat::Jsonl => rows.iter().map(to_json_line).collect(),
    };
    Ok(Some((text, next.unwrap_or(ExportPosition::End))))
}

fn to_json_line(row: &Row) -> String {
    serde_json::to_string(&LogLine::of(row)).map(|line| line + "\n").unwrap_or_default()
}

fn to_csv<const N: usize>(records: impl Iterator<Item = [String; N]>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for record in records {
        // Writing into memory cannot fail.
        _ = writer.write_record(record);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn to_record(row: &Row) -> [String; 25] {
    let text = |text: &str| escape_formula(text).into_owned();
    let number = |number: i64, none: i64| {
        if number == none { String::new() } else { number.to_string() }
    };
    [
        row.number.to_string(),
        number(row.intent, 0),
        rfc3339(row.at_ms),
        text(&row.actor_kind),
        text(&row.actor_name),
        text(&row.actor_upn),
        text(&row.actor_id),
        text(&row.actor_role),
        text(&row.address),
        text(&row.tenant),
        text(&row.action),
        text(&row.token_id),
        text(&row.token_serial),
        text(&row.person_id),
        text(&row.person_upn),
        text(&row.person_name),
        text(&row.run_id),
        number(row.run_row, 0),
        text(&row.before_state),
        text(&row.after_state),
        text(&row.result),
        text(&row.reason),
        text(&row.request_id),
        number(row.duration_ms, -1),
        super::chain::hex(&row.hash),
    ]
}
