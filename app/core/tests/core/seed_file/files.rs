//! Whole files: encodings, formats, limits.

use super::*;
use token_core::seed_file::MAX_FILE_BYTES;

fn table(manufacturer: &str) -> String {
    format!("{HEADER}\n,7,{SEED},30,{manufacturer},HT-1,\n")
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn reads_every_encoding_that_excel_writes() {
    let name = "Zürich Łódź 東京 🔑";
    let text = table(name);
    let marked = format!("\u{feff}{text}");
    let files = [
        text.clone().into_bytes(),
        marked.clone().into_bytes(),
        utf16(&text, u16::to_le_bytes),
        utf16(&marked, u16::to_le_bytes),
        utf16(&text, u16::to_be_bytes),
        utf16(&marked, u16::to_be_bytes),
    ];
    for (index, file) in files.iter().enumerate() {
        assert_eq!(row(file).token.manufacturer, name, "file {index}");
        assert!(open(file).unwrap().notices().is_empty());
    }
}

#[test]
fn falls_back_to_windows_1252_with_a_notice() {
    let mut file = table("Z?rich ?1").into_bytes();
    let places: Vec<usize> = (0..file.len()).filter(|at| file[*at] == b'?').collect();
    (file[places[0]], file[places[1]]) = (0xFC, 0x80);
    assert_eq!(row(&file).token.manufacturer, "Zürich €1");
    assert!(open(&file).unwrap().notices()[0].contains("Windows-1252"));
}

#[test]
fn a_truncated_character_is_an_issue_of_its_cell() {
    let mut file = utf16(&format!("{HEADER}\n,7,{SEED},30,Contoso,HT-1"), u16::to_le_bytes);
    file.push(b'x');
    assert!(issues(file)[0].message.contains("was lost"));
}

#[test]
fn other_file_types_are_named_in_the_error() {
    let cases: [(&[u8], &str); 7] = [
        (b"", "The file is empty."),
        (b"\xEF\xBB\xBF \r\n", "The file is empty."),
        (b"PK\x03\x04....", "The file is an Excel workbook"),
        (b"\xD0\xCF\x11\xE0....", "The file is an Excel workbook"),
        (b"<?xml version=\"1.0\"?>", "The file is XML"),
        (b"-----BEGIN PGP MESSAGE-----", "The file is encrypted."),
        (b"\x7fELF\x02\x01\x01\0\0\0", "The file is not text."),
    ];
    for (file, message) in cases {
        assert!(file_error(file).starts_with(message), "{}", file_error(file));
    }
}

#[test]
fn rejects_a_file_above_the_limit_with_a_remedy() {
    let mut file = table("Contoso").into_bytes();
    file.resize(MAX_FILE_BYTES, b'\n');
    assert_eq!(rows(&file).len(), 1);
    file.push(b'\n');
    assert!(file_error(file).starts_with("The file is larger than 50 MB. Split it"));
}

#[test]
fn archives_and_xml_are_known_by_their_first_bytes() {
    use token_core::seed_file::{Container, container};
    for zip in [b"PK\x03\x04more".as_slice(), b"PK\x05\x06"] {
        assert!(matches!(container(zip), Some(Container::Zip)));
    }
    for xml in
        [b"<a/>".to_vec(), b"\xef\xbb\xbf \r\n\t<?xml?>".to_vec(), utf16("\u{feff}<a/>", u16::to_le_bytes)]
    {
        assert!(matches!(container(&xml), Some(Container::Xml)), "{xml:?}");
    }
    for other in [b"".as_slice(), b"PK", b"PK\x07\x08", b"upn,<b>", b"  "] {
        assert!(container(other).is_none(), "{other:?}");
    }
}

/// Each part of a line tells a log of YubiKey slots from a list of tokens.
#[test]
fn only_a_line_of_a_yubikey_log_is_taken_for_one() {
    let is_log = |line: &str| file_error(format!("{line}\n")).contains("log of YubiKey slots");
    for log in [
        "508327,,0,69cfb9202438ca68964ec3244bfa4843,,2013-12-12T08:41:07,",
        "1,cccc,0,69cf,,2013-12-12T08:41:07,",
    ] {
        assert!(is_log(log), "{log}");
    }
    for other in [
        ",,0,69cf,,2013-12-12T08:41:07,",
        "A508327,,0,69cf,,2013-12-12T08:41:07,",
        "508327,xyz,0,69cf,,2013-12-12T08:41:07,",
        "508327,,0,,,2013-12-12T08:41:07,",
        "508327,,0,key,,2013-12-12T08:41:07,",
        "508327,,0,69cf,,2013-12-12 08:41:07,",
        "508327,,0,69cf,,2013/12/12T08:41:07,",
        "508327,,0,69cf,,2013-12-12T08:41,",
    ] {
        assert!(!is_log(other), "{other}");
    }
}
