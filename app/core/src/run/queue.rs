//! Which rows are sent next: those nearest completion first, so that a closed tab leaves as few unfinished as possible.

use std::collections::{BTreeMap, VecDeque};

use super::{
    job::{Job, Lookup, NextCall},
    persons::Persons,
};
use crate::{ports::ChangeKind, user::UserId};

/// The lookups that the inventory can answer, too.
const UNCERTAIN: [NextCall; 2] = [NextCall::Read(Lookup::Serial), NextCall::Read(Lookup::Id)];

/// What a call may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Most rows in a call.
    pub rows: usize,
    /// Most rows in a lookup.
    pub lookups: usize,
    /// Most tokens that one call creates, and how many of them are one write.
    pub creations: (usize, usize),
    /// Writes that the pace allows now.
    pub writes: usize,
    /// The time.
    pub now_ms: u64,
    /// Time before the end of an interval in which no code is sent.
    pub margin_ms: u64,
}

impl Limits {
    /// Most rows that a call may take.
    fn most(&self, call: NextCall) -> usize {
        match call {
            NextCall::Read(_) => self.lookups,
            NextCall::ReadBack => 0,
            NextCall::Write(ChangeKind::Create) => {
                let (most, size) = self.creations;
                most.min(self.writes.saturating_mul(size))
            }
            NextCall::Write(_) => self.rows.min(self.writes),
        }
    }
}

/// Rows that are not in flight.
#[derive(Debug, Default)]
pub(super) struct Queue {
    ready: BTreeMap<NextCall, VecDeque<Job>>,
    /// By due time, then in order of insertion.
    waiting: BTreeMap<(u64, u64), Job>,
    sequence: u64,
    persons: Persons,
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

    /// Takes all rows but the first `rows` of the plan, before the run begins.
    pub fn split_off(&mut self, rows: usize) -> Vec<Job> {
        let mut order: Vec<usize> = self.jobs().map(|job| job.row).collect();
        order.sort_unstable();
        let Some(&next) = order.get(rows) else { return Vec::new() };
        let jobs = std::mem::take(&mut self.ready).into_values().flatten();
        let (first, rest): (Vec<Job>, Vec<Job>) = jobs.partition(|job| job.row < next);
        first.into_iter().for_each(|job| self.push(job, 0));
        rest
    }

    /// The write for this person was answered.
    pub fn release(&mut self, person: UserId, now_ms: u64) {
        self.persons.release(person, now_ms);
    }

    /// Takes rows that need the same call now.
    pub fn take(&mut self, limits: &Limits) -> Option<(NextCall, Vec<Job>)> {
        self.wake(limits.now_ms);
        let calls: Vec<NextCall> = self.ready.keys().copied().collect();
        calls.into_iter().find_map(|call| {
            let jobs = self.take_of(call, limits);
            (!jobs.is_empty()).then_some((call, jobs))
        })
    }

    /// Takes up to `most` rows whose last write is not seen yet.
    pub fn take_unseen(&mut self, most: usize) -> Vec<Job> {
        let Some(unseen) = self.ready.get_mut(&NextCall::ReadBack) else { return Vec::new() };
        let jobs = unseen.drain(..unseen.len().min(most)).collect();
        self.ready.retain(|_, jobs| !jobs.is_empty());
        jobs
    }

    /// Takes the rows whose last write is uncertain and whose token the inventory shows.
    pub fn take_uncertain(&mut self) -> Vec<Job> {
        UNCERTAIN.iter().filter_map(|call| self.ready.remove(call)).flatten().collect()
    }

    /// Rows whose last write is uncertain, whose token the inventory shows, and that are due.
    pub fn uncertain(&self) -> usize {
        UNCERTAIN.iter().filter_map(|call| self.ready.get(call)).map(VecDeque::len).sum()
    }

    /// Rows whose last write is not seen yet and that are due.
    pub fn unseen(&self) -> usize {
        self.ready.get(&NextCall::ReadBack).map_or(0, VecDeque::len)
    }

    /// Rows that need a write now.
    pub fn writes(&self) -> usize {
        let writes = self.ready.iter().filter(|(call, _)| matches!(call, NextCall::Write(_)));
        writes.map(|(_, jobs)| jobs.len()).sum()
    }

    /// Whether a row needs a write now or before that time.
    pub fn writes_before(&self, by_ms: u64) -> bool {
        let waiting = self.waiting.range(..(by_ms, 0));
        self.writes() > 0 || waiting.into_iter().any(|(_, job)| matches!(job.next(), NextCall::Write(_)))
    }

    /// When the next waiting row is due.
    pub fn due_ms(&self) -> Option<u64> {
        self.waiting.first_key_value().map(|((due_ms, _), _)| *due_ms)
    }

    /// Whether no row is left.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.waiting.is_empty()
    }

    /// All rows, in no order.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.ready.values().flatten().chain(self.waiting.values())
    }

    /// All rows, in no order.
    pub fn jobs_mut(&mut self) -> impl Iterator<Item = &mut Job> {
        self.ready.values_mut().flatten().chain(self.waiting.values_mut())
    }

    /// Takes rows of one kind. Rows whose code would be sent too late in its interval, and rows of a person for whom a
    /// write is under way, are deferred.
    fn take_of(&mut self, call: NextCall, limits: &Limits) -> Vec<Job> {
        let (most, now_ms) = (limits.most(call), limits.now_ms);
        let mut taken = Vec::new();
        let mut deferred = Vec::new();
        let Some(ready) = self.ready.get_mut(&call) else { return taken };
        while taken.len() < most
            && let Some(mut job) = ready.pop_front()
        {
            let person = || job.person().map_or(Ok(()), |person| self.persons.reserve(person, now_ms));
            match job.code_due_ms(now_ms, limits.margin_ms).map_or_else(person, Err) {
                Err(due_ms) => {
                    job.wait_until(due_ms);
                    deferred.push(job);
                }
                Ok(()) => {
                    job.mark_sent(now_ms);
                    taken.push(job);
                }
            }
        }
        if ready.is_empty() {
            self.ready.remove(&call);
        }
        deferred.into_iter().for_each(|job| self.defer(job));
        taken
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
