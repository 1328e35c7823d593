//! Tells by a file's content, never by its name, what it is; refuses what holds no token that Microsoft Entra can use.

use super::FileIssue;

/// A file that is no text of the formats that this crate reads; the crate `seed-readers` opens these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A zip archive, which a workbook is too.
    Zip,
    /// XML.
    Xml,
}

/// The container that a file's first bytes announce.
pub fn container(bytes: &[u8]) -> Option<Container> {
    match bytes {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return Some(Container::Zip),
        _ => {}
    }
    // In UTF-16 every second byte is zero.
    let mut characters = bytes.iter().copied().filter(|b| !matches!(b, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF));
    (characters.find(|b| !b.is_ascii_whitespace()) == Some(b'<')).then_some(Container::Xml)
}

/// Refuses bytes that are no text.
pub(super) fn reject_bytes(bytes: &[u8]) -> Result<(), FileIssue> {
    match bytes {
        [b'P', b'K', 3 | 5, ..] => Err(FileIssue::new(
            "The file is an Excel workbook or an archive, not CSV or JSON.",
            "Seed files are read from workbooks and archives on the import page. For a list, save its sheet as \"CSV UTF-8\", and compare the serial numbers with those on the tokens: zeros and last digits that Excel dropped do not come back when the cells are formatted as text.",
        )),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Err(FileIssue::new(
            "The file is an Excel workbook of the old format (xls), or one with a password.",
            "Open it in Excel, take the password away and save it as an Excel workbook (xlsx) or as \"CSV UTF-8\".",
        )),
        [b'S', b'a', b'l', b't', b'e', b'd', b'_', b'_', ..] => {
            Err(encrypted("openssl enc -d -CIPHER -pbkdf2 -in FILE | token-inventory import -"))
        }
        _ if let Some(kind) = other_kind(bytes) => Err(FileIssue::new(
            format!("The file is {kind}, not a seed file."),
            "Choose the vendor's seed file. If it is in this one, take it out first.",
        )),
        _ if is_binary_pgp(bytes) => Err(encrypted(PGP_COMMAND)),
        _ if is_binary_cms(bytes) => Err(encrypted(
            "openssl cms -decrypt -inform DER -in FILE -inkey KEY.pem | token-inventory import -",
        )),
        _ => Ok(()),
    }
}

const PGP_COMMAND: &str = "gpg --decrypt FILE | token-inventory import -";

fn encrypted(command: &str) -> FileIssue {
    FileIssue::new(
        "The file is encrypted.",
        format!(
            "Decrypt it with the key that you agreed on with the vendor, and open the result; or run: {command}"
        ),
    )
}

/// What a file of another kind is, by its first bytes.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 11] = [
        (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
        (b"Rar!\x1A\x07", "a RAR archive"),
        (b"\x1F\x8B\x08", "packed by gzip"),
        (b"\xFD7zXZ\0", "packed by xz"),
        (b"BZh91AY&SY", "packed by bzip2"),
        (b"\x28\xB5\x2F\xFD", "packed by Zstandard"),
        (b"%PDF-", "a PDF document"),
        (b"{\\rtf", "a document of a word processor (RTF)"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"SQLite format 3\0", "a database"),
    ];
    KINDS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| *kind)
}

/// Whether the first byte begins an encrypted OpenPGP message (RFC 9580 section 4.2) and no text: control characters
/// follow.
fn is_binary_pgp(bytes: &[u8]) -> bool {
    let is_packet = matches!(bytes.first(), Some(0x84 | 0x85 | 0x86 | 0x8C | 0xA3 | 0xC1 | 0xC3 | 0xD2));
    let is_control = |b: &u8| *b < 0x20 && !b.is_ascii_whitespace();
    is_packet && bytes.iter().take(32).any(is_control)
}

/// Whether the bytes are DER of a CMS content info (RFC 5652): its object identifiers begin alike.
fn is_binary_cms(bytes: &[u8]) -> bool {
    let object_id = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07];
    bytes.first() == Some(&0x30) && {
        let head = bytes.get(..bytes.len().min(20)).unwrap_or_default();
        head.windows(object_id.len()).any(|window| window == object_id)
    }
}

/// Refuses texts of other kinds, each with its own reason.
pub(super) fn reject_text(text: &str) -> Result<(), FileIssue> {
    let beginning = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if beginning.is_empty() {
        return Err(FileIssue::new(
            "The file is empty.",
            "Choose the vendor's seed file. If it came out of a decryption, that failed: repeat it.",
        ));
    }
    if beginning.starts_with('<') {
        return Err(FileIssue::new(
            "The file is XML or a web page, not CSV or JSON.",
            "Ask the vendor for the secret keys as CSV.",
        ));
    }
    let encoded = || two_encodings(text).or_else(|| ascii_in_utf16(text));
    if let Some(issue) = armored(beginning).or_else(|| encrypted_mail(beginning)).or_else(encoded) {
        return Err(issue);
    }
    if text.contains('\0') {
        return Err(FileIssue::new("The file is not text.", "Choose the vendor's seed file, CSV or JSON."));
    }
    safeword(beginning).or_else(|| yubikey_log(beginning)).map_or(Ok(()), Err)
}

/// Lines above an armored block that are looked through.
const LINES_ABOVE_ARMOR: usize = 40;

fn armored(text: &str) -> Option<FileIssue> {
    // A mail or a note may stand above it.
    let mut lines = text.lines().take(LINES_ABOVE_ARMOR);
    let begin = lines.find_map(|line| line.trim().strip_prefix("-----BEGIN "))?;
    let label = begin.split("-----").next()?.to_owned();
    let command = match label.as_str() {
        "PGP MESSAGE" => PGP_COMMAND,
        "PGP SIGNED MESSAGE" => {
            return Some(FileIssue::new(
                "The file is signed by PGP: its lines stand between a signature's.",
                format!("Verify the signature and take it off: {PGP_COMMAND}"),
            ));
        }
        "AGE ENCRYPTED FILE" => AGE_COMMAND,
        "CMS" | "PKCS7" => {
            "openssl cms -decrypt -inform PEM -in FILE -inkey KEY.pem | token-inventory import -"
        }
        _ => {
            return Some(FileIssue::new(
                format!("The file is a {} block, not a seed file.", label.to_lowercase()),
                "Choose the vendor's seed file.",
            ));
        }
    };
    Some(encrypted(command))
}

const AGE_COMMAND: &str = "age --decrypt -i KEY FILE | token-inventory import -";

/// S/MIME, as a mail program saves it.
fn encrypted_mail(text: &str) -> Option<FileIssue> {
    let mut head = text.lines().take(30).map(str::to_ascii_lowercase);
    let is_mail = head.any(|line| line.contains("pkcs7-mime") && line.starts_with("content-type:"));
    is_mail.then(|| {
        encrypted("openssl cms -decrypt -inform SMIME -in FILE -inkey KEY.pem | token-inventory import -")
    })
}

/// Lines of one byte a character that were appended to a file in UTF-16: pairs of them make letters of East Asia. No text
/// has so many in a row of which both halves are letters of ASCII.
fn ascii_in_utf16(text: &str) -> Option<FileIssue> {
    const PAIRS: usize = 16;
    if text.is_ascii() {
        return None;
    }
    let is_letter = |byte: u32| matches!(byte, 0x20..=0x7e | 0x09 | 0x0a | 0x0d);
    let is_pair =
        |c: char| u32::from(c) <= 0xffff && is_letter(u32::from(c) >> 8) && is_letter(u32::from(c) & 0xff);
    let mut run = 0;
    let end = text.char_indices().find_map(|(index, c)| {
        run = if is_pair(c) { run + 1 } else { 0 };
        (run == PAIRS).then_some(index)
    })?;
    let line = text.get(..end)?.lines().count();
    Some(FileIssue::new(
        format!("The file has two encodings: up to line {line} it is UTF-16, below that it is not."),
        "Two programs have written into it. Write the file again at once, with Out-File -Encoding utf8 or Export-Csv -Encoding utf8.",
    ))
}

/// PowerShell's `>>` appends UTF-16 to a file of one byte a character.
fn two_encodings(text: &str) -> Option<FileIssue> {
    if text.starts_with("age-encryption.org/") {
        return Some(encrypted(AGE_COMMAND));
    }
    let first = text.find('\0')?;
    let rest = text.get(first..)?;
    let zeros = rest.bytes().filter(|b| *b == 0).count();
    let is_utf16 = first > 16 && zeros * 5 > rest.len() * 2;
    let line = text.get(..first)?.lines().count();
    is_utf16.then(|| {
        FileIssue::new(
            format!("The file has two encodings: from line {line} it is UTF-16, above that it is not."),
            "PowerShell's >> does this. Write the file again at once, with Out-File -Encoding utf8 or Export-Csv -Encoding utf8.",
        )
    })
}

/// SafeWord's records of SafeNet tokens.
fn safeword(text: &str) -> Option<FileIssue> {
    if !text.contains("sccAuthenticatorId") && !text.contains("SafeWord Authenticator Records") {
        return None;
    }
    let is_time_based = text.contains("sccMode=T") || text.contains("eToken-PASS-TS");
    Some(if is_time_based {
        FileIssue::new(
            "The file holds SafeWord records of eToken PASS TS tokens, which count time from the year 2000.",
            "Microsoft Entra would accept their activation, and never a sign-in. Ask the vendor for tokens that count from 1970.",
        )
    } else {
        FileIssue::new(
            "The file holds SafeWord records of the event-based version of the token.",
            "Microsoft Entra takes only time-based tokens (TOTP). Ask the vendor for that version.",
        )
    })
}

/// What the YubiKey Personalization Tool logs, in its traditional and its flexible format.
fn yubikey_log(text: &str) -> Option<FileIssue> {
    let is_log = text.lines().take(20).any(|line| {
        let line = line.trim_start_matches('"');
        let starts =
            ["LOGGING START", "OATH-HOTP,", "OATH_HOTP,", "Yubico OTP,", "YUBICO_OTP,", "Static Password,"];
        starts.iter().any(|start| line.starts_with(start)) || is_flexible_log_line(line)
    });
    is_log.then(|| {
        FileIssue::new(
            "The file is a log of YubiKey slots, which hold HOTP or Yubico OTP; Microsoft Entra takes TOTP.",
            "A YubiKey computes TOTP as an OATH account: store one with `ykman oath accounts add NAME SECRET`, and write its secret into a CSV.",
        )
    })
}

/// `508327,,0,69cfb920…,,2013-12-12T08:41:07,`: serial, public and private identity, key, access code, time.
fn is_flexible_log_line(line: &str) -> bool {
    let fields: Vec<&str> = line.split(',').collect();
    let [serial, public, _, key, _, time, ..] = fields.as_slice() else { return false };
    let is_modhex = |text: &str| text.bytes().all(|b| b"cbdefghijklnrtuv".contains(&b));
    let is_time = time.len() == 19 && time.get(10..11) == Some("T") && time.get(4..5) == Some("-");
    !serial.is_empty()
        && serial.bytes().all(|b| b.is_ascii_digit())
        && is_modhex(public)
        && !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_hexdigit())
        && is_time
}
