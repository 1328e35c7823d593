//! The first rows of a file, by which a user names its columns.

use std::collections::VecDeque;

use super::{
    FileFormat, FileIssue, RawRow,
    field::{Field, RankedField, is_bare_length},
    guess::{self, Guess},
    judge::Judge,
    layout::{Layout, column_label, header_issue, headerless_issue, table_issue},
    mapping::{AppliedMapping, Mapping, MappingSource, header_fingerprint},
    mask::{is_no_heading, masked},
    rules::CheckRules,
    source::{ReadOptions, SeedSource},
};
use crate::seed::KeyNotation;

/// Rows that a mapping shows.
const PREVIEW_ROWS: usize = 20;
/// Values of a column that a mapping shows.
const SAMPLES: usize = 3;

/// A column of the file, for the user who maps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingColumn {
    /// Its heading, or "column 2".
    pub name: String,
    /// Its first values; a value that may be a key is masked.
    pub samples: Vec<String>,
    /// What it seems to hold.
    pub field: Option<Field>,
    /// The reason for it.
    pub reason: String,
}

/// The first rows of a file whose columns are named, and what is known of its columns. Contains seeds.
#[derive(Clone)]
pub struct FirstRows {
    header: Vec<String>,
    has_header: bool,
    /// Whether the header is a row of the file, not made by its format.
    is_header_a_row: bool,
    format: FileFormat,
    ambiguous_notation: Option<KeyNotation>,
    pub(super) rows: VecDeque<RawRow>,
    by_heading: Layout,
    guesses: Vec<Option<Guess>>,
    issue: Option<FileIssue>,
    /// The mapping that would be applied if the user did not want to change it.
    pub(super) current: Option<Mapping>,
}

/// The first rows as a mapping reads them, for the user who maps; keys are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingPreview {
    /// The fields that the mapping has.
    pub fields: Vec<Field>,
    /// The rows.
    pub rows: Vec<PreviewRow>,
}

/// A row as a mapping reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// Its line in the file.
    pub line: u64,
    /// The values, one a field.
    pub values: Vec<String>,
    /// What is wrong with it, first of all.
    pub issue: Option<String>,
}

impl FirstRows {
    pub(super) fn of(source: &mut SeedSource) -> Self {
        let header = source.reader.header().to_vec();
        let rows: VecDeque<RawRow> =
            std::iter::from_fn(|| source.reader.next_row()).take(PREVIEW_ROWS).collect();
        let first: Vec<&RawRow> = rows.iter().collect();
        let by_heading = if source.has_header {
            by_heading(&header, &first)
        } else {
            Layout::new(vec![None; header.len()])
        };
        let guesses = guess::by_values(&first, header.len(), by_heading.fields());
        let issue = match source.has_header {
            _ if source.is_fixed => None,
            _ if !source.kind.has_header_row() => table_issue(&by_heading),
            true => header_issue(&header, &by_heading),
            false => Some(headerless_issue()),
        };
        Self {
            has_header: source.has_header,
            is_header_a_row: source.has_header && source.kind.has_header_row(),
            format: source.format(&header),
            ambiguous_notation: source.ambiguous_notation,
            header,
            rows,
            by_heading,
            guesses,
            issue,
            current: None,
        }
    }

    /// Why the file cannot be read without a mapping; `None` when its header says all.
    pub fn issue(&self) -> Option<&FileIssue> {
        self.issue.as_ref()
    }

    /// What identifies the header, to remember its mapping; `None` for a file without header, and for one whose header
    /// may hold a value.
    pub fn fingerprint(&self) -> Option<String> {
        let is_header = self.is_header_a_row && !self.header.iter().any(|name| is_no_heading(name));
        is_header.then(|| header_fingerprint(&self.header))
    }

    /// The columns with what they seem to hold.
    pub fn columns(&self) -> Vec<MappingColumn> {
        let column = |(index, name): (usize, &String)| {
            let by_heading = self.by_heading.fields().get(index).copied().flatten();
            let guess = self.guesses.get(index).and_then(Option::as_ref);
            let values = self.rows.iter().filter_map(|row| row.cells.get(index));
            let samples = values.filter(|text| !text.trim().is_empty()).take(SAMPLES);
            let is_key =
                by_heading == Some(Field::Key) || guess.is_some_and(|guess| guess.field == Field::Key);
            MappingColumn {
                // A first line of data that passes for a header has a key where a heading is expected.
                name: match by_heading {
                    None if guess::looks_like_seed(name) => masked(name, true),
                    _ => column_label(index, name).trim_matches('"').to_owned(),
                },
                samples: samples.map(|text| masked(text, is_key)).collect(),
                field: by_heading.or(guess.map(|guess| guess.field)),
                reason: match (by_heading, guess) {
                    (Some(_), _) => "its heading".to_owned(),
                    (None, Some(guess)) => guess.reason.to_owned(),
                    (None, None) => String::new(),
                },
            }
        };
        self.header.iter().enumerate().map(column).collect()
    }

    /// The mapping that headings and values suggest, or the one that is in force; an interval that no column holds is 30
    /// seconds.
    pub fn suggestion(&self) -> Mapping {
        let mut mapping = Mapping::new();
        for (index, column) in self.columns().into_iter().enumerate() {
            if let Some(field) = column.field.filter(|field| !mapping.names(*field)) {
                mapping.set(field, Some(MappingSource::Column(index)));
            }
        }
        if mapping.get(Field::Interval).is_none() {
            mapping.set(Field::Interval, Some(MappingSource::Constant("30".to_owned())));
        }
        if let Some(current) = &self.current {
            mapping.override_by(current);
        }
        mapping
    }

    /// The required fields that neither the file nor the mapping has.
    pub fn missing(&self, mapping: &Mapping) -> Vec<Field> {
        match self.judge(mapping, &ReadOptions::default()) {
            Ok(judge) => {
                Field::REQUIRED.into_iter().filter(|field| judge.position(*field).is_none()).collect()
            }
            Err(_) => Field::REQUIRED.to_vec(),
        }
    }

    /// The first rows as this mapping reads them.
    ///
    /// # Errors
    /// When the mapping names a column that the file does not have.
    pub fn preview(&self, mapping: &Mapping) -> Result<MappingPreview, FileIssue> {
        let mut judge = self.judge(mapping, &ReadOptions::default())?;
        let fields: Vec<Field> =
            Field::ALL.into_iter().filter(|field| judge.position(*field).is_some()).collect();
        let mut rows = Vec::new();
        for row in &self.rows {
            let parsed = judge.judge(row.clone());
            let value = |field: &Field| masked(judge.value(&parsed.raw, *field), *field == Field::Key);
            let issue = parsed.result.as_ref().err().and_then(|issues| issues.first());
            rows.push(PreviewRow {
                line: parsed.line,
                values: fields.iter().map(value).collect(),
                issue: issue.map(|issue| issue.message.clone()),
            });
        }
        Ok(MappingPreview { fields, rows })
    }

    /// Whether the first rows can be read by a mapping: it has all required fields, and not every row is wrong.
    pub(super) fn are_read_by(&self, mapping: &Mapping) -> bool {
        let preview = self.preview(mapping);
        self.missing(mapping).is_empty()
            && preview.is_ok_and(|preview| preview.rows.iter().any(|row| row.issue.is_none()))
    }

    /// What the columns hold unless a mapping says otherwise: by their headings, and by their values where these make tokens
    /// unusable. A column of digits may count something else where it has a heading.
    fn told(&self) -> Vec<Option<Field>> {
        let is_told = |field: &Field| match field {
            Field::Kind | Field::Hash => true,
            Field::Digits => !self.has_header,
            _ => false,
        };
        let by_heading = self.by_heading.fields().iter().copied();
        let by_value =
            self.guesses.iter().map(|guess| guess.as_ref().map(|guess| guess.field).filter(is_told));
        by_heading.zip(by_value).map(|(heading, value)| heading.or(value)).collect()
    }

    pub(super) fn judge(&self, mapping: &Mapping, options: &ReadOptions) -> Result<Judge, FileIssue> {
        let AppliedMapping { fields, constants } = mapping.applied(&self.header, &self.told())?;
        let names =
            if self.has_header { self.header.clone() } else { named_by_fields(&self.header, &fields) };
        let rules = CheckRules {
            chosen_hash: options.hash,
            named_notation: None,
            ambiguous_notation: options.notation.or(self.ambiguous_notation),
            codes_read_at_ms: None,
        };
        let mut judge = Judge::new(names, Layout::new(fields), constants, rules, self.format.clone());
        judge.learn_notation(self.rows.iter());
        Ok(judge)
    }
}

/// What the columns hold by their headings, where these leave it open with a look at the values.
fn by_heading(header: &[String], first: &[&RawRow]) -> Layout {
    let layout = Layout::of_header(header);
    let mut fields = layout.fields().to_vec();
    let of_user = |index: &usize| {
        let found = header.get(*index).and_then(|name| RankedField::of(name));
        found.filter(|found| found.field == Field::Upn).map(|found| found.rank)
    };
    let user = layout.position(Field::Upn).filter(|index| of_user(index) > Some(0));
    if let Some(user) = user.filter(|index| !guess::holds_users(first, *index))
        && let Some(other) =
            (0..header.len()).find(|index| of_user(index).is_some() && guess::holds_users(first, *index))
    {
        fields.swap(user, other);
    }
    let says_digits = |index: usize| {
        header.get(index).is_some_and(|name| !is_bare_length(name)) && guess::holds_values(first, index)
    };
    let is_length_said = layout.positions(Field::Digits).any(says_digits);
    for (index, (field, name)) in fields.iter_mut().zip(header).enumerate() {
        if is_length_said && is_bare_length(name) {
            *field = None;
        }
        let Some(found) = RankedField::of(name).filter(|_| !first.is_empty()) else { continue };
        let is_of_other = match field {
            Some(Field::KeyNotation) if !found.is_certain() => !guess::holds_key_formats(first, index, name),
            Some(Field::Hash) if !found.is_listed() => guess::holds_no_hashes(first, index, name),
            _ => false,
        };
        if is_of_other {
            *field = None;
        }
    }
    Layout::new(fields)
}

/// The header of a table without one, so that its rows to correct are read back.
fn named_by_fields(header: &[String], fields: &[Option<Field>]) -> Vec<String> {
    let name = |(index, (heading, field)): (usize, (&String, &Option<Field>))| {
        let is_first = !fields.iter().take(index).any(|other| other == field);
        field.filter(|_| is_first).map_or_else(|| heading.clone(), |field| field.name().to_owned())
    };
    header.iter().zip(fields).enumerate().map(name).collect()
}
