//! Proves a delivery by a sample: tokens of which a code was typed before all are activated by their seeds.
//!
//! One token is enough to find a wrong hash, interval or number of digits, another epoch, and swapped columns; several give
//! the drift of the delivery.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{ClockVerdict, Fit, Offset, OwnClock};
use crate::{
    issue::Issue,
    ports::NewToken,
    seed_file::{ParsedRow, SeedRow},
    token::{HashFunction, Interval, MAX_TEXT_LEN, SerialNumber},
};

/// Most tokens of a sample: more say nothing new about the delivery.
pub const MAX_SAMPLES: usize = 8;
/// Fewest tokens of a sample that say how much the clocks of a delivery differ.
const SPREAD_SAMPLES: usize = 3;
/// Activations by seed above which a plan offers a proof.
const WORTH_A_PROOF_ABOVE: usize = 10;
/// Longest reason for activating in spite of a sample that does not fit, in characters.
pub const MAX_REASON_LEN: usize = 500;

/// One token of the sample. Has no code and no seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The token.
    pub serial: SerialNumber,
    /// What its code said.
    pub verdict: ClockVerdict,
    /// When its last code was typed, in milliseconds since 1970.
    pub typed_at_ms: u64,
    asked: AskedToken,
}

/// Tells whether a row still has the seed, hash and interval that its token was asked with: their SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AskedToken([u8; 32]);

impl AskedToken {
    fn of(token: &NewToken) -> Self {
        let NewToken { seed, hash, interval, .. } = token;
        let asked = Sha256::new().chain_update(seed.bytes()).chain_update(format!("/{hash}/{interval:?}"));
        Self(asked.finalize().into())
    }
}

/// The sample of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    samples: Vec<Sample>,
}

/// What a sample says about its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofVerdict {
    /// No token was asked.
    NotProved,
    /// This token does not fit its row: the delivery must not be activated.
    DoesNotFit(Sample),
    /// All fit.
    Fits(BatchDrift),
}

/// The clocks of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchDrift {
    /// How many tokens were asked.
    pub tokens: usize,
    /// The median of their offsets.
    pub median: Offset,
    /// The slowest.
    pub slowest: Offset,
    /// The fastest.
    pub fastest: Offset,
    /// How many sign-ins refuse if all are activated now, by their seeds alone.
    pub missing_now: usize,
    /// Whether all are so near to the median that one correction serves the tokens that were not asked, too.
    pub is_uniform: bool,
}

/// How a delivery is activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ActivationChoice {
    /// With codes of the present time.
    #[default]
    Now,
    /// With codes of the time that the median of the sample shows.
    AtMedian,
    /// Assigned now, activated later by a code from each display.
    ByDisplay,
}

impl Sample {
    /// What the codes of a token said, which was measured with what its row says.
    pub fn new(token: &NewToken, verdict: ClockVerdict, typed_at_ms: u64) -> Self {
        Self { serial: token.serial.clone(), verdict, typed_at_ms, asked: AskedToken::of(token) }
    }

    /// "Token 8659875205967: SHA-1, 30 s, 12 s slow".
    pub fn summary(&self) -> String {
        format!("Token {}: {}", self.serial, self.verdict.summary())
    }
}

impl Proof {
    /// The tokens that were asked.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Whether the sample is full.
    pub fn is_full(&self) -> bool {
        self.samples.len() >= MAX_SAMPLES
    }

    /// Adds a token; one that was asked before is replaced.
    pub fn add(&mut self, sample: Sample) {
        self.samples.retain(|known| known.serial != sample.serial);
        if !self.is_full() {
            self.samples.push(sample);
        }
    }

    /// Drops the answer of a token, for one that was asked wrongly.
    pub fn remove(&mut self, serial: &SerialNumber) {
        self.samples.retain(|known| known.serial != *serial);
    }

    /// Drops the answers of tokens whose rows were changed since they were asked, in what their codes depend on. Other changes
    /// of a row, such as its user, say nothing against the sample.
    pub fn keep_unchanged(&mut self, entries: &[ParsedRow]) {
        self.samples.retain(|sample| {
            row_of(entries, sample.serial.as_str())
                .is_ok_and(|row| AskedToken::of(&row.token) == sample.asked)
        });
    }

    /// The measured clock of a token of the sample.
    pub fn clock_of(&self, serial: &SerialNumber) -> Option<OwnClock> {
        let sample = self.samples.iter().find(|sample| sample.serial == *serial)?;
        let fit = sample.verdict.fit().filter(|_| sample.verdict.can_be_activated())?;
        Some(OwnClock { offset: fit.offset, typed_at_ms: Some(sample.typed_at_ms) })
    }

    /// What it says about the delivery.
    pub fn verdict(&self) -> ProofVerdict {
        if let Some(wrong) = self.samples.iter().find(|sample| !sample.verdict.is_as_stated()) {
            return ProofVerdict::DoesNotFit(wrong.clone());
        }
        BatchDrift::of(&self.fits()).map_or(ProofVerdict::NotProved, ProofVerdict::Fits)
    }

    fn fits(&self) -> Vec<Fit> {
        self.samples.iter().filter_map(|sample| sample.verdict.fit()).collect()
    }

    /// "Proved with token 8659875205967: SHA-1, 30 s, 12 s slow", "Not proved", or which token does not fit.
    pub fn headline(&self) -> String {
        self.record(None).headline()
    }

    /// The proof for the report and the audit log, without codes. `override_reason` is why the delivery is activated although a
    /// token does not fit.
    pub fn record(&self, override_reason: Option<String>) -> ProofRecord {
        let samples = self.samples.iter().map(|sample| SampleRecord {
            serial: sample.serial.clone(),
            fit: sample.verdict.fit(),
            is_as_stated: sample.verdict.is_as_stated(),
        });
        ProofRecord { samples: samples.collect(), override_reason }
    }
}

impl BatchDrift {
    /// The clocks of these tokens; `None` for no token.
    fn of(fits: &[Fit]) -> Option<Self> {
        let mut offsets: Vec<Offset> = fits.iter().map(|fit| fit.offset).collect();
        offsets.sort_unstable();
        let (slowest, fastest) = (*offsets.first()?, *offsets.last()?);
        let (low, high) = (offsets.get((offsets.len() - 1) / 2)?, offsets.get(offsets.len() / 2)?);
        let median = Offset::from_seconds(i64::midpoint(low.seconds(), high.seconds()));
        let missing = |at: Offset| fits.iter().filter(|fit| !fit.offset.signs_in(at, fit.interval)).count();
        Some(Self {
            tokens: offsets.len(),
            median,
            slowest,
            fastest,
            missing_now: missing(Offset::default()),
            is_uniform: fits.iter().all(|fit| {
                let limit = u64::from(fit.interval.seconds()) * 3 / 2;
                fit.offset.seconds().abs_diff(median.seconds()) <= limit
            }),
        })
    }

    /// Whether the sample is large and uniform enough to activate the delivery at its median.
    pub const fn fits_median(&self) -> bool {
        self.tokens >= SPREAD_SAMPLES && self.is_uniform
    }

    /// Whether activation at the median helps, and can be relied on.
    pub const fn allows_median(&self) -> bool {
        self.fits_median() && self.missing_now > 0
    }

    /// What lets most people sign in.
    pub const fn recommended(&self) -> ActivationChoice {
        match (self.missing_now, self.allows_median()) {
            (0, _) => ActivationChoice::Now,
            (_, true) => ActivationChoice::AtMedian,
            _ => ActivationChoice::ByDisplay,
        }
    }

    /// What it means for the people of the delivery, in a sentence or two.
    pub fn advice(&self) -> String {
        let Self { tokens, median, slowest, fastest, missing_now, .. } = self;
        let spread = match tokens {
            1 => format!("This token's clock is {median}."),
            tokens => {
                format!(
                    "The clocks of these {tokens} tokens: {median} in the middle, from {slowest} to {fastest}."
                )
            }
        };
        let consequence = match (missing_now, self.recommended()) {
            (0, _) => "Activated now, all of them can sign in.".to_owned(),
            (missing, choice) => {
                let remedy = match choice {
                    ActivationChoice::AtMedian => "Activated at the median, all of them can.",
                    _ => {
                        "Their clocks differ too much for one correction: assign the tokens now, and let each be activated by the code \
                          on its display."
                    }
                };
                format!("Activated now, {missing} of {tokens} would be refused at sign-in. {remedy}")
            }
        };
        format!("{spread} {consequence}")
    }
}

/// A proof as the report and the audit log keep it: serials and offsets, never a code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProofRecord {
    /// The tokens that were asked.
    pub samples: Vec<SampleRecord>,
    /// Why the delivery is activated although a token does not fit.
    pub override_reason: Option<String>,
}

/// One token of a [`ProofRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleRecord {
    /// The token.
    pub serial: SerialNumber,
    /// What was measured; `None` if no code fits.
    pub fit: Option<Fit>,
    /// Whether these are the settings of its row.
    pub is_as_stated: bool,
}

impl ProofRecord {
    /// Why it cannot be recorded, if it cannot; the server calls it on every request.
    pub fn validate(&self) -> Option<String> {
        if self.samples.len() > MAX_SAMPLES {
            return Some(format!("a proof has at most {MAX_SAMPLES} tokens"));
        }
        let reason = self.override_reason.as_deref().unwrap_or_default();
        let is_plain = reason.chars().count() <= MAX_REASON_LEN && !reason.chars().any(char::is_control);
        (!is_plain)
            .then(|| format!("the reason is longer than {MAX_REASON_LEN} characters or not plain text"))
    }

    /// The proof in a line: "Proved with token 8659875205967: SHA-1, 30 s, 12 s slow" or "Not proved".
    pub fn headline(&self) -> String {
        let short = |hash: &HashFunction, interval: &Interval| format!("{hash}, {} s", interval.seconds());
        if let Some(wrong) = self.samples.iter().find(|sample| !sample.is_as_stated) {
            let why = match &wrong.fit {
                Some(fit) => format!("makes its codes with {}", short(&fit.hash, &fit.interval)),
                None => "shows no code of its secret key".to_owned(),
            };
            let SampleRecord { serial, .. } = wrong;
            return format!("Not proved: token {serial} does not fit, it {why}");
        }
        let fits: Vec<Fit> = self.samples.iter().filter_map(|sample| sample.fit).collect();
        match (self.samples.as_slice(), fits.as_slice()) {
            ([SampleRecord { serial, .. }], [Fit { hash, interval, offset }]) => {
                format!("Proved with token {serial}: {}, {offset}", short(hash, interval))
            }
            ([SampleRecord { serial, .. }, others @ ..], [Fit { hash, interval, .. }, ..]) => {
                let drift = BatchDrift::of(&fits).map(|drift| {
                    format!("median {}, from {} to {}", drift.median, drift.slowest, drift.fastest)
                });
                let drift = drift.unwrap_or_default();
                format!(
                    "Proved with token {serial} and {} more: {}, {drift}",
                    others.len(),
                    short(hash, interval)
                )
            }
            _ => "Not proved".to_owned(),
        }
    }

    /// The proof in full: the headline, each offset, and the reason for going on in spite of it.
    pub fn text(&self) -> String {
        let mut parts = vec![self.headline()];
        if self.samples.len() > 1 {
            let each = self.samples.iter().map(|SampleRecord { serial, fit, .. }| {
                let clock = fit.map_or_else(|| "no code fits".to_owned(), |fit| fit.offset.to_string());
                format!("{serial} {clock}")
            });
            parts.push(each.collect::<Vec<_>>().join(", "));
        }
        if let Some(reason) = &self.override_reason {
            parts.push(format!("Activated nevertheless: {}", reason.trim()));
        }
        parts.join(". ")
    }
}

/// The row of a token of the delivery, whose code is to be typed.
///
/// # Errors
/// When the file has no such row, several with different seeds, or one with mistakes.
pub fn row_of<'a>(entries: &'a [ParsedRow], serial: &str) -> Result<&'a SeedRow, Issue> {
    let serial = serial.trim();
    if serial.is_empty() || serial.chars().count() > MAX_TEXT_LEN {
        return Err(Issue::new("The serial number is missing", "It is printed on the back of the token."));
    }
    let wanted = serial.to_lowercase();
    let mut rows = entries.iter().filter(|entry| entry.serial.trim().to_lowercase() == wanted);
    let Some(entry) = rows.next() else {
        return Err(Issue::new(
            format!("The file has no token {serial}"),
            "Compare with the back of the token; take one of this delivery.",
        ));
    };
    let Ok(row) = &entry.result else {
        return Err(Issue::new(
            format!("Line {} of token {serial} has a mistake", entry.line),
            "Correct the row, or take another token.",
        ));
    };
    let other = rows
        .find(|other| other.result.as_ref().is_ok_and(|other| !other.token.seed.same_as(&row.token.seed)));
    match other {
        Some(other) => Err(Issue::new(
            format!("Lines {} and {} give token {serial} different secret keys", entry.line, other.line),
            "Keep the row that is right, or take another token.",
        )),
        None => Ok(row),
    }
}

/// Whether so many activations by seed are worth a proof.
pub const fn is_worth_a_proof(activations: usize) -> bool {
    activations > WORTH_A_PROOF_ABOVE
}
