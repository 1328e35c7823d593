//! What is tried on each reader: everything that a page or a command does with a file, on any bytes.
//!
//! Shared by the driver in this folder and by the targets of `cargo fuzz`.

use std::io::{Cursor, Write};

use seed_readers::{
    OpenNeed, OpenRequest, PskcSecret, open,
    pskc::{Document, Unlock},
};
use token_core::seed_file::{
    FileChoices, Mapping, OpenIssue, ReadOptions, RowToCorrect, SeedFile, UnmappedFile, decode_text,
    rows_to_correct,
};
use token_core::{seed::KeyNotation, token::HashFunction};
use zeroize::Zeroizing;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A reader, and what is done with bytes.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
}

/// All readers.
pub const TARGETS: [Target; 7] = [
    Target { name: "csv", run: text },
    Target { name: "json", run: text },
    Target { name: "otpauth", run: text },
    Target { name: "pskc", run: pskc },
    Target { name: "zip", run: zip },
    Target { name: "xlsx", run: xlsx },
    Target { name: "ods", run: ods },
];

/// The key of encrypted files in the corpus, that in hex, and the password.
pub const KEY_BYTES: [u8; 16] =
    [0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12];
pub const KEY: &str = "12345678901234567890123456789012";
pub const PASSWORD: &str = "qwerty";

/// Most rounds of a key derivation that are tried.
const MOST_ROUNDS: u32 = 100;

/// A text that the core reads.
pub fn text(data: &[u8]) {
    let opened = SeedFile::open_with(data.to_vec(), &ReadOptions::default());
    finish_text(opened, data);
}

fn finish_text(opened: Result<SeedFile, OpenIssue>, data: &[u8]) {
    match opened {
        Ok(file) => read(file),
        Err(OpenIssue::Unreadable(_)) => {}
        Err(OpenIssue::NeedsMapping(file)) => {
            let options = ReadOptions { mapping: Some(mapping(&file)), ..ReadOptions::default() };
            if let Ok(file) = SeedFile::open_with(data.to_vec(), &options) {
                read(file);
            }
        }
    }
}

/// The mapping that is suggested, with constants for what it lacks.
fn mapping(file: &UnmappedFile) -> Mapping {
    let suggestion = file.first().suggestion();
    let _ = file.first().preview(&suggestion);
    let _ = file.first().fingerprint();
    Mapping::parse(&format!("{suggestion},maker=const:C,model=const:M")).unwrap_or(suggestion)
}

/// Reads all rows, judges them again, and writes them.
fn read(mut file: SeedFile) {
    let mut rows = Vec::new();
    loop {
        let slice = file.read(100);
        if slice.is_empty() {
            break;
        }
        rows.extend(slice);
    }
    let _ = (file.notices(), file.progress());
    let mut table = file.into_table(rows);
    table.choose(FileChoices { hash: Some(HashFunction::Sha1), notation: Some(KeyNotation::Hex) });
    table.judge_again(0..table.rows().len());
    let _ = (table.notices(), table.two_readings());
    let row = |raw| RowToCorrect { raw, problem: "".into(), remedy: "".into() };
    let _ = rows_to_correct(&table.format(), table.rows().iter().map(|entry| row(&entry.raw)));
}

/// A file of any format: every need is met once, as on the page, and then whatever is wrong is left.
fn any(data: &[u8]) {
    let mut request = OpenRequest { accepts_mac_variant: true, ..OpenRequest::default() };
    // One more attempt than there are kinds of needs.
    for _ in 0..6 {
        match open(data.to_vec(), &request) {
            Ok(opened) => return read(opened.file),
            Err(OpenNeed::Member(names)) => request.member = names.first().cloned(),
            Err(OpenNeed::Sheet(names)) => request.sheet = names.first().cloned(),
            Err(OpenNeed::ArchivePassword(None)) => request.password = Some(secret(PASSWORD)),
            Err(OpenNeed::PskcPassword(_, None)) => {
                request.pskc = Some(PskcSecret::Password(secret(PASSWORD)));
            }
            Err(OpenNeed::PskcKey(_, None)) => request.pskc = Some(PskcSecret::Key(secret(KEY))),
            Err(OpenNeed::Mapping(file, _)) if request.options.mapping.is_none() => {
                request.options.mapping = Some(mapping(&file));
            }
            Err(_) => return,
        }
    }
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

/// A key container.
pub fn pskc(data: &[u8]) {
    // A file may ask for ten million rounds, which is slow, and no fault; all of them are the same code.
    let text = decode_text(Zeroizing::new(data.to_vec()));
    let document = text.ok().and_then(|(text, _)| Document::parse(&text).ok());
    let rounds = document.as_ref().and_then(|document| Some(document.derivation()?.0.rounds()));
    if let Some(document) = document
        && rounds.unwrap_or_default() <= MOST_ROUNDS
    {
        let _ = document.unlock(&Unlock::Nothing, true);
        any(data);
    }
}

/// An archive.
pub fn zip(data: &[u8]) {
    any(data);
}

/// A workbook whose sheet, shared strings and styles are the parts of the bytes between zero bytes.
pub fn xlsx(data: &[u8]) {
    let mut parts = data.splitn(3, |byte| *byte == 0);
    let mut part = || parts.next().unwrap_or_default();
    let relation = |id: u8, kind: &str, target: &str| {
        format!(r#"<Relationship Id="r{id}" Type="x/{kind}" Target="{target}"/>"#)
    };
    let relations = [
        relation(1, "worksheet", "s.xml"),
        relation(2, "sharedStrings", "t.xml"),
        relation(3, "styles", "y.xml"),
    ];
    let relations = format!("<Relationships>{}</Relationships>", relations.concat());
    any(&packed(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "xl/workbook.xml",
            br#"<workbook xmlns:r="r"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>"#,
        ),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/s.xml", part()),
        ("xl/t.xml", part()),
        ("xl/y.xml", part()),
    ]));
}

/// An OpenDocument sheet with this content.
pub fn ods(data: &[u8]) {
    let parts: [(&str, &[u8]); 3] = [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest/>"),
        ("content.xml", data),
    ];
    any(&packed(&parts));
}

/// An archive of these members, stored.
pub fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in members {
        // Writing to memory cannot fail.
        let _ = writer.start_file(*name, options);
        let _ = writer.write_all(bytes);
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}
