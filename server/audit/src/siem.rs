//! Writes every entry as a line to standard output, for a log collector or SIEM.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde::Serialize;

use super::{
    chain::hex,
    line_writer::{LineWriter, SharedOutput},
    row::Row,
};

/// The format of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// No lines.
    #[default]
    Off,
    /// `key=value`, for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// Reads the value of `AUDIT_LOG`.
    ///
    /// # Errors
    /// When it is none of the three.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "" | "off" => Ok(Self::Off),
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("{text:?} is none of json, text and off")),
        }
    }
}

/// Writes entries as log lines.
#[derive(Clone)]
pub struct Siem {
    format: LogFormat,
    /// `None` when the format is `Off`.
    line_writer: Option<LineWriter>,
}

/// The fields of a line. Their names are documented and never change; empty ones are left out.
#[derive(Serialize)]
pub struct LogLine<'a> {
    /// Always `audit`.
    log: &'static str,
    number: i64,
    #[serde(skip_serializing_if = "is_zero")]
    intent: i64,
    time: String,
    action: &'a str,
    result: &'a str,
    actor_kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    actor_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    actor_upn: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    actor_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    actor_role: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    address: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    tenant: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    token_serial: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    token_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    person_upn: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    person_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    person_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    run: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    row: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    before: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    after: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    request_id: &'a str,
    #[serde(skip_serializing_if = "is_negative")]
    duration_ms: i64,
    hash: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_negative(number: &i64) -> bool {
    *number < 0
}

impl<'a> LogLine<'a> {
    /// The line of a row.
    pub fn of(row: &'a Row) -> Self {
        Self {
            log: "audit",
            number: row.number,
            intent: row.intent,
            time: rfc3339(row.at_ms),
            action: &row.action,
            result: &row.result,
            actor_kind: &row.actor_kind,
            actor_name: &row.actor_name,
            actor_upn: &row.actor_upn,
            actor_id: &row.actor_id,
            actor_role: &row.actor_role,
            address: &row.address,
            tenant: &row.tenant,
            token_serial: &row.token_serial,
            token_id: &row.token_id,
            person_upn: &row.person_upn,
            person_name: &row.person_name,
            person_id: &row.person_id,
            run: &row.run_id,
            row: row.run_row,
            before: &row.before_state,
            after: &row.after_state,
            reason: &row.reason,
            request_id: &row.request_id,
            duration_ms: row.duration_ms,
            hash: hex(&row.hash),
        }
    }
}

/// A moment as RFC 3339 in UTC, to the millisecond.
pub fn rfc3339(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .map_or_else(|_| at_ms.to_string(), |moment| format!("{moment:.3}"))
}

impl Siem {
    /// Lines on standard output.
    pub fn on_stdout(format: LogFormat) -> Self {
        Self::new(format, Arc::new(Mutex::new(io::stdout())))
    }

    /// Lines on another output.
    pub fn new(format: LogFormat, output: SharedOutput) -> Self {
        Self { format, line_writer: (format != LogFormat::Off).then(|| LineWriter::new(output)) }
    }

    /// Writes a row as a line; intents are left out, since their outcomes follow.
    pub fn write(&self, row: &Row) {
        let Some(line_writer) = self.line_writer.as_ref().filter(|_| !row.is_intent()) else { return };
        let Ok(json) = serde_json::to_string(&LogLine::of(row)) else { return };
        line_writer.send(self.formatted(json), |missed| {
            self.formatted(serde_json::json!({ "log": "audit_gap", "missed": missed }).to_string())
        });
    }

    /// Waits until all queued lines are written.
    pub async fn flush(&self) {
        if let Some(line_writer) = &self.line_writer {
            line_writer.flush().await;
        }
    }

    fn formatted(&self, json: String) -> String {
        if self.format == LogFormat::Json { json } else { as_text(&json) }
    }
}

/// The same fields as `key=value`; texts are quoted as in JSON.
fn as_text(json: &str) -> String {
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}
