//! The flags that say how a seed file is opened, and what a file that lacks one of them is told.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use seed_readers::{OpenNeed, OpenRequest, PskcSecret};
use token_core::{
    seed_file::{Field, FileIssue, Mapping, MappingSource, ReadOptions, UnmappedFile, decode_text},
    token::HashFunction,
};
use zeroize::Zeroizing;

use super::{exit::CommandError, files};

/// What the commands that read a seed file take for it.
#[derive(Debug, Args)]
pub struct SeedArgs {
    /// What the columns hold, for a file with other headings or none: serial=2,secret="Seed (hex)",maker=const:Token2.
    #[arg(long, value_name = "MAPPING", value_parser = Mapping::parse)]
    map: Option<Mapping>,
    /// The hash of the rows that name none.
    #[arg(long, value_enum)]
    hash: Option<HashChoice>,
    /// The sheet of a workbook; else the first that holds something.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The file in an archive that has several.
    #[arg(long, value_name = "NAME")]
    member: Option<String>,
    /// A file with the password of the archive or of the PSKC file; - reads standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// A file with the pre-shared key of the PSKC file, in hex or Base64; - reads standard input.
    #[arg(long, value_name = "FILE")]
    pskc_key_file: Option<PathBuf>,
    /// Accept a PSKC file whose MACs are not computed as the standard says, but in a known other way.
    #[arg(long)]
    accept_mac_variant: bool,
}

/// A hash that Microsoft Entra takes.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum HashChoice {
    Sha1,
    Sha256,
}

impl From<HashChoice> for HashFunction {
    fn from(hash: HashChoice) -> Self {
        match hash {
            HashChoice::Sha1 => Self::Sha1,
            HashChoice::Sha256 => Self::Sha256,
        }
    }
}

impl SeedArgs {
    /// Whether a password or key comes from standard input.
    pub fn reads_stdin(&self) -> bool {
        let secrets = [self.password_file.as_deref(), self.pskc_key_file.as_deref()];
        secrets.into_iter().flatten().any(files::is_stdin)
    }

    /// What the reader is asked; reads the files with secrets.
    ///
    /// # Errors
    /// When such a file cannot be read or is empty, or standard input is named twice.
    pub fn request(&self, seed_file: &Path) -> Result<OpenRequest, CommandError> {
        let secrets = [self.password_file.as_deref(), self.pskc_key_file.as_deref()];
        let named = std::iter::once(Some(seed_file)).chain(secrets).flatten();
        if named.filter(|path| files::is_stdin(path)).count() > 1 {
            return Err(only_one_stdin());
        }
        let [password, key] = secrets.map(|path| path.map(read_secret).transpose());
        let (password, key) = (password?, key?);
        Ok(OpenRequest {
            pskc: key.map(PskcSecret::Key).or_else(|| password.clone().map(PskcSecret::Password)),
            password,
            member: self.member.clone(),
            sheet: self.sheet.clone(),
            accepts_mac_variant: self.accept_mac_variant,
            options: ReadOptions {
                mapping: self.map.clone(),
                hash: self.hash.map(HashFunction::from),
                ..ReadOptions::default()
            },
        })
    }
}

/// The error of a command that names standard input twice.
pub fn only_one_stdin() -> CommandError {
    CommandError::unusable("Only one of the files can be standard input.")
}

/// The first line of a file with a secret.
fn read_secret(path: &Path) -> Result<Zeroizing<String>, CommandError> {
    let name = files::name(path);
    let (text, _) = decode_text(Zeroizing::new(files::read(path)?))
        .map_err(|_| CommandError::unusable(format!("{name} is not text.")))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Zeroizing::new(line.to_owned())),
        _ => {
            Err(CommandError::unusable(format!("The first line of {name} is empty: write the secret there.")))
        }
    }
}

/// What a need says in a terminal: the flag that meets it.
pub fn told(need: OpenNeed) -> FileIssue {
    let flag = match &need {
        OpenNeed::Unreadable(_) => return need.into(),
        OpenNeed::Mapping(file, sheets) => return mapping_needed(file, sheets),
        OpenNeed::ArchivePassword(Some(_)) | OpenNeed::PskcPassword(_, Some(_)) => {
            "Check the file that --password-file names; capital letters count."
        }
        OpenNeed::PskcKey(_, Some(_)) => {
            "Check the file that --pskc-key-file names: it holds the key in hex or Base64."
        }
        OpenNeed::ArchivePassword(None) | OpenNeed::PskcPassword(_, None) => {
            "Write the password into a file, and name it: --password-file FILE."
        }
        OpenNeed::PskcKey(_, None) => {
            "Write the key into a file, in hex or Base64, and name it: --pskc-key-file FILE."
        }
        OpenNeed::Member(_) => "Name the one with the secret keys: --member NAME.",
        OpenNeed::Sheet(_) => "Name one of them: --sheet NAME.",
        OpenNeed::MacVariant(_) => {
            "If the vendor's other files are like this, accept it: --accept-mac-variant."
        }
    };
    FileIssue { remedy: flag.to_owned(), ..need.into() }
}

/// The columns, and a mapping to be completed. Shows no values: they may be keys.
fn mapping_needed(file: &UnmappedFile, sheets: &[String]) -> FileIssue {
    let columns: Vec<String> = file
        .first()
        .columns()
        .into_iter()
        .enumerate()
        .map(|(index, column)| match column.field {
            Some(field) => format!("{} \"{}\" ({field}, by {})", index + 1, column.name, column.reason),
            None => format!("{} \"{}\"", index + 1, column.name),
        })
        .collect();
    let mut mapping = file.first().suggestion();
    for field in file.first().missing(&mapping) {
        mapping.set(field, Some(placeholder(field)));
    }
    let message =
        file.first().issue().map_or("The columns of the file have to be named.", |issue| &issue.message);
    let other_sheet = match sheets {
        [_, _, ..] => {
            format!(" Or name the sheet with the secret keys: --sheet NAME. Sheets: {}.", sheets.join(", "))
        }
        _ => String::new(),
    };
    FileIssue::new(
        format!("{message} Columns: {}.", columns.join(", ")),
        format!("Say what they hold, for example: --map '{mapping}'.{other_sheet}"),
    )
}

fn placeholder(field: Field) -> MappingSource {
    match field.may_be_constant() {
        true => MappingSource::Constant("NAME".to_owned()),
        false => MappingSource::Heading("COLUMN".to_owned()),
    }
}
