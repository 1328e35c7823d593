//! The columns that a file of rows to correct has after its own: the line of the row in the first file, what is wrong with it,
//! and what to do. They are taken off when the corrected file is read, so that its rows keep their lines.

use super::{
    raw_row::{RawRow, RowReader},
    source::SeedSource,
};

/// The headings of these columns, the last ones of the file.
pub(super) const ADDED: [&str; 3] = ["line", "problem", "remedy"];

/// Takes the added columns off, if the file has them.
pub(super) fn without_added_columns(source: SeedSource) -> SeedSource {
    let own = own_columns(source.reader.header()).filter(|_| source.has_header && !source.is_fixed);
    match own {
        None => source,
        Some(own) => {
            let header = source.reader.header().get(..own).unwrap_or_default().to_vec();
            SeedSource { reader: Box::new(CorrectedRows { inner: source.reader, header }), ..source }
        }
    }
}

/// How many columns stand before the added ones; `None` when the file does not end with them.
fn own_columns(header: &[String]) -> Option<usize> {
    let own = header.len().checked_sub(ADDED.len())?;
    let last = header.get(own..)?.iter().map(|name| name.trim().to_lowercase());
    (own > 0 && last.eq(ADDED.iter().map(|name| (*name).to_owned()))).then_some(own)
}

/// The rows without the added columns.
struct CorrectedRows {
    inner: Box<dyn RowReader>,
    header: Vec<String>,
}

impl RowReader for CorrectedRows {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_row(&mut self) -> Option<RawRow> {
        let mut row = self.inner.next_row()?;
        // A row with too many fields has them before the added ones; a spreadsheet leaves empty ones out at the end.
        let own = self.header.len().max(row.cells.len().saturating_sub(ADDED.len())).min(row.cells.len());
        let line = row.cells.get(own).and_then(|cell| cell.trim().parse::<u64>().ok());
        // The lines of a row of several lines stay as many.
        if let Some(line) = line.filter(|line| *line > 0) {
            row.last_line = line.saturating_add(row.last_line.saturating_sub(row.line));
            row.line = line;
        }
        row.cells.truncate(own);
        row.marks.retain(|(column, _)| *column < own);
        Some(row)
    }

    fn progress(&self) -> f32 {
        self.inner.progress()
    }
}
