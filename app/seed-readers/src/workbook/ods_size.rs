//! How many cells an OpenDocument sheet expands to: a few bytes can repeat a cell a billion times.

use quick_xml::{
    events::{BytesStart, Event},
    reader::Reader,
};

/// The cells of all rows with values, repeated ones included; `None` when the XML is damaged or ends too early, which
/// `calamine` (0.38) would read for ever.
pub(super) fn cells(content: &str) -> Option<usize> {
    let mut reader = Reader::from_str(content);
    let mut total = 0_usize;
    let mut row = RowSize::default();
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event().ok()?;
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.checked_sub(1)?,
            _ => {}
        }
        match event {
            Event::Start(start) | Event::Empty(start) => match start.local_name().into_inner() {
                "table" => row = RowSize::default(),
                "table-row" => row = RowSize { repeats: repeats(&start, "number-rows-repeated"), ..row },
                "table-cell" | "covered-table-cell" => row.add(&start),
                _ => {}
            },
            Event::End(end) if end.local_name().into_inner() == "table-row" => total = row.close(total),
            Event::Eof => return (depth == 0).then_some(total),
            _ => {}
        }
    }
}

/// A row in the making.
#[derive(Default, Clone, Copy)]
struct RowSize {
    repeats: usize,
    /// Cells up to the last one with a value.
    width: usize,
    /// Empty cells after it.
    empty: usize,
    /// Rows since the last one with a value, and the widest row.
    empty_rows: usize,
    widest: usize,
}

impl RowSize {
    fn add(&mut self, cell: &BytesStart<'_>) {
        let repeats = repeats(cell, "number-columns-repeated");
        let has_value = attribute(cell, "value-type").is_some() || attribute(cell, "formula").is_some();
        if has_value {
            self.width = self.width.saturating_add(self.empty).saturating_add(repeats);
            self.empty = 0;
        } else {
            self.empty = self.empty.saturating_add(repeats);
        }
    }

    /// Adds the row to the total. Empty rows count once a row with a value follows.
    fn close(&mut self, total: usize) -> usize {
        let (width, repeats) = (self.width, self.repeats.max(1));
        (self.width, self.empty, self.repeats) = (0, 0, 1);
        if width == 0 {
            self.empty_rows = self.empty_rows.saturating_add(repeats);
            return total;
        }
        self.widest = self.widest.max(width);
        let rows = std::mem::take(&mut self.empty_rows).saturating_add(repeats);
        total.saturating_add(rows.saturating_mul(self.widest))
    }
}

fn repeats(element: &BytesStart<'_>, name: &str) -> usize {
    attribute(element, name).map_or(1, |text| text.parse().unwrap_or(usize::MAX))
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes().flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().into_inner() == name)?;
    Some(found.value.to_string())
}
