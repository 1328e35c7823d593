//! Exports filtered or selected tokens, as CSV for spreadsheets or as JSON for programs.
//!
//! Excel converts the cells of a CSV: it drops leading zeros, rounds numbers of more than 15 digits, reads `SEP15` as a
//! date, and evaluates what begins with `=`, `+`, `-` or `@`. So:
//!
//! - A cell that begins with one of these, a tab or a carriage return gets a leading apostrophe (OWASP, "CSV Injection").
//! - A serial that Excel would change is written as `="00123"`. That is a formula, but of a constant text: this form is
//!   used for letters, digits and a few signs only, never for a quotation mark, so there is nothing to evaluate. Excel
//!   shows the exact serial; an apostrophe would stay visible in the cell and break comparisons with other lists. Saved
//!   again from Excel, the cell is the plain serial.
//! - Our own readers of seed files, assignment CSVs and serial lists remove both forms.
//!
//! The file begins with a byte order mark; without it Excel reads UTF-8 as the encoding of its locale.

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    inventory::{AssignedUserInfo, Inventory},
    spreadsheet::{escape_formula, escape_serial},
    token::Token,
};

/// The columns of the CSV. Its first two are those of [`super::assignment_csv`].
pub const HEADER: [&str; 13] = [
    "upn",
    "serial number",
    "manufacturer",
    "model",
    "hash function",
    "time interval",
    "status",
    "user",
    "mail",
    "account",
    "last used",
    "name",
    "id",
];

/// One token with its user, as it is exported.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExportRow<'a> {
    user_principal_name: Option<&'a str>,
    serial_number: &'a str,
    manufacturer: &'a str,
    model: &'a str,
    hash_function: Option<String>,
    time_interval_in_seconds: u32,
    status: String,
    user_display_name: Option<&'a str>,
    user_mail: Option<&'a str>,
    user_id: Option<&'a str>,
    account: Option<&'static str>,
    last_used: Option<&'a str>,
    display_name: Option<&'a str>,
    id: &'a str,
}

impl<'a> ExportRow<'a> {
    fn of(token: &'a Token, inventory: &'a Inventory) -> Self {
        let assigned_to = token.assigned_to.as_ref();
        let info = assigned_to.map(|assigned_to| inventory.user(&assigned_to.id));
        let user = match info {
            Some(AssignedUserInfo::Known(user)) => Some(user),
            _ => None,
        };
        Self {
            user_principal_name: user.map(|user| user.upn.as_str()),
            serial_number: token.serial.as_str(),
            manufacturer: &token.manufacturer,
            model: &token.model,
            hash_function: token.hash.map(|hash| hash.to_string()),
            time_interval_in_seconds: token.interval_seconds,
            status: token.status.to_string(),
            user_display_name: user.map(|user| user.name.as_str()).or_else(|| assigned_to?.name.as_deref()),
            user_mail: user.and_then(|user| user.mail.as_deref()),
            user_id: assigned_to.map(|assigned_to| assigned_to.id.as_str()),
            account: info.and_then(account),
            last_used: token.last_used.as_deref(),
            display_name: token.name.as_deref(),
            id: token.id.as_str(),
        }
    }

    fn cells(&self) -> [Cow<'_, str>; HEADER.len()] {
        let optional = |text: Option<&'a str>| escape_formula(text.unwrap_or_default());
        [
            optional(self.user_principal_name),
            escape_serial(self.serial_number),
            escape_formula(self.manufacturer),
            escape_formula(self.model),
            self.hash_function.as_deref().unwrap_or_default().into(),
            self.time_interval_in_seconds.to_string().into(),
            escape_formula(&self.status),
            optional(self.user_display_name),
            optional(self.user_mail),
            self.account.unwrap_or_default().into(),
            optional(self.last_used),
            optional(self.display_name),
            self.id.into(),
        ]
    }
}

/// The state of a user's account; `None` if it is unknown.
fn account(info: AssignedUserInfo<'_>) -> Option<&'static str> {
    match info {
        AssignedUserInfo::Known(user) => {
            user.enabled.map(|enabled| if enabled { "enabled" } else { "disabled" })
        }
        AssignedUserInfo::Deleted => Some("deleted"),
        AssignedUserInfo::Pending => None,
    }
}

/// These tokens as CSV (RFC 4180), UTF-8 with a byte order mark.
pub fn csv<'a>(inventory: &'a Inventory, tokens: impl IntoIterator<Item = &'a Token>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory cannot fail.
    _ = writer.write_record(HEADER);
    for token in tokens {
        let line = ExportRow::of(token, inventory);
        _ = writer.write_record(line.cells().iter().map(|cell| cell.as_bytes()));
    }
    let table = writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    format!("\u{feff}{table}")
}

/// These tokens as JSON lines, one object per line, nothing escaped: for programs.
pub fn json_lines<'a>(inventory: &'a Inventory, tokens: impl IntoIterator<Item = &'a Token>) -> String {
    let line = |token| serde_json::to_string(&ExportRow::of(token, inventory)).unwrap_or_default();
    tokens.into_iter().map(|token| line(token) + "\n").collect()
}

/// These tokens as a JSON array, nothing escaped: for programs.
pub fn json<'a>(inventory: &'a Inventory, tokens: impl IntoIterator<Item = &'a Token>) -> String {
    let lines: Vec<ExportRow<'_>> = tokens.into_iter().map(|token| ExportRow::of(token, inventory)).collect();
    // Texts and numbers always have a JSON form.
    serde_json::to_string_pretty(&lines).unwrap_or_default()
}
