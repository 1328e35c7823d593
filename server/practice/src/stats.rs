//! Counts the requests to the practice tenant, for tests and benchmarks. Not part of Graph.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::throttle_priority::ThrottlePriority;

/// The kinds of write that are counted separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    Create,
    Assign,
    Activate,
    Unassign,
    Delete,
    Update,
    /// A change of the method's policy, which counts as an update.
    Policy,
}

/// Writes by kind; each item of a batch or bulk request counts, so that creations in bulk count each token.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Writes {
    create: u64,
    assign: u64,
    activate: u64,
    unassign: u64,
    delete: u64,
    update: u64,
}

/// Requests and batch items by the header `x-ms-throttle-priority`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Priorities {
    low: u64,
    high: u64,
}

/// All counters.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsSnapshot {
    /// HTTP requests to Graph.
    requests: u64,
    /// HTTP requests to the token endpoint.
    token_requests: u64,
    /// Requests to the authorize endpoint.
    authorize_requests: u64,
    /// Sign-ins on the sign-in page.
    sign_ins: u64,
    /// Access tokens issued for a refresh token.
    refreshes: u64,
    /// Requests that were batches.
    batches: u64,
    /// Writes, including throttled ones. A bulk request is one write, as in the write budget.
    writes: u64,
    writes_by_kind: Writes,
    /// Most HTTP requests to Graph at one time.
    max_in_flight: u64,
    #[serde(skip)]
    in_flight: u64,
    /// Bulk requests that the budget let through.
    bulk_creates: u64,
    /// Requests and batch items that ask for another priority than the usual one.
    throttle_priority: Priorities,
    /// Reads, those in batches one by one, as `--practice-count-reads` counts them.
    reads: u64,
    /// 429 answers of requests and batch items.
    throttled: u64,
    /// Connections dropped without an answer.
    dropped: u64,
}

/// The counters.
#[derive(Default)]
pub struct Stats(Mutex<StatsSnapshot>);

/// Counts a request as in flight until it is dropped.
pub struct InFlight<'a>(&'a Stats);

impl Stats {
    /// Counts a request to Graph.
    pub fn enter(&self) -> InFlight<'_> {
        let mut counts = self.counts();
        counts.requests += 1;
        counts.in_flight += 1;
        counts.max_in_flight = counts.max_in_flight.max(counts.in_flight);
        InFlight(self)
    }

    pub fn token_request(&self) {
        self.counts().token_requests += 1;
    }

    pub fn authorize_request(&self) {
        self.counts().authorize_requests += 1;
    }

    pub fn sign_in(&self) {
        self.counts().sign_ins += 1;
    }

    pub fn refresh(&self) {
        self.counts().refreshes += 1;
    }

    pub fn batch(&self) {
        self.counts().batches += 1;
    }

    /// Counts one write, on this many tokens.
    pub fn write(&self, kind: Write, tokens: usize) {
        let tokens = u64::try_from(tokens).unwrap_or(u64::MAX);
        let mut counts = self.counts();
        counts.writes += 1;
        let by_kind = &mut counts.writes_by_kind;
        *match kind {
            Write::Create => &mut by_kind.create,
            Write::Assign => &mut by_kind.assign,
            Write::Activate => &mut by_kind.activate,
            Write::Unassign => &mut by_kind.unassign,
            Write::Delete => &mut by_kind.delete,
            Write::Update | Write::Policy => &mut by_kind.update,
        } += tokens;
    }

    /// Counts one read.
    pub fn read_request(&self) {
        self.counts().reads += 1;
    }

    pub fn bulk_create(&self) {
        self.counts().bulk_creates += 1;
    }

    /// Counts the priority that a request or a batch item asks for.
    pub fn priority(&self, priority: ThrottlePriority) {
        let mut counts = self.counts();
        match priority {
            ThrottlePriority::Low => counts.throttle_priority.low += 1,
            ThrottlePriority::High => counts.throttle_priority.high += 1,
            ThrottlePriority::Normal => {}
        }
    }

    pub fn throttled(&self) {
        self.counts().throttled += 1;
    }

    pub fn dropped(&self) {
        self.counts().dropped += 1;
    }

    /// The current counters.
    pub fn read(&self) -> StatsSnapshot {
        self.counts().clone()
    }

    /// Resets the counters, except requests in flight.
    pub fn reset(&self) {
        let mut counts = self.counts();
        let in_flight = counts.in_flight;
        *counts = StatsSnapshot { in_flight, max_in_flight: in_flight, ..StatsSnapshot::default() };
    }

    fn counts(&self) -> MutexGuard<'_, StatsSnapshot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.counts().in_flight -= 1;
    }
}
