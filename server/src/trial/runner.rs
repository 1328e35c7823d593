//! Tries one step after the other, and removes in the end what the steps made.

use token_core::{
    error::ServiceError,
    trial::{TrialPhase, TrialState, TrialStepResult},
};
use tokio::sync::watch;

use super::{
    cleanup::{self, Removal},
    context::Context,
    observed::{Observed, StepError},
    pace::StopSignal,
    steps,
    store::{StoredTrial, TrialStore},
};

/// The problem of a trial that was stopped.
pub const STOPPED: &str = "It was stopped.";

/// A trial that has begun: its tokens are recorded, and nothing is written yet.
pub struct Trial {
    pub(super) id: String,
    pub(super) store: TrialStore,
    pub(super) state: TrialState,
    pub(super) context: Context,
}

impl Trial {
    /// Tries all steps until `stop`, and removes what they made. Calls `watch` with each change.
    pub async fn run(
        mut self,
        stop: watch::Receiver<bool>,
        watch: impl Fn(&TrialState) + Send,
    ) -> TrialState {
        self.context.stop = StopSignal(stop);
        watch(&self.state);
        if let Err(error) = self.try_steps(&watch).await {
            self.state.problem = Some(self.context.tenant.scrub(&error.to_string()));
        }
        self.state.phase = TrialPhase::Removing;
        watch(&self.state);
        // If this fails, the next start finds the trial as it was saved before.
        _ = self.save(true).await;
        self.context.tenant.begin_step(self.state.results.len() + 1);
        let pace = self.context.tenant.access.pace;
        let removal = Removal { graph: &self.context.tenant, made: &self.context.made, pace };
        self.state.left_over = cleanup::remove(removal).await;
        self.state.phase = TrialPhase::Ended;
        if let Err(error) = self.save(!self.state.left_over.is_empty()).await {
            self.state.problem.get_or_insert(self.context.tenant.scrub(&error.to_string()));
        }
        watch(&self.state);
        self.state
    }

    async fn try_steps(&mut self, watch: &(impl Fn(&TrialState) + Send)) -> Result<(), ServiceError> {
        while let Some(step) = self.state.current_step() {
            if self.context.stop.is_requested() || self.save(true).await? {
                self.state.problem = Some(STOPPED.to_owned());
                return Ok(());
            }
            self.context.tenant.begin_step(self.state.results.len() + 1);
            let user_lock = self.context.tenant.access.lock_user(&self.context.user.id).await;
            let Observed { verdict, text } = match steps::run(step, &mut self.context).await {
                Ok(observed) => observed,
                Err(StepError::Missing(what)) => Observed::not_tried(what),
                Err(StepError::Failed(error)) if ends_trial(&error) => return Err(error),
                Err(StepError::Failed(error)) => {
                    Observed::not_tried(self.context.tenant.scrub(&error.to_string()))
                }
            };
            drop(user_lock);
            let exchanges = self.context.tenant.take_exchanges();
            self.state.results.push(TrialStepResult { step, verdict, observed: text, exchanges });
            watch(&self.state);
        }
        Ok(())
    }

    /// Returns whether the trial shall stop.
    async fn save(&self, open: bool) -> Result<bool, ServiceError> {
        let stored = StoredTrial { made: self.context.made.clone(), state: self.state.clone() };
        self.store.save(&self.id, &stored, open).await
    }
}

/// Whether no further step can succeed.
fn ends_trial(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::AuditUnavailable { .. }
            | ServiceError::Credentials { .. }
            | ServiceError::SignedOut
            | ServiceError::StepUp
            | ServiceError::SecondFactor
            | ServiceError::Internal { .. }
    )
}
