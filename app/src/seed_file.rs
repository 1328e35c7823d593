//! Opens a seed file of any format in the browser, and asks for what it needs: a password, a sheet, what the columns hold.
//!
//! The readers of zip, workbooks and PSKC are a part of the app of their own, loaded when a file needs them. File, password and
//! key stay in the memory of the page.

mod readers;
mod remembered;

use std::sync::Arc;

use seed_readers::{OpenNeed, OpenRequest, Opened, PskcSecret};
use token_core::{
    ports::Clock as _,
    seed_file::{
        Field, FileIssue, FirstRows, Mapping, MappingColumn, MappingSource, ParsedRow, SeedFile,
        UnmappedFile, container, left_out,
    },
};
use zeroize::Zeroizing;

use crate::{
    api::clock::ServerClock,
    browser::{Yielder, performance_now},
    format::grouped,
};

/// Rows that are read between two checks whether to yield to the browser.
const ROWS_PER_YIELD: usize = 50;

/// Why a dialog asks for columns that were named for an earlier file.
const REMEMBERED: &str =
    "You named the columns of an earlier file with the same header. Look at them, and change what is wrong.";

/// What is asked before a file can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// A password or key; with what was wrong with the one that was given.
    Secret(SecretKind, Option<FileIssue>),
    /// Which file of an archive.
    Member(Vec<String>),
    /// Which sheet of a workbook.
    Sheet(Vec<String>),
    /// Whether MACs are accepted that are computed as the text says.
    MacVariant(String),
    /// What the columns hold.
    Columns(Box<ColumnsQuestion>),
}

/// A password or key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretKind {
    /// The password of an archive.
    Archive,
    /// The password of a PSKC file, with the name that the file gives it.
    PskcPassword(Option<String>),
    /// The pre-shared key of a PSKC file, with the name that the file gives it.
    PskcKey(Option<String>),
}

/// The columns of a file that cannot be read without a mapping, or whose mapping is to be changed.
#[derive(Clone)]
pub struct ColumnsQuestion {
    /// Why; empty when the user wants to change it.
    pub reason: String,
    /// The columns; keys in them are masked.
    pub columns: Vec<MappingColumn>,
    /// The mapping that they suggest, or the one that is in force.
    pub suggestion: Mapping,
    /// The sheets of a workbook that hold something.
    pub sheets: Vec<String>,
    /// The first rows, to see what a mapping makes of them.
    pub first: Arc<FirstRows>,
}

impl std::fmt::Debug for ColumnsQuestion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ColumnsQuestion({:?})", self.reason)
    }
}

impl PartialEq for ColumnsQuestion {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.first, &other.first) && self.suggestion == other.suggestion
    }
}

impl Eq for ColumnsQuestion {}

/// An answer to a [`Question`].
pub enum Answer {
    /// The password or key.
    Secret(SecretKind, Zeroizing<String>),
    /// The file of the archive.
    Member(String),
    /// The sheet of the workbook.
    Sheet(String),
    /// The MACs are accepted.
    MacVariant,
    /// What the columns hold; it is remembered by the fingerprint of the header, if it has one.
    Columns(Mapping, Option<String>),
}

/// Why a file was not opened.
pub enum Unopened {
    /// It cannot be read.
    Unreadable(FileIssue),
    /// Something has to be answered first.
    Asked(Question),
}

/// A seed file with what was answered so far. Contains seeds.
#[derive(Clone)]
pub struct ChosenFile {
    /// Its name.
    pub name: String,
    /// A mapping that was begun and not applied.
    pub draft: Option<Mapping>,
    bytes: Arc<Zeroizing<Vec<u8>>>,
    request: OpenRequest,
    /// When it was chosen, in milliseconds since the page was opened: codes in it were read just before.
    chosen_at: f64,
}

impl ChosenFile {
    /// A file of which nothing is known yet.
    pub fn new(name: String, bytes: Vec<u8>) -> Self {
        let bytes = Arc::new(Zeroizing::new(bytes));
        Self { name, draft: None, bytes, request: OpenRequest::default(), chosen_at: performance_now() }
    }

    /// The file with one more answer.
    #[must_use]
    pub fn answered(mut self, answer: Answer) -> Self {
        let request = &mut self.request;
        match answer {
            Answer::Secret(SecretKind::Archive, password) => request.password = Some(password),
            Answer::Secret(SecretKind::PskcPassword(_), password) => {
                request.pskc = Some(PskcSecret::Password(password));
            }
            Answer::Secret(SecretKind::PskcKey(_), key) => request.pskc = Some(PskcSecret::Key(key)),
            Answer::Member(name) => request.member = Some(name),
            Answer::Sheet(name) => {
                request.sheet = Some(name);
                // It is of the other sheet's columns.
                request.options.mapping = None;
            }
            Answer::MacVariant => request.accepts_mac_variant = true,
            Answer::Columns(mapping, fingerprint) => {
                if let Some(fingerprint) = fingerprint {
                    remembered::remember(&fingerprint, &mapping);
                }
                request.options.mapping = Some(mapping);
                self.draft = None;
            }
        }
        self
    }

    /// Opens it, as far as it goes without further answers.
    ///
    /// # Errors
    /// What has to be answered, or why it cannot be read.
    pub async fn open(&self) -> Result<Opened, Unopened> {
        let mut opened = self.open_by(self.request.clone()).await?;
        if opened.file.has_codes() {
            opened.file.date_codes(self.chosen_at_ms().await?);
        }
        Ok(opened)
    }

    /// When it was chosen by the server's time, in milliseconds since 1970.
    async fn chosen_at_ms(&self) -> Result<u64, Unopened> {
        let clock = ServerClock::sync().await.map_err(|error| {
            Unopened::Unreadable(FileIssue::new(
                "The time could not be read from the server, by which the codes in this file are measured.",
                error.to_string(),
            ))
        })?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "milliseconds of a visit"
        )]
        let age_ms = (performance_now() - self.chosen_at).max(0.0) as u64;
        Ok(clock.now_ms().saturating_sub(age_ms))
    }

    /// The question what the columns hold, for a user who wants to change it.
    ///
    /// # Errors
    /// What has to be answered before, or why the file cannot be read.
    pub async fn ask_columns(&self) -> Result<ColumnsQuestion, Unopened> {
        let mut request = self.request.clone();
        request.options.asks_for_mapping = true;
        match self.open_by(request).await {
            Err(Unopened::Asked(Question::Columns(mut question))) => {
                if let Some(draft) = &self.draft {
                    question.suggestion = draft.clone();
                }
                Ok(*question)
            }
            Err(other) => Err(other),
            Ok(_) => Err(Unopened::Unreadable(FileIssue::new(
                "The columns of this file are fixed.",
                "Change its rows in the plan.",
            ))),
        }
    }

    async fn open_by(&self, mut request: OpenRequest) -> Result<Opened, Unopened> {
        request.options.remembered = remembered::load();
        let bytes = self.bytes.to_vec();
        let opened = if container(&bytes).is_some() {
            let reading = readers::begin(bytes, request).await;
            reading.map_err(|_| Unopened::Unreadable(not_loaded()))?.await
        } else {
            let file = SeedFile::open_with(bytes, &request.options);
            let opened = |file| Opened { file, place: Vec::new(), sheets: Vec::new() };
            file.map(opened).map_err(OpenNeed::from)
        };
        opened.map_err(Unopened::from)
    }

    /// Opens it and reads all rows, and yields to the browser in between. For a dialog that shows no rows: a mapping that was
    /// remembered is shown before the file is read by it.
    ///
    /// # Errors
    /// What has to be answered, or why it cannot be read.
    pub async fn read_entries(&self) -> Result<Vec<ParsedRow>, Unopened> {
        let mut source = self.open().await?.file;
        if source.is_mapping_remembered() {
            let mut question = self.ask_columns().await?;
            REMEMBERED.clone_into(&mut question.reason);
            return Err(Unopened::Asked(Question::Columns(Box::new(question))));
        }
        let mut yielder = Yielder::begin();
        let mut entries = Vec::new();
        loop {
            let rows = source.read(ROWS_PER_YIELD);
            if rows.is_empty() {
                return Ok(entries);
            }
            entries.extend(rows);
            yielder.yield_if_due(|| ()).await;
        }
    }
}

impl From<OpenNeed> for Unopened {
    fn from(need: OpenNeed) -> Self {
        Self::Asked(match need {
            OpenNeed::Unreadable(issue) => return Self::Unreadable(issue),
            OpenNeed::ArchivePassword(wrong) => Question::Secret(SecretKind::Archive, wrong),
            OpenNeed::PskcPassword(name, wrong) => Question::Secret(SecretKind::PskcPassword(name), wrong),
            OpenNeed::PskcKey(name, wrong) => Question::Secret(SecretKind::PskcKey(name), wrong),
            OpenNeed::Member(names) => Question::Member(names),
            OpenNeed::Sheet(names) => Question::Sheet(names),
            OpenNeed::MacVariant(how) => Question::MacVariant(how),
            OpenNeed::Mapping(file, sheets) => {
                Question::Columns(Box::new(ColumnsQuestion::new(&file, sheets)))
            }
        })
    }
}

impl ColumnsQuestion {
    fn new(file: &UnmappedFile, sheets: Vec<String>) -> Self {
        let first = file.first();
        let reason = first.issue().map_or_else(String::new, |issue| issue.message.clone());
        let (columns, suggestion) = (first.columns(), first.suggestion());
        Self { reason, columns, suggestion, sheets, first: Arc::new(first.clone()) }
    }

    /// What a mapping lacks: required fields, and columns that are used twice. Empty when the file can be read by it.
    pub fn open_points(&self, mapping: &Mapping) -> Vec<String> {
        let is_given = |field: &Field| match mapping.get(*field) {
            Some(MappingSource::Constant(value)) => !value.trim().is_empty(),
            source => source.is_some(),
        };
        let missing = Field::REQUIRED.into_iter().filter(|field| !is_given(field));
        let missing = missing.map(|field| format!("Say where the {field} is."));
        let used = |index| move |field: &Field| mapping.get(*field) == Some(&MappingSource::Column(index));
        let uses = |index| Field::ALL.iter().copied().filter(used(index)).collect::<Vec<_>>();
        let twice =
            self.columns.iter().enumerate().filter_map(|(index, column)| match uses(index).as_slice() {
                [first, second, ..] => {
                    Some(format!("\"{}\" cannot be both the {first} and the {second}.", column.name))
                }
                _ => None,
            });
        missing.chain(twice).collect()
    }
}

fn not_loaded() -> FileIssue {
    FileIssue::new(
        "The part of the app that reads this file could not be loaded.",
        "Check that the server is running, load the page again and choose the file again.",
    )
}

/// What was read, in a line: "PSKC: 500 rows, 480 for Entra; left out: 20 HOTP".
pub fn summary(kind: &str, place: &[String], rows: &[ParsedRow]) -> String {
    let place = if place.is_empty() { String::new() } else { format!(" ({})", place.join(", ")) };
    let all = if rows.len() == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(rows.len())) };
    let bad = rows.iter().filter(|row| row.result.is_err()).count();
    let left_out = left_out(rows);
    let never: usize = left_out.iter().map(|(_, count)| count).sum();
    let errors = match bad.saturating_sub(never) {
        0 => String::new(),
        errors => format!(", {} of them with errors", grouped(errors)),
    };
    let left_out: Vec<String> =
        left_out.iter().map(|(name, count)| format!("{} {name}", grouped(*count))).collect();
    let (for_entra, left_out) = match never {
        0 => (String::new(), String::new()),
        _ => (
            format!(", {} for Entra", grouped(rows.len().saturating_sub(never))),
            format!("; left out: {}", left_out.join(", ")),
        ),
    };
    format!("{kind}{place}: {all}{for_entra}{errors}{left_out}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn asked(file: &ChosenFile) -> Question {
        match file.open().now_or_never() {
            Some(Err(Unopened::Asked(question))) => question,
            _ => panic!("nothing was asked"),
        }
    }

    #[test]
    fn a_list_without_header_is_read_by_the_answer() {
        let list = b"0012;JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\n0013;JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ\n".to_vec();
        let file = ChosenFile::new("list".to_owned(), list);
        let Question::Columns(columns) = asked(&file) else { panic!("not asked for the columns") };
        let mut mapping = columns.suggestion.clone();
        assert_eq!(
            columns.open_points(&mapping),
            ["Say where the manufacturer is.", "Say where the model is."]
        );
        mapping.set(Field::Manufacturer, Some(MappingSource::Constant(" ".to_owned())));
        mapping.set(Field::Model, Some(MappingSource::Column(0)));
        assert_eq!(columns.open_points(&mapping).len(), 2, "no manufacturer, and a column twice");
        for (field, value) in [(Field::Manufacturer, "Token2"), (Field::Model, "C202")] {
            mapping.set(field, Some(MappingSource::Constant(value.to_owned())));
        }
        assert_eq!(columns.open_points(&mapping), [""; 0]);
        let opened = file.answered(Answer::Columns(mapping, None)).open().now_or_never().unwrap();
        let rows = opened.ok().unwrap().file.read(9);
        assert_eq!(rows.iter().filter(|row| row.result.is_ok()).count(), 2);
    }

    #[test]
    fn the_summary_names_place_rows_and_what_is_left_out() {
        let rows = |lines: &[&str]| {
            let header = "serial number,secret key,time interval,manufacturer,model,type,digits";
            let file = SeedFile::open(format!("{header}\n{}\n", lines.join("\n")).into_bytes());
            file.unwrap().read(9_999)
        };
        let good = "1,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,C,M,,";
        assert_eq!(summary("CSV", &[], &rows(&[good])), "CSV: 1 row.");
        let place = ["tokens.xlsx".to_owned(), "Seeds".to_owned()];
        let many = vec![good; 1_200];
        assert_eq!(summary("Workbook", &place, &rows(&many)), "Workbook (tokens.xlsx, Seeds): 1,200 rows.");
        let (bad, hotp, eight) =
            (good.replace("30", "45"), format!("{good}8").replace(",,8", ",HOTP,8"), format!("{good}8"));
        assert_eq!(
            summary("PSKC", &[], &rows(&[good, &bad, &hotp, &hotp, &eight])),
            "PSKC: 5 rows, 2 for Entra, 1 of them with errors; left out: 2 HOTP, 1 not of six digits."
        );
    }
}
