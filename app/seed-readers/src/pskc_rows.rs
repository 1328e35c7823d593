//! The keys of a PSKC file as rows of a seed file.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use token_core::{
    issue::Issue,
    seed_file::{Field, FileIssue, FileKind, RawRow, SeedSource, WholeTable},
    user::UserId,
};
use zeroize::Zeroizing;

use crate::{
    OpenNeed, OpenRequest, PskcSecret,
    pskc::{Document, Integrity, Key, KeyFault, MacVariant, Need, PskcError, Unlock, Unlocked},
};

/// Keys that are opened between two pauses.
const KEYS_PER_PAUSE: usize = 200;

/// Rounds of a key derivation between two pauses.
const ROUNDS_PER_PAUSE: u32 = 500;

/// The table's columns.
const FIELDS: [Field; 12] = [
    Field::Serial,
    Field::Key,
    Field::KeyNotation,
    Field::Interval,
    Field::Manufacturer,
    Field::Model,
    Field::Hash,
    Field::Digits,
    Field::Kind,
    Field::Epoch,
    Field::Drift,
    Field::Upn,
];

/// Opens the keys with what was given. A key that is both hex and Base64 is tried as both; the key of a password is
/// derived in slices.
pub(crate) async fn unlocked(
    document: &Document,
    request: &OpenRequest,
    pause: &impl AsyncFn(),
) -> Result<Unlocked, OpenNeed> {
    let locked = document.need();
    let attempts = match (&request.pskc, &locked, document.derivation()) {
        (Some(PskcSecret::Key(key)), Need::Key(_), _) => key_candidates(key),
        (Some(PskcSecret::Password(password)), Need::Password(_), Some((derivation, key_bytes))) => {
            let mut derived = derivation.begin(password, key_bytes);
            let key = loop {
                match derived.step(ROUNDS_PER_PAUSE) {
                    Some(key) => break key,
                    None => pause().await,
                }
            };
            vec![Unlock::Key(key)]
        }
        _ => vec![Unlock::Nothing],
    };
    let (mut has_fitting_length, mut other_length) = (false, None);
    for unlock in attempts {
        match document.unlock(&unlock, request.accepts_mac_variant) {
            Ok(unlocked) => return Ok(unlocked),
            // A text that is hex as well as Base64 has another length in the notation that is not meant.
            Err(PskcError::WrongKey(_)) => has_fitting_length = true,
            Err(error @ PskcError::KeyLength(_)) => other_length = Some(error),
            Err(other) => return Err(need(other)),
        }
    }
    let wrong = other_length.filter(|_| !has_fitting_length);
    Err(wrong_key(locked.clone(), &wrong.unwrap_or(PskcError::WrongKey(locked))))
}

/// The keys that a text may mean.
fn key_candidates(text: &str) -> Vec<Unlock> {
    let digits: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect());
    let hex: Zeroizing<String> = Zeroizing::new(
        digits.split([':', '-', ',']).map(|part| part.strip_prefix("0x").unwrap_or(part)).collect(),
    );
    let from_hex = (hex.len().is_multiple_of(2) && hex.bytes().all(|b| b.is_ascii_hexdigit())).then(|| {
        let nibbles: Zeroizing<Vec<u8>> =
            Zeroizing::new(hex.chars().filter_map(|c| u8::try_from(c.to_digit(16)?).ok()).collect());
        nibbles.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)).collect()
    });
    let from_base64 = STANDARD_NO_PAD.decode(digits.trim_end_matches('=')).ok();
    let candidates = [from_hex, from_base64].into_iter().flatten();
    candidates.filter(|key: &Vec<u8>| !key.is_empty()).map(|key| Unlock::Key(Zeroizing::new(key))).collect()
}

/// What has to be given, or why the file cannot be read.
pub(crate) fn need(error: PskcError) -> OpenNeed {
    match error {
        PskcError::Locked(Need::Password(name)) => OpenNeed::PskcPassword(name, None),
        PskcError::Locked(Need::Key(name)) => OpenNeed::PskcKey(name, None),
        PskcError::WrongKey(ref locked) => wrong_key(locked.clone(), &error),
        PskcError::Variant(variant) => OpenNeed::MacVariant(variant.to_string()),
        other => FileIssue::new(other.to_string(), remedy(&other)).into(),
    }
}

fn wrong_key(locked: Need, error: &PskcError) -> OpenNeed {
    let issue = Some(FileIssue::new(
        error.to_string(),
        "Type it again. It comes from the vendor, apart from the file, in hex or Base64 or as a password.",
    ));
    match locked {
        Need::Password(name) => OpenNeed::PskcPassword(name, issue),
        Need::Key(name) => OpenNeed::PskcKey(name, issue),
        Need::Nothing => FileIssue::new(error.to_string(), "Ask the vendor for the file again.").into(),
    }
}

fn remedy(error: &PskcError) -> &'static str {
    match error {
        PskcError::Xml { .. } | PskcError::Incomplete(_) => {
            "Ask the vendor for the file again; do not edit it in a word processor."
        }
        PskcError::Joined => {
            "Split it before the second \"<?xml\" or \"<KeyContainer\", and open the parts one by one."
        }
        PskcError::Unsupported(_) => {
            "Ask the vendor for a file that is protected by a pre-shared key or a password, with AES."
        }
        _ => "Ask the vendor for the secret keys as PSKC (RFC 6030) or as CSV.",
    }
}

/// What an XML file is that is no PSKC.
pub(crate) fn other_xml(root: &str, text: &str) -> FileIssue {
    let root = root.to_ascii_lowercase();
    if root == "html" {
        return FileIssue::new(
            "The file is a web page.",
            "The download has probably failed: sign in to the vendor's portal and download the file again.",
        );
    }
    if root.starts_with("tknbatch") {
        return FileIssue::new(
            "The file holds RSA SecurID tokens, which compute codes of their own.",
            "Microsoft Entra takes only time-based tokens by the open standard (TOTP). Ask the vendor for such.",
        );
    }
    let is_safenet = ["CaseModel", "ConnectorID", "ProductName", "SafeNet", "SafeWord", "Aladdin"]
        .iter()
        .any(|word| text.contains(word));
    if is_safenet && text.contains("MovingFactor") {
        return FileIssue::new(
            "The file is SafeNet's XML of the event-based version of the token.",
            "Microsoft Entra takes only time-based tokens (TOTP). Ask the vendor for that version.",
        );
    }
    if is_safenet {
        return FileIssue::new(
            "The file is SafeNet's XML, whose time-based tokens count time from the year 2000.",
            "Microsoft Entra would accept their activation, and never a sign-in. Ask the vendor for tokens that count from 1970.",
        );
    }
    FileIssue::new(
        "The file is XML, but no key container (PSKC) that is known here.",
        "Ask the vendor for the secret keys as PSKC (RFC 6030) or as CSV.",
    )
}

/// The keys as a table, in slices.
pub(crate) async fn source(
    document: Document,
    unlocked: Unlocked,
    pause: &impl AsyncFn(),
) -> Result<SeedSource, FileIssue> {
    let (integrity, is_cut, is_signed) = (unlocked.integrity, document.is_cut(), document.is_signed());
    let has_more = document.has_more();
    let mut rows = Vec::new();
    for key in document.into_keys(unlocked) {
        rows.push(row(key));
        if rows.len().is_multiple_of(KEYS_PER_PAUSE) {
            pause().await;
        }
    }
    let mut notices = Vec::new();
    match integrity {
        Integrity::Plain | Integrity::Wrapped | Integrity::Verified(MacVariant::STANDARD) => {}
        Integrity::Unprotected => notices.push(
            "The keys are encrypted without MACs that can be verified: a change of the file would not be noticed."
                .to_owned(),
        ),
        Integrity::LooselyPadded => notices.push(
            "The keys are encrypted without MACs, and only their equal lengths tell that the key fits: compare the code of one token with its display."
                .to_owned(),
        ),
        Integrity::Verified(variant) => {
            notices.push(format!("The MACs were accepted as they are: computed {variant}."));
        }
    }
    if is_signed {
        notices.push("The file has a signature, which was not verified.".to_owned());
    }
    if is_cut {
        let count = rows.len();
        notices.push(format!("The file ends before it is complete: its {count} whole keys were read."));
    }
    if has_more {
        notices.push(
            "What follows the end of the container was not read: if it holds keys, open it as a file of its own."
                .to_owned(),
        );
    }
    let header = FIELDS.map(|field| field.name().to_owned()).to_vec();
    Ok(SeedSource::new(FileKind::Pskc, Box::new(WholeTable::new(header, rows)?)).with_notices(notices))
}

fn row(key: Key) -> RawRow {
    let mut issues = refusals(&key);
    let mut fault = |field: Field, fault: KeyFault| {
        issues.push(Issue::in_column(field.name(), fault_text(fault), FAULT_REMEDY))
    };
    let secret = key.secret.map_err(|one| fault(Field::Key, one)).ok();
    let mut number = |field: Field, value: Result<Option<i64>, KeyFault>| {
        value
            .map_err(|one| fault(field, one))
            .ok()
            .flatten()
            .map(|number| number.to_string())
            .unwrap_or_default()
    };
    let interval = number(Field::Interval, key.interval);
    let epoch = number(Field::Epoch, key.time);
    // A token whose clock is not known is activated like any other.
    let is_drift_damaged = key.drift == Err(KeyFault::Damaged);
    let drift = number(Field::Drift, if is_drift_damaged { Ok(None) } else { key.drift });
    let text = |value: Option<String>| value.unwrap_or_default();
    let is_user =
        |user: &String| (user.contains('@') && !user.contains('=')) || UserId::parse(user).is_some();
    let day = |date: String| date.split('T').next().unwrap_or_default().to_owned();
    let expiry = key.expiry.map(|date| format!("the file says that the key expires on {}", day(date)));
    let drift_note = is_drift_damaged.then(|| "the clock drift in the file is damaged: left out".to_owned());
    let notes = expiry.into_iter().chain(drift_note).collect();
    let cells = vec![
        text(key.serial.or(key.id)),
        secret.map(|secret| base32(&secret.0)).unwrap_or_default(),
        "base32".to_owned(),
        interval,
        text(key.manufacturer),
        text(key.model),
        hash(key.suite.as_deref(), key.algorithm.as_deref()),
        text(key.length),
        text(key.algorithm),
        epoch,
        drift,
        key.user.filter(is_user).unwrap_or_default(),
    ];
    RawRow { issues, notes, ..RawRow::new(key.number as u64, cells) }
}

/// What Microsoft Entra cannot use, beside what the check of every row refuses.
fn refusals(key: &Key) -> Vec<Issue> {
    const REMEDY: &str = "Microsoft Entra takes only time-based tokens (TOTP) that show six decimal digits. Ask the vendor for such.";
    let mut issues = Vec::new();
    let mut refuse = |field: Field, message: String, remedy: &str| {
        issues.push(Issue::in_column(field.name(), message, remedy))
    };
    match key.algorithm.as_deref() {
        Some(known) if ["totp", "hotp", "ocra"].iter().any(|name| known.contains(name)) => {}
        Some(other) => refuse(Field::Kind, format!("The key is for \"{other}\", not for TOTP."), REMEDY),
        None => refuse(Field::Kind, "The file does not say what the key is for.".to_owned(), REMEDY),
    }
    let is_decimal = key.encoding.as_deref().is_none_or(|encoding| encoding.eq_ignore_ascii_case("decimal"));
    if !is_decimal || key.has_check_digit {
        refuse(Field::Digits, "The codes are not plain decimal digits.".to_owned(), REMEDY);
    }
    if key.has_challenge {
        refuse(Field::Kind, "This token answers challenges.".to_owned(), REMEDY);
    }
    let changes = |usage: &str| !usage.eq_ignore_ascii_case("local");
    if key.pin_usage.as_deref().is_some_and(changes) {
        refuse(Field::Kind, "The token's codes are combined with a PIN.".to_owned(), REMEDY);
    }
    if !key.usages.is_empty() && !key.usages.iter().any(|usage| usage.eq_ignore_ascii_case("otp")) {
        refuse(Field::Kind, format!("The key may be used for {} only.", key.usages.join(", ")), REMEDY);
    }
    if let Some(name) = &key.unknown_policy {
        refuse(
            Field::Kind,
            format!("The file restricts the use of the key by \"{name}\", which is not known here."),
            "The standard forbids to use such a key. Ask the vendor what it means, and for a file without it.",
        );
    }
    issues
}

const FAULT_REMEDY: &str = "Ask the vendor for the file again.";

fn fault_text(fault: KeyFault) -> &'static str {
    match fault {
        KeyFault::Missing => "The key has no secret in the file.",
        KeyFault::Damaged => "The value is damaged.",
        KeyFault::NotBase64("hex") => {
            "The secret looks like hex; the standard has Base64, as which it would be another key."
        }
        KeyFault::NotBase64(_) => {
            "The secret looks like Base32; the standard has Base64, as which it would be another key."
        }
        KeyFault::NotAuthentic => "The value does not fit its MAC: it was changed or damaged.",
        KeyFault::NotDecrypted => "The value cannot be decrypted, although others can.",
    }
}

/// The suite, else the hash in the name of the algorithm; SHA-1 if there is neither. What names no hash is kept as unknown, for
/// the check to refuse.
fn hash(suite: Option<&str>, algorithm: Option<&str>) -> String {
    let names_hash = |text: &&str| text.to_ascii_uppercase().contains("SHA");
    match (suite, algorithm.filter(names_hash)) {
        (Some(suite), _) if !names_hash(&suite) => "unknown".to_owned(),
        (Some(named), _) | (None, Some(named)) => named.to_owned(),
        (None, None) => "SHA1".to_owned(),
    }
}

/// Base32 without padding (RFC 4648 section 6), the notation of all other readers.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for group in bytes.chunks(5) {
        let bits =
            group.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) << (8 * (5 - group.len()));
        let characters = (group.len() * 8).div_ceil(5);
        for place in 0..characters {
            let index = usize::try_from(bits >> (35 - 5 * place) & 31).unwrap_or_default();
            text.extend(ALPHABET.get(index).map(|byte| char::from(*byte)));
        }
    }
    text
}
