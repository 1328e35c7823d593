//! A file whose columns a user has to name, or wants to.

use std::collections::VecDeque;

use super::{
    FileIssue, ParsedRow, RawRow, SeedFile,
    field::Field,
    guess::{self, Guess},
    judge::Judge,
    layout::{Layout, column_label, header_issue, headerless_issue, table_issue},
    mapping::{AppliedMapping, Mapping, MappingSource, header_fingerprint},
    rules::CheckRules,
    source::{ReadOptions, SeedSource},
};
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
    /// What speaks for it.
    pub reason: String,
}

/// A file that was opened, and waits for a mapping.
pub struct UnmappedFile {
    source: SeedSource,
    first: VecDeque<RawRow>,
    by_heading: Layout,
    guesses: Vec<Option<Guess>>,
    issue: Option<FileIssue>,
}

impl std::fmt::Debug for UnmappedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UnmappedFile({:?})", self.issue)
    }
}

impl UnmappedFile {
    pub(super) fn new(mut source: SeedSource) -> Self {
        let header = source.reader.header().to_vec();
        let by_heading = if source.has_header {
            Layout::of_header(&header)
        } else {
            Layout::new(vec![None; header.len()])
        };
        let first: VecDeque<RawRow> =
            std::iter::from_fn(|| source.reader.next_row()).take(PREVIEW_ROWS).collect();
        let rows: Vec<&RawRow> = first.iter().collect();
        let guesses = guess::by_values(&rows, header.len(), by_heading.fields());
        let issue = match source.has_header {
            _ if source.is_fixed => None,
            _ if !source.kind.has_header_row() => table_issue(&by_heading),
            true => header_issue(&header, &by_heading),
            false => Some(headerless_issue()),
        };
        Self { source, first, by_heading, guesses, issue }
    }

    /// Why the file cannot be read without a mapping; `None` when its header says all.
    pub fn issue(&self) -> Option<&FileIssue> {
        self.issue.as_ref()
    }

    /// What identifies the header, to remember its mapping.
    pub fn fingerprint(&self) -> String {
        header_fingerprint(self.source.reader.header())
    }

    /// The columns with what they seem to hold.
    pub fn columns(&self) -> Vec<MappingColumn> {
        let header = self.source.reader.header();
        let column = |(index, name): (usize, &String)| {
            let by_heading = self.by_heading.fields().get(index).copied().flatten();
            let guess = self.guesses.get(index).and_then(Option::as_ref);
            let values = self.first.iter().filter_map(|row| row.cells.get(index));
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
        header.iter().enumerate().map(column).collect()
    }

    /// The mapping that headings and values suggest; an interval that no column holds is 30 seconds.
    pub fn suggestion(&self) -> Mapping {
        let mut mapping = Mapping::new();
        for (index, column) in self.columns().into_iter().enumerate() {
            if let Some(field) = column.field {
                mapping.set(field, Some(MappingSource::Column(index)));
            }
        }
        if mapping.get(Field::Interval).is_none() {
            mapping.set(Field::Interval, Some(MappingSource::Constant("30".to_owned())));
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
    pub fn preview(&self, mapping: &Mapping) -> Result<Vec<ParsedRow>, FileIssue> {
        let mut judge = self.judge(mapping, &ReadOptions::default())?;
        Ok(self.first.iter().map(|row| judge.judge(row.clone())).collect())
    }

    /// Reads the file by this mapping.
    ///
    /// # Errors
    /// When the mapping names a column that the file does not have, or leaves out a required field.
    pub fn with_mapping(self, mapping: &Mapping, options: &ReadOptions) -> Result<SeedFile, FileIssue> {
        let judge = self.judge(mapping, options)?;
        let missing: Vec<String> = self.missing(mapping).iter().map(|field| format!("\"{field}\"")).collect();
        if !missing.is_empty() && !self.source.is_fixed {
            return Err(FileIssue::new(
                format!("Neither the file nor the mapping has {}.", missing.join(", ")),
                "Name the column, or a value for all rows.",
            ));
        }
        Ok(self.into_file(judge))
    }

    /// Reads the file as its header says.
    pub(super) fn without_mapping(self, options: &ReadOptions) -> Result<SeedFile, FileIssue> {
        let judge = self.judge(&Mapping::new(), options)?;
        Ok(self.into_file(judge))
    }

    fn into_file(mut self, judge: Judge) -> SeedFile {
        if self.source.has_header && !self.source.is_fixed {
            let ignored = judge.ignored();
            if !ignored.is_empty() {
                self.source.notices.push(format!("Columns that are not read: {}.", ignored.join(", ")));
            }
        }
        SeedFile::new(self.source, self.first, judge)
    }

    fn judge(&self, mapping: &Mapping, options: &ReadOptions) -> Result<Judge, FileIssue> {
        let header = self.source.reader.header();
        let AppliedMapping { fields, constants } = mapping.applied(header, self.by_heading.fields())?;
        let names = if self.source.has_header { header.to_vec() } else { named_by_fields(header, &fields) };
        let rules = CheckRules {
            chosen_hash: options.hash,
            named_notation: None,
            ambiguous_notation: options.notation.or(self.source.ambiguous_notation),
        };
        let format = self.source.format(&names);
        let mut judge = Judge::new(names, Layout::new(fields), constants, rules, format);
        judge.learn_notation(self.first.iter());
        Ok(judge)
    }
}

/// The header of a table without one, so that its failed rows are read back.
fn named_by_fields(header: &[String], fields: &[Option<Field>]) -> Vec<String> {
    let name = |(heading, field): (&String, &Option<Field>)| {
        field.map_or_else(|| heading.clone(), |field| field.name().to_owned())
    };
    header.iter().zip(fields).map(name).collect()
}

/// Letters and digits from which on a value may be a key, also a damaged one: ten bytes in Base32.
const KEY_CHARACTERS: usize = 16;

/// A value to be shown: its first two characters and its length if it is or may be a key.
fn masked(text: &str, is_key: bool) -> String {
    let text = text.trim();
    let may_be_key =
        !text.contains('@') && text.chars().filter(|c| c.is_alphanumeric()).count() >= KEY_CHARACTERS;
    if !is_key && !may_be_key {
        return text.chars().take(40).collect();
    }
    let characters = text.chars().count();
    let shown: String = text.chars().take(2).collect();
    format!("{shown}… ({characters} characters)")
}
