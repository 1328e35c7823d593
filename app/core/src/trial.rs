//! The trial of a tenant: its steps, what the program assumes of each, what the tenant did, and the report about it.
//!
//! The server carries the steps out with made-up tokens; the page and the terminal show them.

mod report;
mod step;

use serde::{Deserialize, Serialize};

pub use self::{report::markdown, step::TrialStep};

/// The manufacturer of the tokens that a trial makes, by which a person recognises one that was left over.
pub const TRIAL_MANUFACTURER: &str = "Token Inventory trial";
/// What the serial number of each token of a trial begins with.
pub const TRIAL_SERIAL_PREFIX: &str = "TRIAL-";

/// What is told before a trial begins.
pub const TRIAL_NOTICE: &str = "The trial makes up to five tokens, whose keys nobody has, assigns one of them to the user \
     named and activates it, tries what is listed, and removes all of them in the end. It changes no other token. It \
     takes a minute; meanwhile the user has one more hardware token, which they cannot use. Each change is in the audit \
     trail.";

/// Whether the tenant did what the program assumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialVerdict {
    /// As assumed.
    AsAssumed,
    /// Otherwise than assumed.
    Differs,
    /// It could not be tried.
    NotTried,
}

impl TrialVerdict {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AsAssumed => "As assumed",
            Self::Differs => "Differs",
            Self::NotTried => "Not tried",
        }
    }
}

/// A request and its answer, without anything that names something of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialExchange {
    /// The method and the path without ids.
    pub request: String,
    /// The status, or why there was no answer.
    pub answer: String,
    /// Headers, one a line.
    pub headers: Vec<String>,
    /// The body; empty without one.
    pub body: String,
}

/// What became of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialStepResult {
    /// The step.
    pub step: TrialStep,
    /// Whether the tenant did what the program assumes.
    pub verdict: TrialVerdict,
    /// What it did, or why the step could not be tried, as a sentence.
    pub observed: String,
    /// The requests and answers.
    pub exchanges: Vec<TrialExchange>,
}

/// How far a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialPhase {
    /// The steps are tried.
    Trying,
    /// What it made is removed.
    Removing,
    /// It has ended.
    Ended,
}

/// A trial: what it has found so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialState {
    /// When it began, in milliseconds since 1970.
    pub began_ms: u64,
    /// How far it is.
    pub phase: TrialPhase,
    /// Whether two writes for one person at once are tried.
    pub collide: bool,
    /// The results, in the order of the steps.
    pub results: Vec<TrialStepResult>,
    /// Why it ended early, if it did.
    pub problem: Option<String>,
    /// The serial numbers of tokens that it made and could not remove.
    pub left_over: Vec<String>,
}

impl TrialState {
    /// A trial that begins now.
    pub fn new(began_ms: u64, collide: bool) -> Self {
        let (results, left_over) = (Vec::new(), Vec::new());
        Self { began_ms, phase: TrialPhase::Trying, collide, results, problem: None, left_over }
    }

    /// Its steps.
    pub fn steps(&self) -> impl Iterator<Item = TrialStep> {
        TrialStep::of_trial(self.collide)
    }

    /// The step that is tried now.
    pub fn current_step(&self) -> Option<TrialStep> {
        if self.phase == TrialPhase::Trying { self.steps().nth(self.results.len()) } else { None }
    }

    /// The number of results with this verdict.
    pub fn count(&self, verdict: TrialVerdict) -> usize {
        self.results.iter().filter(|result| result.verdict == verdict).count()
    }

    /// Whether everything was tried, was as assumed, and was removed.
    pub fn is_as_assumed(&self) -> bool {
        self.results.len() == self.steps().count()
            && self.count(TrialVerdict::AsAssumed) == self.results.len()
            && self.left_over.is_empty()
    }

    /// The result in one sentence.
    pub fn summary(&self) -> String {
        let steps = self.steps().count();
        let untried = steps - self.results.len() + self.count(TrialVerdict::NotTried);
        let differs = self.count(TrialVerdict::Differs);
        let mut parts = vec![format!("{} of {steps} as assumed", self.count(TrialVerdict::AsAssumed))];
        if differs > 0 {
            parts.push(format!("{differs} differ"));
        }
        if untried > 0 {
            parts.push(format!("{untried} not tried"));
        }
        match self.left_over.len() {
            0 => parts.push("everything it made is removed".to_owned()),
            1 => parts.push("1 token is left over".to_owned()),
            left => parts.push(format!("{left} tokens are left over")),
        }
        format!("{}.", parts.join(", "))
    }
}

/// Whether a trial began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialStart {
    /// It began.
    Began,
    /// It was refused, for this reason; nothing was changed.
    Refused(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(step: TrialStep, verdict: TrialVerdict) -> TrialStepResult {
        TrialStepResult { step, verdict, observed: String::new(), exchanges: Vec::new() }
    }

    #[test]
    fn the_summary_counts_steps_that_were_never_reached() {
        let mut state = TrialState::new(0, false);
        let steps = state.steps().count();
        state.results = vec![
            result(TrialStep::Create, TrialVerdict::AsAssumed),
            result(TrialStep::ReadById, TrialVerdict::Differs),
        ];
        let untried = steps - 2;
        assert_eq!(
            state.summary(),
            format!("1 of {steps} as assumed, 1 differ, {untried} not tried, everything it made is removed.")
        );
        assert!(!state.is_as_assumed());
        assert_eq!(state.current_step(), state.steps().nth(2));
    }

    #[test]
    fn a_left_over_token_is_no_success() {
        let mut state = TrialState::new(0, true);
        state.results = state.steps().map(|step| result(step, TrialVerdict::AsAssumed)).collect();
        assert!(state.is_as_assumed());
        state.left_over.push("TRIAL-1".to_owned());
        assert!(!state.is_as_assumed());
    }

    #[test]
    fn a_step_without_a_result_or_that_could_not_be_tried_is_not_tried() {
        let mut state = TrialState::new(0, true);
        state.results = state.steps().map(|step| result(step, TrialVerdict::AsAssumed)).collect();
        assert_eq!(state.summary(), "29 of 29 as assumed, everything it made is removed.");
        state.results[28].verdict = TrialVerdict::NotTried;
        state.results.remove(27);
        state.left_over.push("TRIAL-1".to_owned());
        assert_eq!(state.summary(), "27 of 29 as assumed, 2 not tried, 1 token is left over.");
        state.left_over.push("TRIAL-2".to_owned());
        assert!(state.summary().ends_with(", 2 tokens are left over."), "{}", state.summary());
    }

    #[test]
    fn each_step_has_its_own_title_and_names_its_section() {
        let titles: std::collections::HashSet<_> = TrialStep::ALL.map(TrialStep::title).into();
        assert_eq!(titles.len(), TrialStep::ALL.len());
        let assumptions: std::collections::HashSet<_> = TrialStep::ALL.map(TrialStep::assumes).into();
        assert!(assumptions.len() > TrialStep::ALL.len() / 2, "some steps assume the same");
        for step in TrialStep::ALL {
            let section = step.section();
            assert!(section.split('.').all(|part| part.parse::<u32>().is_ok()), "{step:?}: {section}");
            assert!(step.assumes().len() > 2 && step.affects().len() > 5, "{step:?}");
        }
    }

    #[test]
    fn two_writes_at_once_are_tried_only_when_asked_for() {
        let collides = |collide| TrialState::new(0, collide).steps().any(|step| step == TrialStep::TwoAtOnce);
        assert_eq!([collides(false), collides(true)], [false, true]);
    }
}
