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

/// The names of hash functions within other words.
const HASHES: [&str; 4] = ["sha512", "sha384", "sha256", "sha1"];

/// What other products call tokens that compute no codes by time.
const OTHER_KINDS: [&str; 20] = [
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
];

/// The text of one cell, with the name of its column in the file.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub column: &'a str,
    pub text: &'a str,
}

impl<'a> Cell<'a> {
    /// Trims white space, Excel's `="00123"` (which preserves leading zeros) and quotation marks after white space.
    pub fn new(column: &'a str, raw: &'a str) -> Self {
        let text = raw.trim();
        let inner =
            text.strip_prefix('=').unwrap_or(text).strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Self { column: column.trim(), text: inner.map_or(text, str::trim) }
    }

    pub fn issue(&self, message: impl Into<String>, remedy: impl Into<String>) -> Issue {
        Issue::in_column(self.column, message, remedy)
    }

    pub fn serial(&self) -> Result<SerialNumber, Issue> {
        self.reject_rounded("serial number")?;
        let text = self.plain_text("serial number", "Write what is printed on the token.")?;
        SerialNumber::parse(text).ok_or_else(|| self.issue("The serial number is missing.", "Write it."))
    }

    /// The key in the notation that the file names for it, or else as its characters tell; `ambiguous` is how a text is
    /// read that is Base32 as well as hex.
    pub fn seed(&self, named: Option<KeyNotation>, ambiguous: Option<KeyNotation>) -> Result<Seed, Issue> {
        self.reject_rounded("secret key")?;
        let notation = named.or_else(|| ambiguous.filter(|_| Seed::ambiguous_notation(self.text).is_some()));
        let seed = match notation {
            Some(notation) if !self.text.is_empty() => Seed::parse_as(self.text, notation),
            _ => Seed::parse(self.text),
        };
        seed.map_err(|error| self.seed_issue(error))
    }

    /// How the key of the row is written; `None` for an empty cell.
    pub fn key_notation(&self) -> Result<Option<KeyNotation>, Issue> {
        Ok(Some(match letters_and_digits(self.text).as_str() {
            "" if self.text.is_empty() => return Ok(None),
            "base32" | "b32" => KeyNotation::Base32,
            "hex" | "hexadecimal" | "base16" => KeyNotation::Hex,
            "base64" | "b64" => KeyNotation::Base64,
            "text" | "ascii" | "utf8" | "string" | "plain" => KeyNotation::Text,
            _ => {
                let remedy = "Write base32, hex, base64 or text.";
                return Err(self.issue("The format of the secret key is not known.", remedy));
            }
        }))
    }

    /// Whether codes have six digits, or none are named.
    pub fn digits(&self) -> Result<(), Issue> {
        let number = self.text.strip_suffix(".0").unwrap_or(self.text).trim_end_matches("digits").trim();
        match number {
            "" | "6" => Ok(()),
            _ => Err(self.issue(
                left_out::OTHER_DIGITS,
                "Microsoft Entra takes only codes of six digits. Ask the vendor to reprogram or exchange the token.",
            )),
        }
    }

    /// Refuses what is not time-based; a word that says neither is no objection.
    pub fn kind(&self) -> Result<(), Issue> {
        let word = letters_and_digits(self.text);
        // The suites of OCRA name HOTP, too.
        if ["ocra", "challenge", "signature"].iter().any(|kind| word.contains(kind)) {
            return Err(self.issue(
                left_out::CHALLENGES,
                "Microsoft Entra takes only time-based tokens (TOTP). Ask the vendor for the time-based version.",
            ));
        }
        if ["hotp", "event", "counter", "hmacotp"].iter().any(|kind| word.contains(kind)) {
            return Err(self.issue(
                left_out::EVENT_BASED,
                "Microsoft Entra takes only time-based tokens (TOTP). Ask the vendor for the time-based version.",
            ));
        }
        if word.contains("yubico") {
            return Err(self.issue(
                "This is a Yubico OTP slot.",
                "Microsoft Entra takes only time-based tokens (TOTP). Store a TOTP account on the key with `ykman oath`.",
            ));
        }
        if OTHER_KINDS.contains(&word.as_str()) {
            return Err(self.issue(
                left_out::OTHER_KIND,
                "Microsoft Entra takes no others. Ask the vendor for the time-based version.",
            ));
        }
        Ok(())
    }

    /// Refuses time that is counted from another moment than the beginning of 1970.
    pub fn epoch(&self) -> Result<(), Issue> {
        let is_start = self.text.is_empty() || self.text.bytes().all(|b| b == b'0');
        let is_start = is_start || self.text.starts_with("1970-01-01T00:00:00");
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
        self.plain_text(what, "Fill it in: Microsoft Graph requires it.").map(str::to_owned)
    }

    /// `None` for an empty cell.
    pub fn interval(&self) -> Result<Option<Interval>, Issue> {
        match whole_seconds(self.text) {
            _ if self.text.is_empty() => Ok(None),
            Some("30") => Ok(Some(Interval::S30)),
            Some("60") => Ok(Some(Interval::S60)),
            _ => Err(self.issue(
                "The time interval is neither 30 nor 60.",
                "Write 30 or 60, the seconds that one code lasts. Microsoft Entra takes no others.",
            )),
        }
    }

    /// `None` for an empty cell. A column that is not called "hash function" may name the kind of token, too, which
    /// [`Self::kind`] checks.
    pub fn hash(&self) -> Result<Option<HashFunction>, Issue> {
        let word = letters_and_digits(self.text);
        let names_kind = letters_and_digits(self.column) != "hashfunction" && word.contains("totp");
        let hash = if names_kind {
            HASHES.into_iter().find(|hash| word.contains(hash))
        } else {
            Some(word.strip_prefix("hmac").unwrap_or(&word))
        };
        if self.text.is_empty() { Ok(None) } else { self.hash_named(hash) }
    }

    /// The hash that the kind of token names besides: `TOTP-SHA256`.
    pub fn hash_of_kind(&self) -> Result<Option<HashFunction>, Issue> {
        let word = letters_and_digits(self.text);
        self.hash_named(HASHES.into_iter().find(|hash| word.contains(hash)))
    }

    fn hash_named(&self, word: Option<&str>) -> Result<Option<HashFunction>, Issue> {
        match word {
            None => Ok(None),
            Some("sha1") => Ok(Some(HashFunction::Sha1)),
            Some("sha256" | "sha2256") => Ok(Some(HashFunction::Sha256)),
            Some("sha384" | "sha512" | "sha2384" | "sha2512") => Err(self.issue(
                left_out::OTHER_HASH,
                "This token cannot be used with Entra; ask the vendor to exchange or reprogram it.",
            )),
            Some(_) => {
                Err(self
                    .issue("The hash function is not known.", "Write SHA-1 or SHA-256, as the vendor says."))
            }
        }
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

    /// Rejects `1.23457E+12`, the form in which Excel shows and saves long numbers.
    fn reject_rounded(&self, what: &str) -> Result<(), Issue> {
        if !is_rounded(self.text) {
            return Ok(());
        }
        Err(self.issue(
            format!("Excel has rounded the {what}: its digits are lost."),
            "Go back to the vendor's file. Open it by Data > From Text/CSV with this column as Text (or format the column as text before pasting), then save it again.",
        ))
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

/// The number in "30", "30 s", "30 seconds" or "30.0".
fn whole_seconds(text: &str) -> Option<&str> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(number.len()..)?;
    let units = ["", "s", "sec", "secs", "second", "seconds"];
    let number = number.trim_end();
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let is_whole = fraction.bytes().all(|b| b == b'0');
    (is_whole && units.iter().any(|known| unit.eq_ignore_ascii_case(known))).then_some(whole)
}

/// Digits, at most one point or comma among them, then `E+` and digits.
fn is_rounded(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once("E+").or_else(|| text.split_once("e+")) else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && digits(exponent)
}
