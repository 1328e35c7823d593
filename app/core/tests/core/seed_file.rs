//! Seed files as vendors and administrators write them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails on unexpected values"
)]

mod codes;
mod csv_files;
mod files;
mod json_files;
mod mapping;
mod otpauth;
mod people;
mod properties;
mod rules;
mod secrecy;
mod table;
mod unrelated;
mod unusable;
mod variants;
mod vendor_files;
mod workbooks;

use token_core::{
    issue::Issue,
    seed_file::{FileFormat, FileIssue, ParsedRow, RawRow, RowToCorrect, SeedFile, SeedRow, rows_to_correct},
};
use zeroize::Zeroizing;

/// Microsoft's header with the optional column.
const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model,hash function";
const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// All entries of a file, read in small slices.
fn read(bytes: impl AsRef<[u8]>) -> Vec<ParsedRow> {
    let mut file = open(bytes).expect("a readable file");
    read_all(&mut file)
}

fn read_all(file: &mut SeedFile) -> Vec<ParsedRow> {
    let mut entries = Vec::new();
    loop {
        let slice = file.read(3);
        if slice.is_empty() {
            return entries;
        }
        entries.extend(slice);
    }
}

/// The file of these rows to correct, all with the same problem and remedy.
fn to_correct<'a>(format: &FileFormat, raws: impl Iterator<Item = &'a RawRow>) -> Zeroizing<String> {
    let row = |raw| RowToCorrect { raw, problem: "wrong, and".into(), remedy: "Write \"30\".".into() };
    rows_to_correct(format, raws.map(row))
}

fn open(bytes: impl AsRef<[u8]>) -> Result<SeedFile, FileIssue> {
    SeedFile::open(bytes.as_ref().to_vec())
}

fn file_error(bytes: impl AsRef<[u8]>) -> String {
    open(bytes).err().expect("an unreadable file").to_string()
}

/// The rows; fails when one is invalid.
fn rows(bytes: impl AsRef<[u8]>) -> Vec<SeedRow> {
    read(bytes).into_iter().map(|entry| entry.result.expect("a valid row")).collect()
}

/// The only row of a file.
fn row(bytes: impl AsRef<[u8]>) -> SeedRow {
    let mut rows = rows(bytes);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// The issues of the only row of a file.
fn issues(bytes: impl AsRef<[u8]>) -> Vec<Issue> {
    let mut entries = read(bytes);
    assert_eq!(entries.len(), 1);
    entries.remove(0).result.expect_err("an invalid row")
}

/// A row's values as texts, for comparison.
fn values(row: &SeedRow) -> [String; 7] {
    let token = &row.token;
    [
        row.owner.as_ref().map(|owner| format!("{owner:?}")).unwrap_or_default(),
        token.serial.as_str().to_owned(),
        token.seed.expose_base32().to_string(),
        token.interval.seconds().to_string(),
        token.manufacturer.clone(),
        token.model.clone(),
        token.hash.to_string(),
    ]
}
