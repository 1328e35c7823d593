//! By which sample the delivery of an import was proved, and how it is activated.

use token_core::{
    drift::{
        OwnClock,
        proof::{ActivationChoice, Proof, ProofRecord, ProofVerdict, is_worth_a_proof},
    },
    plan::Mode,
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
