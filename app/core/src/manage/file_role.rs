//! What files are that were dropped together: the seed file, its password or key, a list of people.

use std::fmt;

use zeroize::Zeroizing;

use super::people::read_people;
use crate::seed_file::{FileIssue, container, csv_rows::CsvRecords, decode_text, is_data, is_seed_list};

/// Characters of the longest text that is taken for a password or key.
const MAX_SECRET_CHARACTERS: usize = 256;
/// Characters of the shortest key that is told from other words.
const KEY_CHARACTERS: usize = 16;
/// Rows that are looked at for keys.
const ROWS: usize = 50;

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileRole {
    /// A seed file, and whatever cannot be told.
    Seeds,
    /// The password or key of a seed file: one line of text.
    Secret,
    /// User principal names, perhaps with serial numbers.
    People,
}

impl fmt::Display for FileRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seeds => "seed file",
            Self::Secret => "password or key",
            Self::People => "list of users",
        })
    }
}

/// Which of the files that were dropped together is what, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortedFiles {
    /// The seed file.
    pub seeds: usize,
    /// The file with its password or key.
    pub secret: Option<usize>,
    /// The list of people.
    pub people: Option<usize>,
}

impl FileRole {
    /// Tells by the content; the name does not count.
    pub fn of(bytes: &[u8]) -> Self {
        if container(bytes).is_some() {
            return Self::Seeds;
        }
        let Ok((text, _)) = decode_text(Zeroizing::new(bytes.to_vec())) else { return Self::Seeds };
        let trimmed = text.trim();
        if trimmed.starts_with(['[', '{']) || is_seed_list(trimmed) {
            return Self::Seeds;
        }
        let is_one_value =
            !trimmed.contains([',', ';', '\t', '|', '\n', '\r', '@']) && !is_row_of_blanks(trimmed);
        if is_one_value && !trimmed.is_empty() && trimmed.chars().count() <= MAX_SECRET_CHARACTERS {
            return Self::Secret;
        }
        if !has_keys(&text) && read_people(bytes.to_vec()).is_ok() { Self::People } else { Self::Seeds }
    }
}

/// Whether a line is a row whose columns are separated by blanks: a key among other words. A key in groups has several or
/// none as long.
fn is_row_of_blanks(line: &str) -> bool {
    let (keys, others): (Vec<&str>, Vec<&str>) =
        line.split_whitespace().partition(|word| word.len() >= KEY_CHARACTERS && is_data(word));
    keys.len() == 1 && !others.is_empty()
}

/// Whether a table has a column for keys, or cells that are keys.
fn has_keys(text: &str) -> bool {
    let mut records = CsvRecords::open(Zeroizing::new(text.to_owned()));
    let mut rows = 0;
    while records.advance().is_some() && rows < ROWS {
        let is_key = |cell: &str| !cell.contains('@') && cell.trim().len() >= KEY_CHARACTERS && is_data(cell);
        let is_heading = |cell: &str| {
            rows == 0 && crate::seed_file::Field::of_heading(cell) == Some(crate::seed_file::Field::Key)
        };
        if records.current.iter().any(|cell| is_key(cell) || is_heading(cell)) {
            return true;
        }
        rows += 1;
    }
    false
}

impl SortedFiles {
    /// Sorts files by their roles.
    ///
    /// # Errors
    /// When there is no seed file or several, or two files of another role.
    pub fn of(files: &[(&str, FileRole)]) -> Result<Self, FileIssue> {
        let of_role = |role: FileRole| -> Vec<usize> {
            (0..files.len()).filter(|place| files.get(*place).is_some_and(|(_, is)| *is == role)).collect()
        };
        let said = files.iter().map(|(name, role)| format!("{name}: {role}")).collect::<Vec<_>>().join(", ");
        let one = |role: FileRole| match *of_role(role).as_slice() {
            [] => Ok(None),
            [place] => Ok(Some(place)),
            _ => Err(FileIssue::new(
                format!("Several files were dropped of which only one is taken at a time ({said})."),
                "Drop one seed file, with its password or key and a list of users if you have them.",
            )),
        };
        let (seeds, secret, people) = (one(FileRole::Seeds)?, one(FileRole::Secret)?, one(FileRole::People)?);
        let seeds = seeds.ok_or_else(|| {
            FileIssue::new(
                format!("None of the files that were dropped is a seed file ({said})."),
                "Drop the vendor's seed file together with them.",
            )
        })?;
        Ok(Self { seeds, secret, people })
    }
}
