//! By which sample the delivery of an import was proved, and how it is activated.

use token_core::{
    drift::{
        OwnClock,
        proof::{ActivationChoice, Proof, ProofRecord, ProofVerdict, Sample, is_worth_a_proof},
    },
    plan::Mode,
    seed_file::ParsedRow,
    token::SerialNumber,
};

/// The proof of a delivery. Has no code and no seed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeliveryProof {
    /// The sample.
    pub proof: Proof,
    /// How the delivery is activated.
    pub choice: ActivationChoice,
    /// Why it is activated although a token does not fit.
    pub reason: Option<String>,
}

impl DeliveryProof {
    /// Whether a token of the sample does not fit, so that the delivery is not activated without a reason.
    pub fn blocks(&self, mode: Mode) -> bool {
        mode == Mode::Activate
            && self.reason.is_none()
            && matches!(self.proof.verdict(), ProofVerdict::DoesNotFit(_))
    }

    /// Adds what a token of the sample said.
    pub fn add(&mut self, sample: Sample) {
        self.proof.add(sample);
        self.settle();
    }

    /// Leaves a token out.
    pub fn remove(&mut self, serial: &SerialNumber) {
        self.proof.remove(serial);
        self.settle();
    }

    /// Drops the answers of tokens whose rows were changed since, in what their codes depend on.
    pub fn keep_unchanged(&mut self, rows: &[ParsedRow]) {
        let before = self.proof.samples().len();
        self.proof.keep_unchanged(rows);
        if self.proof.samples().len() < before {
            self.settle();
        }
    }

    /// What was chosen by another sample holds no more.
    fn settle(&mut self) {
        self.reason = None;
        self.choice = match self.proof.verdict() {
            ProofVerdict::Fits(drift) if drift.allows_median() => ActivationChoice::AtMedian,
            _ => ActivationChoice::Now,
        };
    }

    /// The clock by which a token is activated: its own if it was measured, else the median if that was chosen.
    pub fn clock_of(&self, serial: &SerialNumber) -> Option<OwnClock> {
        let median = match self.proof.verdict() {
            ProofVerdict::Fits(drift) if self.choice == ActivationChoice::AtMedian => {
                Some(OwnClock::of(drift.median))
            }
            _ => None,
        };
        self.proof.clock_of(serial).or(median)
    }

    /// What the report and the audit log say of it; `None` when so few activations need no proof and there is none.
    pub fn record(&self, activations: usize) -> Option<ProofRecord> {
        let is_asked = !self.proof.samples().is_empty();
        (is_asked || is_worth_a_proof(activations)).then(|| self.proof.record(self.reason.clone()))
    }
}

#[cfg(test)]
mod tests {
    use token_core::{
        drift::{ClockVerdict, Fit, Offset},
        ports::NewToken,
        seed::Seed,
        token::{HashFunction, Interval},
    };

    use super::*;

    fn sample(serial: &str) -> Sample {
        let token = NewToken {
            serial: SerialNumber::parse(serial).unwrap(),
            manufacturer: "Contoso".to_owned(),
            model: "T1".to_owned(),
            seed: Seed::from_bytes(b"12345678901234567890".to_vec()).unwrap(),
            interval: Interval::S30,
            hash: HashFunction::Sha1,
        };
        let offset = Offset::from_seconds(-120);
        let fit = Fit { hash: token.hash, interval: token.interval, offset };
        Sample::new(&token, ClockVerdict::OwnDrift(fit), 0)
    }

    #[test]
    fn the_median_is_not_applied_once_too_few_tokens_are_left_to_tell_it() {
        let mut delivery = DeliveryProof::default();
        ["1", "2", "3"].into_iter().for_each(|serial| delivery.add(sample(serial)));
        let other = SerialNumber::parse("9").unwrap();
        assert_eq!(delivery.clock_of(&other).map(|clock| clock.offset), Some(Offset::from_seconds(-120)));
        delivery.remove(&SerialNumber::parse("2").unwrap());
        assert_eq!(delivery.clock_of(&other), None);
    }
}
