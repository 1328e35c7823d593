//! Which rows go next: those nearest their end first, so that a closed tab leaves as little half-done as possible.

use std::collections::{BTreeMap, VecDeque};

use super::job::{Job, Next};
use crate::otp;

/// Rows that are not under way.
#[derive(Debug, Default)]
pub(super) struct Queue {
    ready: BTreeMap<Next, VecDeque<Job>>,
    waiting: Vec<Job>,
}

impl Queue {
    /// Puts a row in.
    pub fn put(&mut self, job: Job, now_ms: u64) {
        if job.ready_at_ms > now_ms {
            self.waiting.push(job);
        } else {
            self.ready.entry(job.next).or_default().push_back(job);
        }
    }

    /// Takes up to `most` rows that need the same call now.
    ///
    /// A code is not sent in the last `margin_ms` of its interval: it would arrive late and teach Entra a wrong
    /// clock. Such rows wait for their next code while others go.
    pub fn take(&mut self, most: usize, now_ms: u64, margin_ms: u64) -> Option<(Next, Vec<Job>)> {
        let due = self.waiting.extract_if(.., |job| job.ready_at_ms <= now_ms).collect::<Vec<_>>();
        for job in due {
            self.put(job, now_ms);
        }
        for (next, jobs) in &mut self.ready {
            let mut taken = Vec::new();
            while taken.len() < most
                && let Some(mut job) = jobs.pop_front()
            {
                let remaining = otp::remaining_ms(job.new.interval, now_ms);
                if matches!(next, Next::Activate | Next::AssignAndActivate) && remaining < margin_ms {
                    job.ready_at_ms = now_ms + remaining;
                    self.waiting.push(job);
                } else {
                    taken.push(job);
                }
            }
            if !taken.is_empty() {
                return Some((*next, taken));
            }
        }
        None
    }

    /// The moment at which the next waiting row is due.
    pub fn next_due_ms(&self) -> Option<u64> {
        self.waiting.iter().map(|job| job.ready_at_ms).min()
    }

    /// Whether rows could go now.
    pub fn has_ready(&self) -> bool {
        self.ready.values().any(|jobs| !jobs.is_empty())
    }

    /// Whether no row is left.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && !self.has_ready()
    }
}
