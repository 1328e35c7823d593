//! Validates single cells, by column.
//!
//! No message quotes the cell's text: when columns are shifted, it may be a seed.

use super::{Owner, left_out};
use crate::{
    issue::Issue,
    otp::{Code, DIGITS},
    seed::{KeyNotation, Seed, SeedError},
    token::{HashFunction, Interval, MAX_TEXT_LEN, SerialNumber},
    user::UserId,
};

/// The ASCII letters and digits of a heading or keyword, in lower case: how people punctuate it does not count.
pub(crate) fn letters_and_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// What other products call tokens that compute no codes by time.
const OTHER_KINDS: [&str; 26] = [
    "motp",
    "spass",
    "pw",
    "static",
    "staticpassword",
    "password",
    "sms",
    "email",
    "push",
    "tan",
    "u2f",
    "fido",
    "fido2",
    "webauthn",
    "certificate",
    "securid",
    "yubikeyaes",
    "radius",
    "steam",
    "other",
    "yubikey",
    "daypassword",
    "vasco",
    "qr",
    "question",
    "registration",
];

/// Those among them that name many other things: they count under a heading that announces a kind of tokens.
const COMMON_WORDS: [&str; 5] = ["other", "email", "push", "sms", "password"];

/// What people write before a number so that Excel keeps it as a text.
const APOSTROPHES: [char; 2] = ['\'', '\u{2019}'];

/// The text of one cell, with the name of its column in the file.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub column: &'a str,
    pub text: &'a str,
    /// The text as it is in the file: a key that is a text may begin with a blank.
    raw: &'a str,
}

impl<'a> Cell<'a> {
    /// Trims white space, Excel's `="00123"` (which preserves leading zeros) and quotation marks after white space.
    pub fn new(column: &'a str, raw: &'a str) -> Self {
        let text = raw.trim();
        let inner =
            text.strip_prefix('=').unwrap_or(text).strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Self { column: column.trim(), text: inner.map_or(text, str::trim), raw }
    }

    pub fn issue(&self, message: impl Into<String>, remedy: impl Into<String>) -> Issue {
        Issue::in_column(self.column, message, remedy)
    }

    /// The serial number; `is_number` where the file stores it as a number.
    pub fn serial(&self, is_number: bool) -> Result<SerialNumber, Issue> {
        self.reject_rounded("serial number")?;
        let text = self.plain_text("serial number", "Write what is printed on the token.")?;
        let text = text.strip_prefix(APOSTROPHES).unwrap_or(text);
        let text = whole_digits(text).unwrap_or(text);
        if is_number && text.contains(|c: char| !c.is_ascii_digit()) {
            return Err(self.rounded("serial number"));
        }
        if ["true", "false"].iter().any(|value| text.eq_ignore_ascii_case(value)) {
            return Err(self.issue(
                "This is a truth value, not a serial number.",
                "Check that the columns have not slipped or changed places.",
            ));
        }
        SerialNumber::parse(text).ok_or_else(|| self.issue("The serial number is missing.", "Write it."))
    }

    /// Whether an apostrophe stands before the value, by which people make Excel keep it as a text.
    pub fn has_apostrophe(&self) -> bool {
        self.text.starts_with(APOSTROPHES)
    }

    /// The key in the notation that the file names for it, or else as its characters tell; `ambiguous` is how a text is
    /// read that is Base32 as well as hex.
    pub fn seed(&self, named: Option<KeyNotation>, ambiguous: Option<KeyNotation>) -> Result<Seed, Issue> {
        if named == Some(KeyNotation::Text) && !self.text.is_empty() {
            // Without a point it may be a text all the same: "12E+5".
            if self.text.contains(['.', ',']) {
                self.reject_rounded("secret key")?;
            }
            return Seed::parse_as(self.raw, KeyNotation::Text).map_err(|error| self.seed_issue(error));
        }
        self.reject_rounded("secret key")?;
        let notation = named.or_else(|| ambiguous.filter(|_| Seed::ambiguous_notation(self.text).is_some()));
        let seed = match notation {
            Some(notation) if !self.text.is_empty() => Seed::parse_as(self.text, notation),
            _ => Seed::parse(self.text),
        };
        seed.map_err(|error| self.seed_issue(error))
    }

    /// Whether there are blanks or quotation marks around the value, which a key that is a text includes.
    pub fn has_wrapping(&self) -> bool {
        self.text.len() < self.raw.len()
    }

    /// How the key of the row is written; `None` for an empty cell.
    pub fn key_notation(&self) -> Result<Option<KeyNotation>, Issue> {
        if self.text.is_empty() {
            return Ok(None);
        }
        notation_named(self.text).map(Some).ok_or_else(|| {
            let remedy = "Write base32, hex, base64 or text.";
            self.issue("The format of the secret key is not known.", remedy)
        })
    }

    /// Whether codes have six digits, or none are named.
    pub fn digits(&self) -> Result<(), Issue> {
        match whole_number(self.text, &["digit", "digits"]) {
            _ if self.text.is_empty() => Ok(()),
            Some(6) => Ok(()),
            _ => Err(self.other_digits()),
        }
    }

    fn other_digits(&self) -> Issue {
        self.issue(
            left_out::OTHER_DIGITS,
            "Microsoft Entra takes only codes of six digits. Ask the vendor to reprogram or exchange the token.",
        )
    }

    /// Refuses what is not time-based; a word that says neither is no objection.
    pub fn kind(&self) -> Result<(), Issue> {
        let word = letters_and_digits(self.text);
        // LinOTP and privacyIDEA call HOTP "HMAC", and lists of its codes "paper".
        if ["hmac", "paper"].contains(&word.as_str()) {
            return Err(self.event_based());
        }
        self.kind_beside_hash()
    }

    /// [`Self::kind`] of a cell for the hash, where "HMAC" is no kind of tokens.
    pub fn kind_beside_hash(&self) -> Result<(), Issue> {
        let word = letters_and_digits(self.text);
        // The suites of OCRA name HOTP, too.
        let contains = |kinds: &[&str]| kinds.iter().any(|kind| word.contains(kind));
        if contains(&["ocra", "challenge", "signature"]) || ["cr", "tiqr"].contains(&word.as_str()) {
            return Err(self.issue(
                left_out::CHALLENGES,
                "Microsoft Entra takes only time-based tokens (TOTP). Ask the vendor for the time-based version.",
            ));
        }
        if contains(&["hotp", "event", "counter", "hmacotp"]) {
            return Err(self.event_based());
        }
        if word.contains("yubico") {
            return Err(self.issue(
                "This is a Yubico OTP slot.",
                "Microsoft Entra takes only time-based tokens (TOTP). Store a TOTP account on the key with `ykman oath`.",
            ));
        }
        let heading = letters_and_digits(self.column);
        let is_of_kind = ["typ", "kind", "mode"].iter().any(|stem| heading.contains(stem));
        let is_other = OTHER_KINDS.contains(&word.as_str());
        if is_other && (is_of_kind || !COMMON_WORDS.contains(&word.as_str())) {
            return Err(self.issue(
                left_out::OTHER_KIND,
                "Microsoft Entra takes no others. Ask the vendor for the time-based version.",
            ));
        }
        if names_other_digits(self.text) {
            return Err(self.other_digits());
        }
        Ok(())
    }

    fn event_based(&self) -> Issue {
        self.issue(
            left_out::EVENT_BASED,
            "Microsoft Entra takes only time-based tokens (TOTP). Ask the vendor for the time-based version.",
        )
    }

    /// Refuses time that is counted from another moment than the beginning of 1970.
    pub fn epoch(&self) -> Result<(), Issue> {
        let is_zero = |text: &str| !text.contains(|c: char| matches!(c, '1'..='9'));
        let is_start = self.text.bytes().all(|b| matches!(b, b'0' | b'.' | b','))
            || self.text.strip_prefix("1970-01-01").is_some_and(is_zero);
        if is_start {
            return Ok(());
        }
        Err(self.issue(
            left_out::OTHER_EPOCH,
            "Microsoft Entra would accept its activation, and never a sign-in. Ask the vendor for tokens that do.",
        ))
    }

    /// By how many steps the clock is ahead; `None` for a cell that says it otherwise or not.
    pub fn drift(&self) -> Option<i64> {
        self.text.parse().ok()
    }

    /// The code on the token's display; `None` for an empty cell. A spreadsheet drops zeros at the beginning.
    pub fn code(&self) -> Result<Option<Code>, Issue> {
        if self.text.is_empty() {
            return Ok(None);
        }
        let code = Code::parse(&format!("{:0>width$}", self.text, width = DIGITS as usize));
        code.map(Some).ok_or_else(|| {
            self.issue(
                "This is not a code of six digits.",
                "Write the six digits that the token shows, or leave the cell empty.",
            )
        })
    }

    /// The manufacturer or the model; Microsoft Graph requires both.
    pub fn name(&self, what: &str) -> Result<String, Issue> {
        let text = self.plain_text(what, "Fill it in: Microsoft Graph requires it.")?;
        Ok(text.strip_prefix(APOSTROPHES).unwrap_or(text).to_owned())
    }

    /// `None` for an empty cell.
    pub fn interval(&self) -> Result<Option<Interval>, Issue> {
        match whole_number(self.text, &["s", "sec", "secs", "second", "seconds"]) {
            _ if self.text.is_empty() => Ok(None),
            Some(30) => Ok(Some(Interval::S30)),
            Some(60) => Ok(Some(Interval::S60)),
            _ => Err(self.issue(
                "The time interval is neither 30 nor 60.",
                "Write 30 or 60, the seconds that one code lasts. Microsoft Entra takes no others.",
            )),
        }
    }

    /// `None` for an empty cell. A column that is not called "hash function" may say that there is none, or name only the
    /// kind of token, which [`Self::kind_beside_hash`] checks.
    pub fn hash(&self) -> Result<Option<HashFunction>, Issue> {
        let word = letters_and_digits(self.text);
        let may_be_kind = letters_and_digits(self.column) != "hashfunction";
        let is_silent = matches!(word.as_str(), "" | "na" | "oath" | "hmac")
            || ["totp", "time"].iter().any(|kind| word.contains(kind));
        match self.hash_of_kind()? {
            None if self.text.is_empty() || (may_be_kind && is_silent) => Ok(None),
            None => Err(self.unknown_hash()),
            hash => Ok(hash),
        }
    }

    /// Whether the cell names a hash, also one that no token computes or Microsoft Entra does not take.
    pub fn names_hash(&self) -> bool {
        !hash_names(self.text).0.is_empty() || letters_and_digits(self.text).contains("md5")
    }

    /// The hash that a cell names beside the kind of token: `TOTP-SHA256`.
    pub fn hash_of_kind(&self) -> Result<Option<HashFunction>, Issue> {
        let (names, _) = hash_names(self.text);
        let Some(name) = names.first() else { return Ok(None) };
        match name.strip_prefix('2').filter(|size| size.len() == 3).unwrap_or(name) {
            _ if names.iter().any(|other| other != name) => Err(self.unknown_hash()),
            "1" => Ok(Some(HashFunction::Sha1)),
            "256" => Ok(Some(HashFunction::Sha256)),
            "384" | "512" => Err(self.issue(
                left_out::OTHER_HASH,
                "This token cannot be used with Entra; ask the vendor to exchange or reprogram it.",
            )),
            _ => Err(self.unknown_hash()),
        }
    }

    fn unknown_hash(&self) -> Issue {
        self.issue("The hash function is not known.", "Write SHA-1 or SHA-256, as the vendor says.")
    }

    /// A user principal name; `None` for an empty cell. A guest's `a_b.com#EXT#@tenant` is valid.
    pub fn upn(&self) -> Result<Option<String>, Issue> {
        if self.text.is_empty() {
            return Ok(None);
        }
        if self.text.contains(['?', char::REPLACEMENT_CHARACTER]) {
            return Err(self.issue(
                "A letter of the user principal name was lost when the file was saved.",
                "Correct it and save the file as UTF-8 (in PowerShell: Export-Csv -Encoding utf8).",
            ));
        }
        let well_formed = match self.text.split_once('@') {
            Some((name, domain)) => !name.is_empty() && !domain.is_empty() && !domain.contains('@'),
            None => false,
        };
        if !well_formed || self.text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(self.issue(
                "This is not a user principal name.",
                "Write it as name@domain, without blanks, or leave it empty to assign the token to nobody.",
            ));
        }
        self.plain_text("user principal name", "").map(|upn| Some(upn.to_owned()))
    }

    /// The user, by user principal name or object id; `None` for an empty cell.
    pub fn owner(&self) -> Result<Option<Owner>, Issue> {
        match UserId::parse(self.text) {
            Some(id) => Ok(Some(Owner::Id(id))),
            None => Ok(self.upn()?.map(Owner::Upn)),
        }
    }

    /// Text that is not empty, not too long, and free of control and replacement characters.
    fn plain_text(&self, what: &str, if_missing: &str) -> Result<&'a str, Issue> {
        if self.text.is_empty() {
            return Err(self.issue(format!("The {what} is missing."), if_missing));
        }
        if is_excel_error(self.text) {
            return Err(self.issue(
                format!("The cell of the {what} holds an Excel error."),
                "Look into the vendor's file: write the value itself, and make the column wide enough before saving.",
            ));
        }
        if self.text.chars().count() > MAX_TEXT_LEN {
            let message = format!("The {what} is longer than {MAX_TEXT_LEN} characters.");
            return Err(self.issue(message, "Shorten it; check that the columns have not slipped."));
        }
        if self.text.contains(char::is_control) {
            let message = format!("The {what} holds a line break or another control character.");
            return Err(self.issue(message, "Put it on one line; check that every quotation mark is closed."));
        }
        if self.text.contains(char::REPLACEMENT_CHARACTER) {
            let message = format!("A character of the {what} was lost when the file was saved.");
            return Err(self.issue(message, "Correct it and save the file as UTF-8."));
        }
        Ok(self.text)
    }

    /// Whether the cell is a whole number with a fraction of zeros, as programs write numbers.
    pub fn has_empty_fraction(&self) -> bool {
        whole_digits(self.text.strip_prefix(APOSTROPHES).unwrap_or(self.text)).is_some()
    }

    /// Rejects `1.23457E+12`, the form in which Excel shows and saves long numbers.
    fn reject_rounded(&self, what: &str) -> Result<(), Issue> {
        if is_rounded(self.text) { Err(self.rounded(what)) } else { Ok(()) }
    }

    fn rounded(&self, what: &str) -> Issue {
        self.issue(
            format!("Excel has rounded the {what}: its digits are lost."),
            "Go back to the vendor's file. Open it by Data > From Text/CSV with this column as Text (or format the column as text before pasting), then save it again.",
        )
    }

    fn seed_issue(&self, error: SeedError) -> Issue {
        let remedy = match error {
            SeedError::Empty => "Write the key that the vendor gave for this token.",
            SeedError::BadCharacter { .. } => {
                "Compare with the vendor's file. Base32 has no 0, 1, 8 or 9: they are often meant as O, I or L, B, G."
            }
            SeedError::NotAsNamed(_) => "Correct the key, or what the file says of its format.",
            SeedError::CutShort { .. } | SeedError::TooLong => {
                "Copy the whole key, and nothing else, from the vendor's file."
            }
        };
        let message = error.to_string();
        let capital = message.get(..1).unwrap_or_default().to_uppercase();
        self.issue(format!("{capital}{}.", message.get(1..).unwrap_or_default()), remedy)
    }
}

/// How a text says that keys are written: "hex", "Base32 encoded", "hex string".
pub(super) fn notation_named(text: &str) -> Option<KeyNotation> {
    let word = letters_and_digits(text);
    let name = ["encoded", "string", "url"].iter().find_map(|end| word.strip_suffix(end));
    Some(match name.filter(|name| !name.is_empty()).unwrap_or(&word) {
        "base32" | "b32" => KeyNotation::Base32,
        "hex" | "hexadecimal" | "base16" => KeyNotation::Hex,
        "base64" | "b64" => KeyNotation::Base64,
        "text" | "ascii" | "utf8" | "string" | "plain" => KeyNotation::Text,
        _ => return None,
    })
}

/// The numbers after "SHA" in a text, and the text without these names: `SHA-1` is "1", `SHA-2 (256)` is "2256".
fn hash_names(text: &str) -> (Vec<String>, String) {
    let number = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let gap = |text: &str| text.len() - text.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).len();
    let text = text.to_ascii_lowercase();
    let (mut names, mut left) = (Vec::new(), String::new());
    let mut parts = text.split("sha");
    left.extend(parts.next());
    for part in parts {
        let (_, rest) = part.split_at(gap(part));
        let (name, mut rest) = rest.split_at(number(rest));
        let mut name = name.to_owned();
        if name == "2" {
            rest = rest.split_at(gap(rest)).1;
            name += rest.split_at(number(rest)).0;
            rest = rest.split_at(number(rest)).1;
        }
        if !name.is_empty() {
            names.push(name);
        }
        left.push(' ');
        left.push_str(rest);
    }
    (names, left)
}

/// Whether a kind of tokens has codes of another length: `TOTP-8`, `TOTP (8 digits)`. A number is that of something else
/// where the text names neither codes nor their hash.
fn names_other_digits(text: &str) -> bool {
    let (hashes, left) = hash_names(text);
    let mut words = left.split(|c: char| !c.is_ascii_alphanumeric());
    let is_of_codes = !hashes.is_empty() || left.contains("otp") || left.contains("digit");
    is_of_codes
        && words.any(|word| {
            let number = word.trim_start_matches("totp").trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let unit = word.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
            matches!(number, "7" | "8" | "10") && matches!(unit, "" | "digit" | "digits")
        })
}

/// The number in "30", "30 s" or "30.0".
fn whole_number(text: &str, units: &[&str]) -> Option<u32> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(number.len()..)?;
    let number = number.trim_end();
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let is_unit = unit.is_empty() || units.iter().any(|known| unit.eq_ignore_ascii_case(known));
    if !is_unit || fraction.contains(|c: char| c != '0') {
        return None;
    }
    whole.parse().ok()
}

/// The digits of a number whose fraction is zeros: `15123456.0`.
fn whole_digits(text: &str) -> Option<&str> {
    let (whole, fraction) = text.split_once(['.', ','])?;
    let is_number = !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit());
    (is_number && !fraction.is_empty() && fraction.bytes().all(|b| b == b'0')).then_some(whole)
}

/// `#N/A`, `#REF!`, `#NAME?`, or the signs that a column shows that is too narrow.
fn is_excel_error(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|rest| {
        rest.is_empty() || rest == "N/A" || rest.ends_with(['!', '?']) || rest.bytes().all(|b| b == b'#')
    })
}

/// Digits, at most one point or comma among them, then `E+` and digits; with a point the plus may be missing.
fn is_rounded(text: &str) -> bool {
    let plain =
        |sign| text.split_once(sign).filter(|(mantissa, _): &(&str, &str)| mantissa.contains(['.', ',']));
    let signed = text.split_once("E+").or_else(|| text.split_once("e+"));
    let Some((mantissa, exponent)) = signed.or_else(|| plain('E')).or_else(|| plain('e')) else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && digits(exponent)
}
