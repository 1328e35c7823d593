//! What a session has deleted, unassigned and exported without a fresh sign-in.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use token_core::audit::RunId;
use tokio::time::Instant;

use crate::sync::lock;

/// How many tokens a session may delete, unassign or export without a fresh sign-in.
const MAX_WITHOUT: usize = 10;
/// How long a run that began after a fresh sign-in may go on without another.
const RUN_AGE: Duration = Duration::from_hours(1);

/// What a session has deleted, unassigned and exported without a fresh sign-in.
#[derive(Default)]
pub struct SensitiveActions(Mutex<SensitiveCounts>);

#[derive(Default)]
struct SensitiveCounts {
    used: usize,
    /// The runs that began after a fresh sign-in.
    runs: HashMap<RunId, Instant>,
}

impl SensitiveActions {
    /// After a fresh sign-in: the count starts again, and the run may go on.
    pub fn approve(&self, run: Option<&RunId>) {
        let mut counts = lock(&self.0);
        counts.used = 0;
        counts.runs.retain(|_, since| since.elapsed() < RUN_AGE);
        if let Some(run) = run {
            counts.runs.entry(run.clone()).or_insert_with(Instant::now);
        }
    }

    /// Without a fresh sign-in: whether so many more are allowed, which are counted then.
    pub fn allow(&self, count: usize, run: Option<&RunId>) -> bool {
        let mut counts = lock(&self.0);
        if run.and_then(|run| counts.runs.get(run)).is_some_and(|since| since.elapsed() < RUN_AGE) {
            return true;
        }
        let used = counts.used.saturating_add(count);
        let is_allowed = used <= MAX_WITHOUT;
        if is_allowed {
            counts.used = used;
        }
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_all_are_allowed_without_a_fresh_sign_in() {
        let actions = SensitiveActions::default();
        assert!(actions.allow(6, None));
        assert!(!actions.allow(5, None), "spread over calls");
        assert!(actions.allow(4, None));
        assert!(!actions.allow(1, None));
        actions.approve(None);
        assert!(actions.allow(10, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_began_after_a_fresh_sign_in_goes_on_for_an_hour() {
        let actions = SensitiveActions::default();
        let run = |id: &str| RunId::parse(id).unwrap();
        let (one, other) =
            (run("12345678-1234-4123-8123-123456789abc"), run("12345678-1234-4123-8123-123456789abd"));
        actions.approve(Some(&one));
        assert!(actions.allow(1_000, Some(&one)));
        assert!(!actions.allow(1_000, Some(&other)));
        tokio::time::advance(RUN_AGE).await;
        assert!(!actions.allow(1_000, Some(&one)));
    }
}
