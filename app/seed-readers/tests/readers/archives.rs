//! Zip archives.

use std::io::{Cursor, Write};

use zip::{AesMode, CompressionMethod, ZipWriter, unstable::write::FileOptionsExt, write::SimpleFileOptions};

use super::*;

/// How a member is protected.
#[derive(Clone, Copy)]
pub enum Protection {
    None,
    ZipCrypto(&'static str),
    Aes(AesMode, &'static str),
}

pub fn archive(members: &[(&str, &[u8])], method: CompressionMethod, protection: Protection) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default().compression_method(method);
        match protection {
            Protection::None => writer.start_file(*name, options).unwrap(),
            Protection::ZipCrypto(password) => {
                let options = options.with_deprecated_encryption(password.as_bytes()).unwrap();
                writer.start_file(*name, options).unwrap();
            }
            Protection::Aes(mode, password) => {
                writer.start_file(*name, options.with_aes_encryption(mode, password)).unwrap();
            }
        }
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn plain(members: &[(&str, &[u8])]) -> Vec<u8> {
    archive(members, CompressionMethod::Deflated, Protection::None)
}

#[test]
fn stored_and_deflated_members_are_read() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let bytes = archive(&[("Größe/tokens", CSV.as_bytes())], method, Protection::None);
        let opened = opened(&bytes, &OpenRequest::default());
        assert_eq!(opened.place, ["Größe/tokens"]);
        assert_eq!(good(&bytes, &OpenRequest::default())[0].token.serial.as_str(), "0012");
    }
}

#[test]
fn both_kinds_of_encryption_are_read_with_the_password() {
    let kinds = [
        Protection::ZipCrypto("p"),
        Protection::Aes(AesMode::Aes128, "p"),
        Protection::Aes(AesMode::Aes192, "p"),
        Protection::Aes(AesMode::Aes256, "p"),
    ];
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        for (index, kind) in kinds.into_iter().enumerate() {
            let bytes = archive(&[("t.csv", CSV.as_bytes())], method, kind);
            assert!(matches!(need(&bytes, &OpenRequest::default()), OpenNeed::ArchivePassword(None)));
            let right = OpenRequest { password: Some(secret("p")), ..OpenRequest::default() };
            assert_eq!(good(&bytes, &right).len(), 1, "{index}");
            let wrong = OpenRequest { password: Some(secret("P")), ..OpenRequest::default() };
            let OpenNeed::ArchivePassword(Some(issue)) = need(&bytes, &wrong) else { unreachable!() };
            // ZipCrypto's check byte lets one wrong password in 256 pass.
            assert!(issue.message.contains("wrong") || index == 0, "{issue}");
        }
    }
}

#[test]
fn damage_is_told_from_a_wrong_password() {
    let mut bytes = archive(
        &[("t.csv", CSV.as_bytes())],
        CompressionMethod::Stored,
        Protection::Aes(AesMode::Aes256, "p"),
    );
    bytes[90] ^= 1;
    let right = OpenRequest { password: Some(secret("p")), ..OpenRequest::default() };
    assert!(error(&bytes, &right).starts_with("The archive is damaged"));
    let mut bytes = archive(&[("t.csv", CSV.as_bytes())], CompressionMethod::Stored, Protection::None);
    bytes[60] ^= 1;
    assert_eq!(error(&bytes, &OpenRequest::default()), "The archive is damaged.");
    assert_eq!(error(b"PK\x03\x04 and nothing else", &OpenRequest::default()), "The archive is damaged.");
}

#[test]
fn one_of_several_members_is_chosen() {
    let other = CSV.replace("0012", "0013");
    let bytes = plain(&[("a.csv", CSV.as_bytes()), ("__MACOSX/._a.csv", b"x"), ("b.csv", other.as_bytes())]);
    let OpenNeed::Member(names) = need(&bytes, &OpenRequest::default()) else { unreachable!() };
    assert_eq!(names, ["a.csv", "b.csv"]);
    let request = OpenRequest { member: Some("b.csv".to_owned()), ..OpenRequest::default() };
    assert_eq!(good(&bytes, &request)[0].token.serial.as_str(), "0013");
    let unknown = OpenRequest { member: Some("c.csv".to_owned()), ..OpenRequest::default() };
    assert!(matches!(need(&bytes, &unknown), OpenNeed::Member(_)));
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let zeros = vec![b'0'; 8 * 1024 * 1024];
    assert!(
        error(&plain(&[("bomb", &zeros)]), &OpenRequest::default())
            .starts_with("The archive unpacks to more")
    );
    let inner = plain(&[("a.csv", CSV.as_bytes())]);
    assert_eq!(
        error(&plain(&[("inner.zip", &inner)]), &OpenRequest::default()),
        "The archive holds another archive."
    );
    assert_eq!(error(&plain(&[]), &OpenRequest::default()), "The archive is empty.");
}

/// Replaces bytes wherever they stand.
fn patched(mut bytes: Vec<u8>, find: &[u8], with: &[u8]) -> Vec<u8> {
    assert_eq!(find.len(), with.len());
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(find)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + with.len()].copy_from_slice(with);
    }
    bytes
}

#[test]
fn names_of_old_archives_are_in_code_page_437() {
    let bytes = patched(plain(&[("GrXYe.csv", CSV.as_bytes())]), b"GrXYe.csv", b"Gr\x81\xE1e.csv");
    assert_eq!(opened(&bytes, &OpenRequest::default()).place, ["Grüße.csv"]);
}

/// The first version of the encryption stores the sum of the plain bytes, the second does not (WinZip AES specification).
#[test]
fn both_versions_of_winzips_encryption_are_read() {
    let first = archive(
        &[("t.csv", CSV.as_bytes())],
        CompressionMethod::Stored,
        Protection::Aes(AesMode::Aes256, "p"),
    );
    let right = OpenRequest { password: Some(secret("p")), ..OpenRequest::default() };
    let with_sum = |mut bytes: Vec<u8>, sum: [u8; 4]| {
        for (mark, offset) in [(b"PK\x03\x04", 14), (b"PK\x01\x02", 16)] {
            let at = (0..bytes.len()).find(|at| bytes[*at..].starts_with(mark)).unwrap() + offset;
            bytes[at..at + 4].copy_from_slice(&sum);
        }
        bytes
    };
    let second = patched(first.clone(), b"\x01\x99\x07\x00\x01\x00AE", b"\x01\x99\x07\x00\x02\x00AE");
    assert_eq!(good(&with_sum(second, [0; 4]), &right).len(), 1);
    assert!(error(&with_sum(first, [1; 4]), &right).starts_with("The archive is damaged"));
}

#[test]
fn an_archive_of_another_method_is_not_called_damaged() {
    let mut bytes = archive(&[("t.csv", CSV.as_bytes())], CompressionMethod::Stored, Protection::None);
    // The method stands in the local and in the central header: 12 is bzip2.
    for (signature, offset) in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)] {
        let at = bytes.windows(4).position(|four| four == signature).unwrap();
        bytes[at + offset] = 12;
    }
    assert!(error(&bytes, &OpenRequest::default()).contains("packed in a way that cannot be read"));
}

/// Zip does not say in which encoding a password was typed.
#[test]
fn passwords_with_umlauts_are_tried_in_the_encodings_of_windows() {
    for password in ["Zürich1".as_bytes(), b"Z\xfcrich1", b"Z\x81rich1"] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().with_deprecated_encryption(password).unwrap();
        writer.start_file("t.csv", options).unwrap();
        writer.write_all(CSV.as_bytes()).unwrap();
        let bytes = writer.finish().unwrap().into_inner();
        let with = |text: &str| OpenRequest { password: Some(secret(text)), ..OpenRequest::default() };
        assert_eq!(good(&bytes, &with("Zürich1")).len(), 1, "{password:?}");
        assert!(matches!(need(&bytes, &with("Zörich1")), OpenNeed::ArchivePassword(Some(_))));
    }
}
