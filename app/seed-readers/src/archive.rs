//! Zip archives: stored and deflated members, ZipCrypto and WinZip AES, within limits.

use std::io::{Cursor, ErrorKind, Read};

use token_core::seed_file::{FileIssue, decode_text};
use zeroize::Zeroizing;
use zip::{ZipArchive, result::ZipError};

use crate::{OpenNeed, OpenRequest};

/// Most bytes of all members together, unpacked.
const MAX_UNPACKED: u64 = 64 * 1024 * 1024;
/// How many times its packed size a member may have.
const MAX_RATIO: u64 = 100;
/// Unpacked bytes below which the ratio does not matter: a table of few columns packs well.
const RATIO_MATTERS_FROM: u64 = 1024 * 1024;
/// Bytes that are unpacked between two pauses.
const BYTES_PER_PAUSE: u64 = 256 * 1024;
/// Most members of an archive.
const MAX_MEMBERS: usize = 10_000;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The member to read, and its name: the only one, or the one that was chosen.
pub(crate) async fn member(
    bytes: &[u8],
    request: &OpenRequest,
    pause: &impl AsyncFn(),
) -> Result<(String, Zeroizing<Vec<u8>>), OpenNeed> {
    let mut archive = open(bytes)?;
    let names = names(&mut archive)?;
    let chosen = match (&request.member, names.as_slice()) {
        (_, []) => return Err(FileIssue::new("The archive is empty.", "Ask the vendor for it again.").into()),
        (Some(wanted), _) => names.iter().find(|(_, name)| name == wanted),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let Some((index, name)) = chosen else {
        return Err(OpenNeed::Member(names.into_iter().map(|(_, name)| name).collect()));
    };
    let mut result = Err(damaged().into());
    for password in passwords(request.password.as_ref()) {
        let mut budget = MAX_UNPACKED;
        result =
            unpack(&mut archive, *index, password.as_deref().map(Vec::as_slice), &mut budget, pause).await;
        if !matches!(result, Err(OpenNeed::ArchivePassword(Some(_)))) {
            break;
        }
    }
    Ok((name.clone(), result?))
}

/// The bytes that a password may stand for: zip does not say in which encoding. UTF-8 first, then those of Windows and of
/// its command line in Western Europe.
fn passwords(password: Option<&Zeroizing<String>>) -> Vec<Option<Zeroizing<Vec<u8>>>> {
    let Some(password) = password else { return vec![None] };
    let encoded = |encode: fn(char) -> Option<u8>| {
        // Capacity beforehand: reallocation would leave copies of the password in memory.
        let mut bytes = Zeroizing::new(Vec::with_capacity(password.len()));
        for c in password.chars() {
            bytes.push(encode(c)?);
        }
        Some(bytes)
    };
    let utf8 = Zeroizing::new(password.as_bytes().to_vec());
    let others = [windows_1252 as fn(char) -> Option<u8>, cp850]
        .into_iter()
        .filter(|_| !password.is_ascii())
        .map(encoded);
    std::iter::once(Some(utf8)).chain(others.filter(Option::is_some)).collect()
}

fn windows_1252(c: char) -> Option<u8> {
    match c {
        '€' => Some(0x80),
        _ => u8::try_from(c).ok().filter(|byte| !(0x80..0xa0).contains(byte)),
    }
}

/// The letters and signs of Western Europe in the code page 850, from U+00A0 on; that of 437 has the same places for those
/// that it has, but for a few signs.
fn cp850(c: char) -> Option<u8> {
    const FROM_A0: [u8; 96] = [
        0xff, 0xad, 0xbd, 0x9c, 0xcf, 0xbe, 0xdd, 0xf5, 0xf9, 0xb8, 0xa6, 0xae, 0xaa, 0xf0, 0xa9, 0xee, 0xf8,
        0xf1, 0xfd, 0xfc, 0xef, 0xe6, 0xf4, 0xfa, 0xf7, 0xfb, 0xa7, 0xaf, 0xac, 0xab, 0xf3, 0xa8, 0xb7, 0xb5,
        0xb6, 0xc7, 0x8e, 0x8f, 0x92, 0x80, 0xd4, 0x90, 0xd2, 0xd3, 0xde, 0xd6, 0xd7, 0xd8, 0xd1, 0xa5, 0xe3,
        0xe0, 0xe2, 0xe5, 0x99, 0x9e, 0x9d, 0xeb, 0xe9, 0xea, 0x9a, 0xed, 0xe8, 0xe1, 0x85, 0xa0, 0x83, 0xc6,
        0x84, 0x86, 0x91, 0x87, 0x8a, 0x82, 0x88, 0x89, 0x8d, 0xa1, 0x8c, 0x8b, 0xd0, 0xa4, 0x95, 0xa2, 0x93,
        0xe4, 0x94, 0xf6, 0x9b, 0x97, 0xa3, 0x96, 0x81, 0xec, 0xe7, 0x98,
    ];
    match u8::try_from(c).ok()? {
        byte if byte < 0x80 => Some(byte),
        byte => FROM_A0.get(usize::from(byte.checked_sub(0xa0)?)).copied(),
    }
}

/// The parts of a workbook, unpacked within the limits.
pub(crate) struct Parts<'a> {
    archive: Archive<'a>,
    budget: u64,
}

impl<'a> Parts<'a> {
    /// The parts of an archive.
    pub fn open(bytes: &'a [u8]) -> Result<Self, OpenNeed> {
        Ok(Self { archive: open(bytes)?, budget: MAX_UNPACKED })
    }

    /// Whether there is a part of this name.
    pub fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// The text of a part; `None` when there is none of this name.
    pub async fn text(
        &mut self,
        name: &str,
        pause: &impl AsyncFn(),
    ) -> Result<Option<Zeroizing<String>>, OpenNeed> {
        let Some(index) = self.archive.index_for_name(name) else { return Ok(None) };
        let bytes = unpack(&mut self.archive, index, None, &mut self.budget, pause).await?;
        Ok(Some(decode_text(bytes)?.0))
    }
}

/// Whether the archive has members of these names.
pub(crate) fn has_members(bytes: &[u8], wanted: &[&str]) -> bool {
    open(bytes).is_ok_and(|archive| wanted.iter().any(|name| archive.index_for_name(name).is_some()))
}

/// The issue of an archive within an archive.
pub(crate) fn nested() -> FileIssue {
    FileIssue::new("The archive holds another archive.", "Unpack the outer one, and open the inner one.")
}

fn open(bytes: &[u8]) -> Result<Archive<'_>, OpenNeed> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > MAX_MEMBERS {
        return Err(too_large().into());
    }
    Ok(archive)
}

/// Index and name of each file that a person packed.
fn names(archive: &mut Archive<'_>) -> Result<Vec<(usize, String)>, OpenNeed> {
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|_| damaged())?;
        let name = member.name().map_err(|_| damaged())?.into_owned();
        let file_name = name.rsplit('/').next().unwrap_or_default();
        // What macOS and Windows add of themselves.
        let is_added = name.starts_with("__MACOSX/") || file_name.starts_with("._");
        let is_added = is_added || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&file_name);
        if !member.is_dir() && !is_added {
            names.push((index, name));
        }
    }
    Ok(names)
}

async fn unpack(
    archive: &mut Archive<'_>,
    index: usize,
    password: Option<&[u8]>,
    budget: &mut u64,
    pause: &impl AsyncFn(),
) -> Result<Zeroizing<Vec<u8>>, OpenNeed> {
    let is_encrypted = archive.by_index_raw(index).is_ok_and(|member| member.encrypted());
    let opened = match password {
        Some(password) if is_encrypted => archive.by_index_decrypt(index, password),
        None if is_encrypted => return Err(OpenNeed::ArchivePassword(None)),
        _ => archive.by_index(index),
    };
    let member = opened.map_err(|error| need_of(&error))?;
    let packed = member.compressed_size();
    let allowed = (*budget).min(RATIO_MATTERS_FROM.max(packed.saturating_mul(MAX_RATIO)));
    // Capacity beforehand, as far as the header is plausible: reallocation would leave copies of secrets in memory.
    let capacity = usize::try_from(member.size().min(allowed)).unwrap_or_default();
    let mut unpacked = Zeroizing::new(Vec::with_capacity(capacity + 1));
    let mut member = member.take(allowed + 1);
    loop {
        match (&mut member).take(BYTES_PER_PAUSE).read_to_end(&mut unpacked) {
            _ if unpacked.len() as u64 > allowed => return Err(too_large().into()),
            Ok(0) => break,
            Ok(_) => pause().await,
            Err(error) if error.kind() == ErrorKind::Unsupported => return Err(packed_otherwise().into()),
            Err(_) => return Err(if is_encrypted { damaged_or_wrong() } else { damaged().into() }),
        }
    }
    *budget -= unpacked.len() as u64;
    Ok(unpacked)
}

fn need_of(error: &ZipError) -> OpenNeed {
    match error {
        ZipError::InvalidPassword => OpenNeed::ArchivePassword(Some(FileIssue::new(
            "The password of the archive is wrong.",
            "Type it again; capital letters count.",
        ))),
        ZipError::CompressionMethodNotSupported(_) => packed_otherwise().into(),
        ZipError::UnsupportedArchive(_) => FileIssue::new(
            "The archive is of a kind that cannot be read.",
            "Unpack it, and open what is in it.",
        )
        .into(),
        _ => damaged().into(),
    }
}

/// Of the old encryption, one wrong password in 256 is noticed only by what comes out.
fn damaged_or_wrong() -> OpenNeed {
    OpenNeed::ArchivePassword(Some(FileIssue::new(
        "The archive is damaged: the password was accepted, but what it opens is not what was packed.",
        "Type the password again, to be sure; else download the archive again.",
    )))
}

/// Compressed by another method than deflate, such as bzip2.
fn packed_otherwise() -> FileIssue {
    FileIssue::new(
        "The archive is packed in a way that cannot be read.",
        "Unpack it, and open what is in it; or pack it again as an ordinary zip.",
    )
}

fn damaged() -> FileIssue {
    FileIssue::new("The archive is damaged.", "Download it again, or ask the vendor for it.")
}

fn too_large() -> FileIssue {
    FileIssue::new(
        "The archive unpacks to more than a seed file has: 64 MB, or a hundred times its size.",
        "Unpack it yourself, and open the seed file in it.",
    )
}
