//! A mapping by hand: which column holds what, and values for all rows.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{FileIssue, cell::letters_and_digits, field::Field};

/// Where the values of a field come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingSource {
    /// The column at this position, from 0.
    Column(usize),
    /// The column with this heading.
    Heading(String),
    /// This value in all rows that have none of their own.
    Constant(String),
}

/// The source of each field that is mapped. Fields that are not named keep the column that their heading tells.
///
/// As text it is what the command line takes: `serial=2,secret="Seed (hex)",interval=const:30,maker=const:Token2`.
/// Columns count from 1 there; an empty source (`upn=`) leaves a field out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping(Vec<(Field, Option<MappingSource>)>);

/// A mapping for the columns of one file.
pub(super) struct AppliedMapping {
    /// The field of each column.
    pub fields: Vec<Option<Field>>,
    /// The values of rows that have none.
    pub constants: Vec<(Field, String)>,
}

/// The short names of the fields in a mapping's text.
const NAMES: [(Field, &str); 13] = [
    (Field::Serial, "serial"),
    (Field::Key, "secret"),
    (Field::KeyNotation, "format"),
    (Field::Interval, "interval"),
    (Field::Hash, "hash"),
    (Field::Manufacturer, "maker"),
    (Field::Model, "model"),
    (Field::Upn, "upn"),
    (Field::Digits, "digits"),
    (Field::Kind, "type"),
    (Field::Epoch, "epoch"),
    (Field::Drift, "drift"),
    (Field::Code, "code"),
];

impl Mapping {
    /// A mapping of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the source of a field; `None` leaves it out even if a heading tells its column.
    pub fn set(&mut self, field: Field, source: Option<MappingSource>) {
        self.0.retain(|(other, _)| *other != field);
        self.0.push((field, source));
    }

    /// Takes the sources of another mapping, also those that it leaves out; a column that it names is no other field's.
    pub(super) fn override_by(&mut self, other: &Self) {
        let takes = |source: &Option<MappingSource>| {
            matches!(source, Some(MappingSource::Column(_))) && other.0.iter().any(|(_, own)| own == source)
        };
        self.0.retain(|(_, source)| !takes(source));
        for (field, source) in &other.0 {
            self.set(*field, source.clone());
        }
    }

    /// The source of a field, if one was set.
    pub fn get(&self, field: Field) -> Option<&MappingSource> {
        self.0.iter().find(|(other, _)| *other == field)?.1.as_ref()
    }

    /// Whether it says where a field comes from, or leaves it out.
    pub(super) fn names(&self, field: Field) -> bool {
        self.0.iter().any(|(other, _)| *other == field)
    }

    /// Parses a mapping's text.
    ///
    /// # Errors
    /// When a part is not `field=source`, names no field, or gives all tokens one serial, key or user.
    pub fn parse(text: &str) -> Result<Self, FileIssue> {
        let mut mapping = Self::new();
        for part in split_outside_quotes(text) {
            let (name, source) =
                part.split_once('=').ok_or_else(|| issue(format!("\"{part}\" is not field=source.")))?;
            let word = letters_and_digits(name);
            let named = NAMES.iter().find(|(_, short)| *short == word).map(|(field, _)| *field);
            let field = named
                .or_else(|| Field::of_heading(name))
                .ok_or_else(|| issue(format!("No field is called \"{}\".", name.trim())))?;
            let source = MappingSource::parse(source.trim())?;
            if matches!(source, Some(MappingSource::Constant(_))) && !field.may_be_constant() {
                return Err(issue(format!("The {field} cannot be the same for all rows.")));
            }
            mapping.set(field, source);
        }
        Ok(mapping)
    }

    /// The field of each column and the constants, given the columns that the headings tell.
    pub(super) fn applied(
        &self,
        header: &[String],
        by_heading: &[Option<Field>],
    ) -> Result<AppliedMapping, FileIssue> {
        let mut fields: Vec<Option<Field>> = by_heading.to_vec();
        let mut constants = Vec::new();
        for (field, source) in &self.0 {
            let column = match source {
                Some(MappingSource::Constant(value)) => {
                    constants.push((*field, value.clone()));
                    continue;
                }
                Some(MappingSource::Column(index)) => Some(*index),
                Some(MappingSource::Heading(name)) => Some(
                    position(header, name)
                        .ok_or_else(|| issue(format!("The file has no column for the {field}.")))?,
                ),
                None => None,
            };
            // A column that has the field anyway leaves the others that say it, too.
            if column.is_some_and(|index| fields.get(index) == Some(&Some(*field))) {
                continue;
            }
            fields.iter_mut().filter(|found| **found == Some(*field)).for_each(|found| *found = None);
            if let Some(index) = column {
                let slot = fields.get_mut(index).ok_or_else(|| {
                    issue(format!(
                        "The {field} is mapped to column {}; the file has {}.",
                        index + 1,
                        header.len()
                    ))
                })?;
                *slot = Some(*field);
            }
        }
        Ok(AppliedMapping { fields, constants })
    }
}

impl MappingSource {
    /// `None` for an empty text.
    fn parse(text: &str) -> Result<Option<Self>, FileIssue> {
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(value) = text.strip_prefix("const:") {
            return Ok(Some(Self::Constant(unquoted(value).to_owned())));
        }
        Ok(Some(match text.parse::<usize>() {
            Ok(0) => return Err(issue("Columns count from 1.".to_owned())),
            Ok(number) => Self::Column(number - 1),
            Err(_) => Self::Heading(unquoted(text).to_owned()),
        }))
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, source)) in self.0.iter().enumerate() {
            let name = NAMES.iter().find(|(named, _)| named == field).map_or("", |(_, name)| name);
            write!(f, "{}{name}=", if index == 0 { "" } else { "," })?;
            match source {
                None => {}
                Some(MappingSource::Column(index)) => write!(f, "{}", index + 1)?,
                Some(MappingSource::Heading(name)) => write!(f, "\"{name}\"")?,
                Some(MappingSource::Constant(value)) => write!(f, "const:\"{value}\"")?,
            }
        }
        Ok(())
    }
}

/// Identifies a header, to remember a mapping by it: holds nothing of the file that could be read back.
pub fn header_fingerprint(header: &[String]) -> String {
    let mut hash = Sha256::new();
    for name in header {
        hash.update(name.trim().to_lowercase());
        hash.update([0]);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn position(header: &[String], name: &str) -> Option<usize> {
    let exact = header.iter().position(|heading| heading.trim() == name.trim());
    exact.or_else(|| {
        let word = letters_and_digits(name);
        header.iter().position(|heading| !word.is_empty() && letters_and_digits(heading) == word)
    })
}

fn issue(message: String) -> FileIssue {
    FileIssue::new(
        message,
        "Write it like serial=2,secret=\"Seed (hex)\",interval=const:30,maker=const:Token2. Fields: serial, secret, format, interval, hash, maker, model, upn, digits, type, epoch, drift, code.",
    )
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

/// The parts between commas that stand outside quotation marks.
fn split_outside_quotes(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let parts = text.split(move |c| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}
