//! Two spellings of one manufacturer: a question for the whole file instead of a conflict in each row.

use std::collections::BTreeMap;

use super::snapshot::{TenantSnapshot, is_other_manufacturer};
use crate::seed_file::{Field, ParsedRow, RowEdit};

/// Rows whose serials the tenant has under another manufacturer: "The tenant calls them Thales: the same tokens?"
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakerQuestion {
    /// How the file spells the manufacturer.
    pub in_file: String,
    /// How the tenant does.
    pub in_tenant: String,
    /// How many rows of the file are concerned.
    pub rows: usize,
}

/// The questions about a file, the one with the most rows first.
pub fn maker_questions(snapshot: &TenantSnapshot, entries: &[ParsedRow]) -> Vec<MakerQuestion> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in entries.iter().filter_map(|entry| entry.result.as_ref().ok()) {
        let Some(token) = snapshot.token(&row.token.serial, &row.token.manufacturer) else { continue };
        if is_other_manufacturer(&token.manufacturer, &row.token.manufacturer) {
            let spellings = [&row.token.manufacturer, &token.manufacturer].map(|text| text.trim().to_owned());
            *counts.entry(spellings.into()).or_default() += 1;
        }
    }
    let question = |((in_file, in_tenant), rows)| MakerQuestion { in_file, in_tenant, rows };
    let mut questions: Vec<MakerQuestion> = counts.into_iter().map(question).collect();
    questions.sort_by_key(|question| std::cmp::Reverse(question.rows));
    questions
}

impl MakerQuestion {
    /// What the answer "yes" changes: all rows of the file get the tenant's spelling, those of new tokens too.
    pub fn edits(&self, entries: &[ParsedRow]) -> Vec<RowEdit> {
        let is_it = |entry: &ParsedRow| {
            entry.result.as_ref().is_ok_and(|row| row.token.manufacturer.trim() == self.in_file)
        };
        let rows = entries.iter().enumerate().filter(|(_, entry)| is_it(entry));
        let edit = |(row, _)| RowEdit { row, field: Field::Manufacturer, value: self.in_tenant.clone() };
        rows.map(edit).collect()
    }
}
