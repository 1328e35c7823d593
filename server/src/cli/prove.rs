//! Proves the delivery of an import by codes of its tokens: `--prove SERIAL=CODE`.

use clap::Args;
use token_core::{
    audit::RunId,
    drift::{
        Measurement, Offset, OwnClock, Reading, measure,
        proof::{MAX_SAMPLES, Proof, ProofVerdict, Sample, is_worth_a_proof, row_of},
    },
    otp::Code,
    plan::Mode,
    seed_file::ParsedRow,
    token::{Interval, SerialNumber},
};

use super::{exit::CommandError, output::Output, tenant::TenantSession};

/// The flags of a proof.
#[derive(Debug, Args)]
#[command(next_help_heading = "Proof")]
pub struct ProveArgs {
    /// Ask a token of the delivery before all are activated: the six digits that it shows now. Repeat it for more tokens,
    /// at most eight; twice for the same token with its next digits.
    #[arg(long, value_name = "SERIAL=CODE")]
    prove: Vec<String>,
    /// Activate all tokens at the median of the sample, where the clocks of a delivery are off together.
    #[arg(long, requires = "prove")]
    at_median: bool,
    /// Activate although a token of the sample does not fit, for this reason; it is recorded in the audit trail.
    #[arg(long, value_name = "REASON", requires = "prove")]
    prove_anyway: Option<String>,
}

/// A token and the code that it shows.
#[derive(Debug, Clone)]
struct TypedSample {
    serial: SerialNumber,
    code: Code,
}

impl TypedSample {
    /// Reads a value of `--prove`. The error does not repeat it: it holds a code.
    fn parse(text: &str) -> Result<Self, CommandError> {
        let unusable = |why: &str| CommandError::unusable(format!("--prove: {why}."));
        let (serial, code) = text.rsplit_once('=').ok_or_else(|| unusable("write it as SERIAL=CODE"))?;
        let serial = SerialNumber::parse(serial)
            .ok_or_else(|| unusable("the serial number is missing or too long"))?;
        let code = Code::parse(code).ok_or_else(|| unusable("a code has six digits"))?;
        Ok(Self { serial, code })
    }
}

/// The proof of a delivery, and how it is activated.
pub struct Delivery {
    proof: Proof,
    median: Option<Offset>,
    reason: Option<String>,
}

impl ProveArgs {
    /// Asks the tokens of the sample; `typed_ms` is when the last code of each was typed.
    ///
    /// # Errors
    /// When a token is none of the file, its code needs the next one to decide, or one does not fit and the delivery would
    /// be activated.
    pub fn ask(self, entries: &[ParsedRow], mode: Mode, typed_ms: u64) -> Result<Delivery, CommandError> {
        let Self { prove, at_median, prove_anyway } = self;
        let prove: Vec<TypedSample> =
            prove.iter().map(|text| TypedSample::parse(text)).collect::<Result<_, _>>()?;
        let mut proof = Proof::default();
        let mut serials: Vec<&SerialNumber> = Vec::new();
        for sample in &prove {
            if !serials.contains(&&sample.serial) {
                serials.push(&sample.serial);
            }
        }
        if serials.len() > MAX_SAMPLES {
            return Err(CommandError::unusable(format!("--prove takes at most {MAX_SAMPLES} tokens.")));
        }
        for serial in serials {
            let row = row_of(entries, serial.as_str())
                .map_err(|issue| CommandError::unusable(format!("{}. {}", issue.message, issue.remedy)))?;
            let codes = prove.iter().filter(|sample| sample.serial == *serial).map(|sample| &sample.code);
            let readings = readings(codes.collect(), row.token.interval, typed_ms);
            match measure(&row.token, &readings) {
                Measurement::Done(verdict) => proof.add(Sample::new(&row.token, verdict, typed_ms)),
                Measurement::NextCode | Measurement::SameCode => {
                    return Err(CommandError::unusable(format!(
                        "Token {serial}: one code does not decide. Wait for its next one and name both, one after the other: \
                         --prove {serial}=FIRST --prove {serial}=NEXT"
                    )));
                }
            }
        }
        let delivery = Delivery { median: median(&proof, at_median)?, proof, reason: prove_anyway };
        match (delivery.proof.verdict(), mode, &delivery.reason) {
            (ProofVerdict::DoesNotFit(sample), Mode::Activate, None) => Err(CommandError::unusable(format!(
                "{} {} Nothing was changed. --mode assign hands the tokens out without activating them; --prove-anyway \
                     REASON activates them nevertheless.",
                sample.summary(),
                sample.verdict.advice()
            ))),
            _ => Ok(delivery),
        }
    }
}

/// Codes of one token in a row, the last of them typed at `typed_ms`: each was shown an interval before the next.
fn readings(codes: Vec<&Code>, interval: Interval, typed_ms: u64) -> Vec<Reading> {
    let before = |later: u64| typed_ms.saturating_sub(later * u64::from(interval.seconds()) * 1_000);
    let ages = (0..codes.len() as u64).rev();
    codes
        .into_iter()
        .zip(ages)
        .map(|(code, later)| Reading { code: code.clone(), at_ms: before(later) })
        .collect()
}

/// The offset at which all are activated.
fn median(proof: &Proof, at_median: bool) -> Result<Option<Offset>, CommandError> {
    match proof.verdict() {
        _ if !at_median => Ok(None),
        ProofVerdict::Fits(drift) if drift.fits_median() => Ok(Some(drift.median)),
        ProofVerdict::Fits(drift) => Err(CommandError::unusable(format!(
            "--at-median needs at least three tokens whose clocks are off together. {}",
            drift.advice()
        ))),
        _ => Err(CommandError::unusable("--at-median needs a sample whose tokens fit.")),
    }
}

impl Delivery {
    /// The clock of a token: its own if it was measured, else the median if that was chosen.
    pub fn clock_of(&self, serial: &SerialNumber) -> Option<OwnClock> {
        self.proof.clock_of(serial).or(self.median.map(OwnClock::of))
    }

    /// Prints what was proved, and what that means for the users of the delivery.
    pub fn print(&self, activations: usize, output: Output) {
        if let Some(text) = self.text(activations) {
            output.print_note(&format!("{text}."));
        }
        if let ProofVerdict::Fits(drift) = self.proof.verdict() {
            output.print_note(&drift.advice());
        }
    }

    /// The proof for the report; `None` where none was asked for or needed.
    pub fn text(&self, activations: usize) -> Option<String> {
        let is_asked = !self.proof.samples().is_empty();
        (is_asked || is_worth_a_proof(activations)).then(|| self.proof.record(self.reason.clone()).text())
    }

    /// Records the proof, or that there was none, before the first write.
    ///
    /// # Errors
    /// When the audit log cannot be written, or the reason is too long.
    pub async fn record(
        &self,
        activations: usize,
        run: &RunId,
        tenant: &TenantSession,
    ) -> Result<(), CommandError> {
        let (Some(_), Some((audit_log, actor))) = (self.text(activations), tenant.audit()) else {
            return Ok(());
        };
        let record = self.proof.record(self.reason.clone());
        if let Some(message) = record.validate() {
            return Err(CommandError::unusable(format!("--prove-anyway: {message}.")));
        }
        Ok(audit_log.record_proof(&actor, run.clone(), &record).await?)
    }
}
