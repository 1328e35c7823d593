//! Seed files in containers and XML: zip archives, workbooks (xlsx, ods) and PSKC.
//!
//! [`open`] and [`open_in_slices`] take any seed file: what `token-core` reads itself is handed to it. This crate is apart so that the browser
//! loads these readers only when a file needs them; see [`token_core::seed_file::container`]. Every format's rows are
//! judged by the same [`token_core::seed_file::Judge`].
//!
//! Passwords and keys stay in memory that is zeroized, and are in no error.

mod archive;
pub mod pskc;
mod pskc_rows;
mod workbook;

use futures_util::FutureExt;
use token_core::seed_file::{
    Container, FileIssue, MAX_FILE_BYTES, OpenIssue, ReadOptions, SeedFile, UnmappedFile, container,
    decode_text,
};
use zeroize::Zeroizing;

use self::pskc::{DocumentParser, PskcError};

/// Bytes that are overwritten between two pauses.
const WIPED_PER_PAUSE: usize = 1024 * 1024;

/// Tags and texts that are parsed between two pauses.
const EVENTS_PER_PAUSE: usize = 5_000;

/// What opens a PSKC file.
#[derive(Clone)]
pub enum PskcSecret {
    /// The pre-shared key in hex or Base64.
    Key(Zeroizing<String>),
    /// The password.
    Password(Zeroizing<String>),
}

/// What the user gave and chose for a file.
#[derive(Clone, Default)]
pub struct OpenRequest {
    /// The password of an archive.
    pub password: Option<Zeroizing<String>>,
    /// The key or password of a PSKC file.
    pub pskc: Option<PskcSecret>,
    /// The member of an archive.
    pub member: Option<String>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// Whether MACs that are not as the standard says are accepted in a known variant.
    pub accepts_mac_variant: bool,
    /// How the rows are read.
    pub options: ReadOptions,
}

/// What has to be given or chosen before a file can be opened.
#[derive(Debug)]
pub enum OpenNeed {
    /// The file cannot be read.
    Unreadable(FileIssue),
    /// The user has to say what the columns hold; with the sheets of a workbook that hold something.
    Mapping(Box<UnmappedFile>, Vec<String>),
    /// The password of an archive; an issue when the one that was given is wrong.
    ArchivePassword(Option<FileIssue>),
    /// The password of a PSKC file, with the name that the file gives it.
    PskcPassword(Option<String>, Option<FileIssue>),
    /// The pre-shared key of a PSKC file, in hex or Base64, with the name that the file gives it.
    PskcKey(Option<String>, Option<FileIssue>),
    /// Which member of an archive.
    Member(Vec<String>),
    /// Which sheet of a workbook: it has none of the name that was given.
    Sheet(Vec<String>),
    /// That the MACs are accepted as they are, which the text describes.
    MacVariant(String),
}

impl From<FileIssue> for OpenNeed {
    fn from(issue: FileIssue) -> Self {
        Self::Unreadable(issue)
    }
}

impl From<OpenIssue> for OpenNeed {
    fn from(issue: OpenIssue) -> Self {
        match issue {
            OpenIssue::Unreadable(issue) => Self::Unreadable(issue),
            OpenIssue::NeedsMapping(file) => Self::Mapping(file, Vec::new()),
        }
    }
}

impl From<OpenNeed> for FileIssue {
    /// The need as an issue, for a terminal or a page that does not ask.
    fn from(need: OpenNeed) -> Self {
        let of_key = |what: &str, name: Option<String>, wrong: Option<Self>| {
            wrong.unwrap_or_else(|| {
                let name = name.map(|name| format!(" (\"{name}\")")).unwrap_or_default();
                Self::new(format!("The keys in the file are encrypted{name}."), format!("Give the {what}."))
            })
        };
        match need {
            OpenNeed::Unreadable(issue) => issue,
            OpenNeed::Mapping(file, _) => OpenIssue::NeedsMapping(file).into(),
            OpenNeed::ArchivePassword(wrong) => {
                wrong.unwrap_or_else(|| Self::new("The archive has a password.", "Give the password."))
            }
            OpenNeed::PskcPassword(name, wrong) => of_key("password", name, wrong),
            OpenNeed::PskcKey(name, wrong) => of_key("pre-shared key, in hex or Base64", name, wrong),
            OpenNeed::Member(names) => Self::new(
                format!("The archive has several files: {}.", names.join(", ")),
                "Choose the one with the secret keys.",
            ),
            OpenNeed::Sheet(names) => Self::new(
                format!("The workbook has no such sheet with values. It has: {}.", names.join(", ")),
                "Choose one of them.",
            ),
            OpenNeed::MacVariant(how) => Self::new(
                format!("The file's MACs are not computed as the standard says, but {how}."),
                "If the vendor's other files are like this, accept it.",
            ),
        }
    }
}

/// A file that was opened.
pub struct Opened {
    /// The file.
    pub file: SeedFile,
    /// Where its rows stand: the member of the archive, then the sheet.
    pub place: Vec<String>,
    /// The sheets of a workbook that hold something, to choose another.
    pub sheets: Vec<String>,
}

/// Opens a seed file of any format at once.
///
/// # Errors
/// What has to be given or chosen, or why the file cannot be read.
pub fn open(bytes: Vec<u8>, request: &OpenRequest) -> Result<Opened, OpenNeed> {
    let opened = open_in_slices(bytes, request, &async || ()).now_or_never();
    // A future whose pauses are none is ready at once.
    opened.unwrap_or_else(|| Err(FileIssue::new("Reading the file was interrupted.", "Try again.").into()))
}

/// Opens a seed file of any format; a browser yields in each `pause`.
///
/// # Errors
/// What has to be given or chosen, or why the file cannot be read.
pub async fn open_in_slices(
    bytes: Vec<u8>,
    request: &OpenRequest,
    pause: &impl AsyncFn(),
) -> Result<Opened, OpenNeed> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(FileIssue::too_large().into());
    }
    let bytes = Zeroizing::new(bytes);
    match container(&bytes) {
        Some(Container::Zip) if workbook::is_workbook(&bytes) => open_workbook(bytes, request, pause).await,
        Some(Container::Zip) => {
            let (name, member) = archive::member(&bytes, request, pause).await?;
            let mut opened = match container(&member) {
                Some(Container::Zip) if workbook::is_workbook(&member) => {
                    open_workbook(member, request, pause).await?
                }
                Some(Container::Zip) => return Err(archive::nested().into()),
                _ => open_text(member, request, pause).await?,
            };
            opened.place.insert(0, name);
            Ok(opened)
        }
        _ => open_text(bytes, request, pause).await,
    }
}

async fn open_workbook(
    bytes: Zeroizing<Vec<u8>>,
    request: &OpenRequest,
    pause: &impl AsyncFn(),
) -> Result<Opened, OpenNeed> {
    let sheet = workbook::read(bytes, request.sheet.as_deref(), pause).await?;
    match SeedFile::of_source(sheet.source, &request.options) {
        Ok(file) => Ok(Opened { file, place: vec![sheet.name], sheets: sheet.others }),
        Err(OpenIssue::NeedsMapping(file)) => Err(OpenNeed::Mapping(file, sheet.others)),
        Err(OpenIssue::Unreadable(issue)) => Err(issue.into()),
    }
}

async fn open_text(
    mut bytes: Zeroizing<Vec<u8>>,
    request: &OpenRequest,
    pause: &impl AsyncFn(),
) -> Result<Opened, OpenNeed> {
    let opened = |file| Opened { file, place: Vec::new(), sheets: Vec::new() };
    if container(&bytes) != Some(Container::Xml) {
        let bytes = std::mem::take(&mut *bytes);
        return Ok(opened(SeedFile::open_with(bytes, &request.options)?));
    }
    let (text, notice) = decode_text(bytes)?;
    let mut parser = DocumentParser::new(&text);
    while !parser.step(EVENTS_PER_PAUSE).map_err(pskc_rows::need)? {
        pause().await;
    }
    let document = parser.finish().map_err(|error| match error {
        PskcError::NotPskc(root) => OpenNeed::Unreadable(pskc_rows::other_xml(&root, &text)),
        other => pskc_rows::need(other),
    })?;
    wipe(text, pause).await;
    let unlocked = pskc_rows::unlocked(&document, request, pause).await?;
    let source = pskc_rows::source(document, unlocked, pause).await?.with_notices(notice);
    Ok(opened(SeedFile::of_source(source, &request.options)?))
}

/// Overwrites a text in slices: a large one at once takes longer than a page may be blocked.
async fn wipe(mut text: Zeroizing<String>, pause: &impl AsyncFn()) {
    let mut bytes = std::mem::take(&mut *text).into_bytes();
    while !bytes.is_empty() {
        let rest = bytes.len().saturating_sub(WIPED_PER_PAUSE);
        bytes.get_mut(rest..).into_iter().for_each(zeroize::Zeroize::zeroize);
        bytes.truncate(rest);
        pause().await;
    }
}
