//! Which rows are sent next: those nearest completion first, so that a closed tab leaves as few unfinished as possible.

use std::collections::{BTreeMap, VecDeque};

use super::job::{Job, NextCall};

/// Rows that are not in flight.
#[derive(Debug, Default)]
pub(super) struct Queue {
    ready: BTreeMap<NextCall, VecDeque<Job>>,
    /// By due time, then in order of insertion.
    waiting: BTreeMap<(u64, u64), Job>,
    sequence: u64,
}

impl Queue {
    /// Adds a row.
    pub fn push(&mut self, job: Job, now_ms: u64) {
        if job.ready_at_ms() > now_ms {
            self.defer(job);
        } else {
            self.ready.entry(job.next()).or_default().push_back(job);
        }
    }

    /// Takes up to `most` rows that need the same call now. Rows whose code would be sent in the last `margin_ms` of
    /// its interval are deferred.
    pub fn take(&mut self, most: usize, now_ms: u64, margin_ms: u64) -> Option<(NextCall, Vec<Job>)> {
        self.wake(now_ms);
        while let Some(mut entry) = self.ready.first_entry() {
            let next = *entry.key();
            let mut taken = Vec::new();
            let mut early = Vec::new();
            while taken.len() < most
                && let Some(mut job) = entry.get_mut().pop_front()
            {
                match job.code_due_ms(now_ms, margin_ms) {
                    Some(due_ms) => {
                        job.wait_until(due_ms);
                        early.push(job);
                    }
                    None => {
                        job.mark_sent(now_ms);
                        taken.push(job);
                    }
                }
            }
            if entry.get().is_empty() {
                entry.remove();
            }
            early.into_iter().for_each(|job| self.defer(job));
            if !taken.is_empty() {
                return Some((next, taken));
            }
        }
        None
    }

    /// When the next row is due; `None` when no row is left.
    pub fn due_ms(&self) -> Option<u64> {
        let waiting = self.waiting.first_key_value().map(|((due_ms, _), _)| *due_ms);
        if self.ready.is_empty() { waiting } else { Some(0) }
    }

    /// All rows, in no order.
    pub fn jobs_mut(&mut self) -> impl Iterator<Item = &mut Job> {
        self.ready.values_mut().flatten().chain(self.waiting.values_mut())
    }

    fn defer(&mut self, job: Job) {
        self.sequence += 1;
        self.waiting.insert((job.ready_at_ms(), self.sequence), job);
    }

    fn wake(&mut self, now_ms: u64) {
        while let Some(entry) = self.waiting.first_entry()
            && entry.key().0 <= now_ms
        {
            let job = entry.remove();
            self.ready.entry(job.next()).or_default().push_back(job);
        }
    }
}
