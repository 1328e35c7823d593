//! A file whose columns a user has to name, or wants to.

use super::{
    FileIssue, SeedFile,
    first_rows::FirstRows,
    judge::Judge,
    mapping::Mapping,
    source::{ReadOptions, SeedSource},
};

/// A file that was opened, and waits for a mapping.
pub struct UnmappedFile {
    source: SeedSource,
    first: FirstRows,
}

impl std::fmt::Debug for UnmappedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UnmappedFile({:?})", self.first.issue())
    }
}

impl UnmappedFile {
    pub(super) fn new(mut source: SeedSource) -> Self {
        let first = FirstRows::of(&mut source);
        Self { source, first }
    }

    /// The first rows, and what is known of the columns.
    pub fn first(&self) -> &FirstRows {
        &self.first
    }

    /// The mapping of an earlier file with the same header, if it fits this one.
    pub(super) fn remembered(&self, options: &ReadOptions) -> Option<Mapping> {
        let mapping = options.remembered.get(&self.first.fingerprint()?)?;
        self.first.are_read_by(mapping).then(|| mapping.clone())
    }

    /// Suggests the mapping that is in force, for the user who changes it.
    #[must_use]
    pub(super) fn with_current(mut self, mapping: Option<Mapping>) -> Self {
        self.first.current = mapping;
        self
    }

    /// Reads the file by this mapping.
    ///
    /// # Errors
    /// When the mapping names a column that the file does not have, or leaves out a required field.
    pub fn with_mapping(self, mapping: &Mapping, options: &ReadOptions) -> Result<SeedFile, FileIssue> {
        let judge = self.first.judge(mapping, options)?;
        let missing: Vec<String> =
            self.first.missing(mapping).iter().map(|field| format!("\"{field}\"")).collect();
        if !missing.is_empty() && !self.source.is_fixed {
            return Err(FileIssue::new(
                format!("Neither the file nor the mapping has {}.", missing.join(", ")),
                "Name the column, or a value for all rows.",
            ));
        }
        Ok(self.into_file(judge))
    }

    /// Reads the file by its headings.
    pub(super) fn without_mapping(self, options: &ReadOptions) -> Result<SeedFile, FileIssue> {
        let judge = self.first.judge(&Mapping::new(), options)?;
        Ok(self.into_file(judge))
    }

    fn into_file(mut self, judge: Judge) -> SeedFile {
        if self.source.has_header && !self.source.is_fixed {
            let ignored = judge.ignored();
            if !ignored.is_empty() {
                self.source.notices.push(format!("Columns that are not read: {}.", ignored.join(", ")));
            }
        }
        SeedFile::new(self.source, self.first.rows, judge)
    }
}
