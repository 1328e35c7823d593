//! What a step has shown, or why it has shown nothing.

use token_core::{error::ServiceError, trial::TrialVerdict};

/// What a step has shown.
pub(super) struct Observed {
    /// Whether it is as assumed.
    pub verdict: TrialVerdict,
    /// What the tenant did, as a sentence without anything secret.
    pub text: String,
}

/// Why a step has shown nothing.
pub(super) enum StepError {
    /// Something that it needs is missing.
    Missing(&'static str),
    /// There was no answer.
    Failed(ServiceError),
}

impl From<ServiceError> for StepError {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}

impl Observed {
    /// As assumed, or not.
    pub fn judge(as_assumed: bool, text: String) -> Self {
        let verdict = if as_assumed { TrialVerdict::AsAssumed } else { TrialVerdict::Differs };
        Self { verdict, text }
    }

    /// It could not be tried.
    pub fn not_tried(text: impl Into<String>) -> Self {
        Self { verdict: TrialVerdict::NotTried, text: text.into() }
    }
}
