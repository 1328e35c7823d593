//! Writes rows: those to correct in the format of the input file, valid rows as Microsoft Graph's JSON.
//!
//! Both contain secrets, and are written in the browser or the command line from the user's own file.

use std::borrow::Cow;

use serde::Serialize;
use zeroize::Zeroizing;

use super::{FileFormat, Owner, RawRow, SeedRow, corrected::ADDED, json_entries};
use crate::{token::HashFunction, user::UserId};

/// Without it Excel reads a CSV in the encoding of its locale.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A row to correct, and why, in cells that no spreadsheet takes for a formula.
#[derive(Debug)]
pub struct RowToCorrect<'a> {
    /// The row.
    pub raw: &'a RawRow,
    /// What is wrong.
    pub problem: Cow<'a, str>,
    /// What to do.
    pub remedy: Cow<'a, str>,
}

/// The rows as they are in the file, with what was changed in them, under its header: to be corrected and imported again. A table
/// has three more columns at its end: the line in the first file, the problem and the remedy. They are taken off when it is read.
pub fn rows_to_correct<'a>(
    format: &FileFormat,
    rows: impl Iterator<Item = RowToCorrect<'a>>,
) -> Zeroizing<String> {
    match format {
        FileFormat::Csv { delimiter, header } => csv_table(*delimiter, header, rows),
        FileFormat::Json => {
            let entries: Zeroizing<Vec<String>> = Zeroizing::new(
                rows.map(|row| std::mem::take(&mut *json_entries::entry_of(row.raw))).collect(),
            );
            let entries = Zeroizing::new(entries.join(",\n"));
            Zeroizing::new(format!("{{\"@context\":\"#$delta\",\"value\":[\n{}\n]}}\n", *entries))
        }
    }
}

fn csv_table<'a>(
    delimiter: u8,
    header: &[String],
    rows: impl Iterator<Item = RowToCorrect<'a>>,
) -> Zeroizing<String> {
    let mut table = Zeroizing::new(BYTE_ORDER_MARK.to_vec());
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .delimiter(delimiter)
        .terminator(csv::Terminator::CRLF)
        .from_writer(&mut *table);
    // Writing to memory cannot fail.
    let _ = writer.write_record(header.iter().map(String::as_str).chain(ADDED));
    for RowToCorrect { raw, problem, remedy } in rows {
        let missing = header.len().saturating_sub(raw.cells.len());
        let own = raw.cells.iter().map(String::as_str).chain(std::iter::repeat_n("", missing));
        let line = raw.line.to_string();
        let _ = writer.write_record(own.chain([&*line, &*problem, &*remedy]));
    }
    drop(writer);
    text(table)
}

/// One token in the body of Microsoft Graph's bulk create.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BulkItem<'a> {
    #[serde(rename = "@contentId")]
    content_id: String,
    serial_number: &'a str,
    manufacturer: &'a str,
    model: &'a str,
    secret_key: &'a str,
    time_interval_in_seconds: u32,
    hash_function: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    assign_to: Option<AssignTo>,
}

#[derive(Serialize)]
struct AssignTo {
    id: UserId,
}

/// Valid rows as the body of Microsoft Graph's bulk create. `owner_id` returns the object id of a user who is named by
/// UPN; a token whose user it does not find is not assigned.
pub fn graph_json<'a>(
    rows: impl Iterator<Item = &'a SeedRow>,
    owner_id: impl Fn(&Owner) -> Option<UserId>,
) -> Zeroizing<String> {
    let mut json = Zeroizing::new(b"{\"@context\":\"#$delta\",\"value\":[".to_vec());
    for (index, row) in rows.enumerate() {
        let SeedRow { token, owner, .. } = row;
        let secret = token.seed.expose_base32();
        let owner = owner.as_ref().and_then(|owner| match owner {
            Owner::Id(id) => Some(id.clone()),
            Owner::Upn(_) => owner_id(owner),
        });
        let item = BulkItem {
            content_id: (index + 1).to_string(),
            serial_number: token.serial.as_str(),
            manufacturer: &token.manufacturer,
            model: &token.model,
            secret_key: &secret,
            time_interval_in_seconds: token.interval.seconds(),
            hash_function: match token.hash {
                HashFunction::Sha1 => "hmacsha1",
                HashFunction::Sha256 => "hmacsha256",
            },
            assign_to: owner.map(|id| AssignTo { id }),
        };
        json.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
        // Writing plain text and numbers to memory cannot fail.
        let _ = serde_json::to_writer(&mut *json, &item);
    }
    json.extend_from_slice(b"\n]}\n");
    text(json)
}

fn text(mut utf8: Zeroizing<Vec<u8>>) -> Zeroizing<String> {
    Zeroizing::new(String::from_utf8(std::mem::take(&mut *utf8)).unwrap_or_default())
}
