//! What a column can hold, and the headings under which vendors write it.

use std::fmt;

use super::cell::letters_and_digits;
use crate::seed::KeyNotation;

/// What a column says of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The user: a user principal name or an object id.
    Upn,
    /// The serial number.
    Serial,
    /// The secret key.
    Key,
    /// How the secret key is written.
    KeyNotation,
    /// The time interval.
    Interval,
    /// The manufacturer.
    Manufacturer,
    /// The model.
    Model,
    /// The hash function.
    Hash,
    /// How many digits a code has.
    Digits,
    /// Time-based or event-based.
    Kind,
    /// The time from which steps are counted, in seconds since 1970.
    Epoch,
    /// By how many steps the token's clock is ahead.
    Drift,
    /// The code on the token's display.
    Code,
}

/// The headings of each field, the best first: Microsoft's own names, then others, then words that a file may use for other
/// things than its tokens' codes and keys.
const HEADINGS: [(Field, &str, &str, &str); 13] = [
    (
        Field::Upn,
        "upn userprincipalname",
        "username user email emailaddress mail mailaddress login loginname owner assignedto assignto \
         principalname account userid",
        "",
    ),
    (
        Field::Serial,
        "serialnumber",
        "serial serialno serialnr serialnum sn tokenserialnumber tokenserial tokenserialno tokensn \
         deviceserialnumber deviceserial hardwareserial tokennumber tokenno tokenid seriennummer token",
        "",
    ),
    (
        Field::Key,
        "secretkey",
        "secret seed key secretseed seedkey seedvalue otpsecret otpseed otpkey oathsecret oathkey totpsecret \
         totpseed totpkey tokensecret tokenseed tokenkey sharedsecret sharedkey base32 hex",
        "",
    ),
    (
        Field::KeyNotation,
        "",
        "secretformat keyformat seedformat keyencoding secretencoding seedencoding",
        "format encoding notation",
    ),
    (
        Field::Interval,
        "timeinterval timeintervalinseconds",
        "interval period timestep step timeperiod otpinterval intervalinseconds intervalseconds \
         periodseconds timestepsize stepsize timewindow zeitintervall intervall",
        "",
    ),
    (
        Field::Manufacturer,
        "manufacturer",
        "maker vendor manufacturername vendorname brand issuer hersteller",
        "",
    ),
    (Field::Model, "model", "modelname tokenmodel devicemodel product productname modell", ""),
    (
        Field::Hash,
        "hashfunction",
        "hash hashalgorithm hashalg algorithm algo alg otpalgorithm hmac hmacalgorithm digest suite",
        "",
    ),
    (
        Field::Digits,
        "",
        "digits otplength otpdigits otplen codelength codedigits numberofdigits passwordlength digit otpdigit length responselength",
        "digitcount outputlength codesize otpsize stellen ziffern",
    ),
    (
        Field::Kind,
        "",
        "type otptype tokentype oathtype otpmode tokenmode mode ocrasuite",
        "typ tokentyp verfahren kind tokenkind keytype authtype oathmode movingfactor protocol method category profile otp",
    ),
    (Field::Epoch, "", "t0 epoch unixepoch", "starttime timeorigin basetime timeoffset"),
    (Field::Drift, "", "clockdrift timedrift drift", ""),
    (Field::Code, "", "code displaycode currentcode", ""),
];

impl Field {
    /// Every field, in the order in which a mapping shows them.
    pub const ALL: [Self; 13] = [
        Self::Serial,
        Self::Key,
        Self::KeyNotation,
        Self::Interval,
        Self::Hash,
        Self::Manufacturer,
        Self::Model,
        Self::Upn,
        Self::Digits,
        Self::Kind,
        Self::Epoch,
        Self::Drift,
        Self::Code,
    ];

    /// The fields that a file or its mapping must have: all that Microsoft requires.
    pub const REQUIRED: [Self; 5] =
        [Self::Serial, Self::Key, Self::Interval, Self::Manufacturer, Self::Model];

    /// The heading under which it is written and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upn => "upn",
            Self::Serial => "serial number",
            Self::Key => "secret key",
            Self::KeyNotation => "key format",
            Self::Interval => "time interval",
            Self::Manufacturer => "manufacturer",
            Self::Model => "model",
            Self::Hash => "hash function",
            Self::Digits => "digits",
            Self::Kind => "type",
            Self::Epoch => "t0",
            Self::Drift => "clock drift",
            Self::Code => "code",
        }
    }

    /// Whether a value for all rows makes sense: every token has a serial, a key, a user and a clock of its own.
    pub const fn may_be_constant(self) -> bool {
        !matches!(self, Self::Serial | Self::Key | Self::Upn | Self::Drift | Self::Code)
    }

    /// Whether several columns may say it of a token, so that all of them are read: what one does not tell, another may.
    pub(super) const fn may_repeat(self) -> bool {
        matches!(self, Self::Hash | Self::Digits | Self::Kind | Self::Epoch)
    }

    /// The field of a heading, ignoring case and all characters but letters and digits.
    pub fn of_heading(heading: &str) -> Option<Self> {
        RankedField::of(heading).map(|found| found.field)
    }

    /// Whether a text is a heading as a whole. A line of such texts is a header; one whose texts merely have a part of a
    /// heading, such as "6 digits", may be a title.
    pub fn is_listed_heading(text: &str) -> bool {
        RankedField::of(text).is_some_and(RankedField::is_listed)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The field of a heading, and how surely: 0 for Microsoft's own names, more for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RankedField {
    pub field: Field,
    pub rank: usize,
}

impl RankedField {
    pub fn of(heading: &str) -> Option<Self> {
        let word = letters_and_digits(heading);
        let place = |names: &str| names.split(' ').position(|name| name == word);
        let ranked = |(field, own, others, common): &(Field, &str, &str, &str)| {
            let rank = place(own).map(|_| 0).or_else(|| place(others).map(|place| 1 + place));
            let rank = rank.or_else(|| place(common).map(|place| COMMON_RANK + place))?;
            Some(Self { field: *field, rank })
        };
        if word.is_empty() {
            return None;
        }
        let known = HEADINGS.iter().find_map(ranked);
        let known =
            known.or_else(|| Self::key_with_notation(&word)).or_else(|| Self::interval_with_unit(&word));
        known.or_else(|| Some(Self { field: by_stem(heading, &word)?, rank: STEM_RANK }))
    }

    /// Whether the heading is known as a whole, not by a part of it.
    pub const fn is_listed(self) -> bool {
        self.rank < STEM_RANK
    }

    /// Whether no other thing than this field has the heading.
    pub const fn is_certain(self) -> bool {
        self.rank < COMMON_RANK
    }

    /// "Seed (hex)", "Base32 secret" or "secret key in hex format".
    fn key_with_notation(word: &str) -> Option<Self> {
        let word =
            ["format", "encoded", "encoding"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        let strip =
            |(name, _): &(&str, KeyNotation)| word.strip_prefix(name).or_else(|| word.strip_suffix(name));
        let rest = NOTATIONS.iter().find_map(strip)?;
        let rest = rest.strip_suffix("in").or_else(|| rest.strip_prefix("encoded")).unwrap_or(rest);
        Self::of(rest).filter(|found| found.field == Field::Key)
    }

    /// "Time step (s)" or "Period in seconds".
    fn interval_with_unit(word: &str) -> Option<Self> {
        let rest = ["inseconds", "seconds", "insec", "secs", "sec", "s"]
            .iter()
            .find_map(|unit| word.strip_suffix(unit))?;
        Self::of(rest).filter(|found| found.field == Field::Interval)
    }
}

/// The rank from which other things may have the heading, too.
const COMMON_RANK: usize = 500;
/// The rank of a heading that is known by a part of it.
const STEM_RANK: usize = 1_000;
/// Letters and digits of a heading that is not known as a whole, at most, and digits among them: values have more.
pub(super) const HEADING_LETTERS: usize = 30;
const STEM_DIGITS: usize = 3;

/// The field that a part of a heading names: what makes a token unusable is written under many headings.
fn by_stem(heading: &str, word: &str) -> Option<Field> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let has_value = heading.trim_end_matches(':').contains([':', '=', '@']);
    if has_value || word.len() > HEADING_LETTERS || digits > STEM_DIGITS {
        return None;
    }
    let has = |stems: &[&str]| stems.iter().any(|stem| word.contains(stem));
    let of_key = has(&["secret", "seed", "key"]);
    let is_length = word.contains("length") || word.ends_with("len");
    // Codes are not the only numbers that have digits.
    let of_other_number = has(&["check", "serial", "pin", "puk", "last"]);
    let counts_digits = has(&["digits"]) || (is_length && has(&["otp", "code", "response"]));
    let mut parts = heading.split(|c: char| !c.is_ascii_alphanumeric());
    Some(match () {
        () if of_key && has(&["format", "encoding", "notation", "type"]) => Field::KeyNotation,
        () if has(&["algo"]) => Field::Hash,
        () if of_key => return None,
        () if counts_digits && of_other_number => return None,
        () if counts_digits => Field::Digits,
        () if has(&["hash", "hmac", "digest"]) && !is_length => Field::Hash,
        () if has(&["epoch"]) || parts.any(|part| part.eq_ignore_ascii_case("t0")) => Field::Epoch,
        () => return None,
    })
}

/// Whether a heading says "length" alone: that of the codes, unless another column says it.
pub(super) fn is_bare_length(heading: &str) -> bool {
    letters_and_digits(heading) == "length"
}

/// What headings call the notations of keys.
const NOTATIONS: [(&str, KeyNotation); 6] = [
    ("base32", KeyNotation::Base32),
    ("base64", KeyNotation::Base64),
    ("hexadecimal", KeyNotation::Hex),
    ("hex", KeyNotation::Hex),
    ("b32", KeyNotation::Base32),
    ("b64", KeyNotation::Base64),
];

/// The notation that the heading of a key names, as in "Seed (hex)".
pub(super) fn notation_of_heading(heading: &str) -> Option<KeyNotation> {
    let word = letters_and_digits(heading);
    NOTATIONS.into_iter().find_map(|(name, notation)| word.contains(name).then_some(notation))
}
