//! How many writes a run may send, and when, so that Graph seldom has to refuse one.
//!
//! It is not published whether Graph counts the writes of a sliding window or refills a budget steadily (MICROSOFT_GRAPH.md 5), and
//! other programs may spend the same budget. So a run begins with what both allow: a third of the documented limit
//! at once, the rest evenly over the window, and each write again when its window is over ([`PaceMode::Window`]). When
//! Graph's answers show that more comes back than that, the run goes on at an even rate, which rises slowly and falls with each
//! refusal ([`PaceMode::Steady`]). The percentages that Graph reports bound both, and `Retry-After` stops both.

mod recent_writes;

use self::recent_writes::{RecentWrites, WINDOW_MS, seconds};

/// Graph's documented limit of writes for an app in a tenant, in any [`WINDOW_MS`].
const DOCUMENTED: f64 = 3_000.0;
/// The same by second.
const AVERAGE: f64 = DOCUMENTED * 1_000.0 / WINDOW_MS as f64;
/// The percentage of it that a run keeps to: what rounding and writes under way may add is still below the limit.
const HIGHEST: f64 = 99.1;
/// Most that is sent at once, as a share of the limit: a third, and the bulk creations that precede 1,000 activations.
const AT_ONCE: f64 = 0.347;
/// How long writes are saved up for a call, in milliseconds: longer means larger calls, of which more are refused together.
const CALL_MS: u64 = 500;
/// After so many milliseconds without a write, one is tried although no room is known: without an answer nothing is learnt.
const TRY_MS: u64 = 3_000;
/// By how many writes a second the limit grows once a window is over: ten seconds show whether more than the documented
/// limit is possible.
const GROWTH: f64 = 3.0;
/// The same after a sign of throttling: each write too many is refused, and the limit is known by then.
const CAREFUL_GROWTH: f64 = 0.1;
/// The limit does not grow beyond this one: spending it shows that more than the documented limit is possible.
const HIGHEST_LIMIT: f64 = 1.02 * DOCUMENTED;
/// So many writes more than expected show that the budget refills steadily: more than rounding and other programs hide.
const SURPLUS: f64 = 0.1 * DOCUMENTED;
/// What a refusal leaves of a rate. The rate then swings around what is possible, by a tenth.
const DECREASE: f64 = 0.8;
/// By how many writes a second the rate rises each second: it recovers from a refusal in a minute or two.
const INCREASE: f64 = 0.05;
/// The same when Graph reports percentages: one that is too high is seen before a write is refused.
const INFORMED_INCREASE: f64 = 0.5;
/// The lowest rates after refusals and by percentage, in writes a second: room that is back must be noticed.
const LOWEST_RATES: (f64, f64) = (2.0, 0.5);
/// Seconds of the rate that can be saved up and sent at once.
const BURST_S: f64 = 2.0;
/// Graph reports the percentage from this one on.
const REPORTED: u32 = 80;
/// The writes that rounding a percentage hides, up or down.
const ROUNDING: f64 = 0.005 * DOCUMENTED;
/// The seconds in which what a percentage leaves may be spent: at [`REPORTED`] that is the documented average.
const SPREAD_S: f64 = 30.0;
/// The seconds in which the rate follows what the percentages allow: the time left that the page shows must not jump.
const FOLLOW_S: f64 = 10.0;
/// The seconds over which the time left averages a rate that swings around what is possible.
const USUAL_S: f64 = 60.0;
/// The share of the estimated time that counts until a sign tells which kind of budget it is: midway between them.
const UNDECIDED: f64 = 0.9;
/// The pause after a refusal without a longer `Retry-After`, in milliseconds: doubled with each more, up to the second.
const BACKOFF_MS: (u64, u64) = (1_000, 8_000);
/// Upper bound of a pause, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 3_600_000;

/// Graph's answer to a call.
#[derive(Debug, Clone, Copy, Default)]
pub struct PaceAnswer {
    /// The writes that were noted when the call was sent, and when that was.
    pub sent: usize,
    pub sent_ms: u64,
    /// The writes that Graph counted, repeated ones included.
    pub writes: usize,
    /// Those of them that were answered 429.
    pub refused: usize,
    /// The longest `Retry-After`.
    pub retry_after_ms: Option<u64>,
    /// The used share of the limit in percent, when Graph reported it.
    pub percentage: Option<u32>,
}

/// The pace of a run's writes.
#[derive(Debug)]
pub struct Pace {
    mode: PaceMode,
    recent: RecentWrites,
    /// All writes of the run, and those without an answer.
    total: usize,
    in_flight: usize,
    started_ms: u64,
    sent_ms: u64,
    answered_ms: u64,
    /// Nothing is sent earlier.
    resume_ms: u64,
    /// The pause after the next refusal; longer than the shortest until a write is accepted again.
    backoff_ms: u64,
    was_refused: bool,
    /// The writes a second that are usual at a steady rate, for the time left.
    usual_rate: f64,
    /// The percentage of the last answer, the highest unreported one when it had none; `None` until Graph reports one.
    percentage: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
enum PaceMode {
    /// At most `limit` writes in a window. What `flow` writes a second need until others come back is not sent at once.
    Window { limit: f64, flow: f64 },
    /// `rate` writes a second since `at_ms`, when `saved` could be sent.
    Steady { rate: f64, saved: f64, at_ms: u64 },
}

impl Pace {
    /// The pace at the start of a run.
    pub fn new() -> Self {
        Self {
            mode: PaceMode::Window { limit: left_at(0), flow: highest_flow(left_at(0)) },
            recent: RecentWrites::default(),
            total: 0,
            in_flight: 0,
            started_ms: 0,
            sent_ms: 0,
            answered_ms: 0,
            resume_ms: 0,
            backoff_ms: BACKOFF_MS.0,
            was_refused: false,
            usual_rate: AVERAGE,
            percentage: None,
        }
    }

    /// The most writes that may be sent now; with 0, none until [`Pace::ready_at_ms`] or the next answer.
    pub fn allowance(&self, now_ms: u64) -> usize {
        if now_ms < self.resume_ms {
            return 0;
        }
        let room = self.room(now_ms);
        if self.must_ask() {
            usize::from(self.in_flight == 0 && room >= 1.0 || now_ms >= self.try_ms())
        } else if room >= self.call() {
            room as usize
        } else {
            usize::from(now_ms >= self.try_ms())
        }
    }

    /// When something may be sent, later than now; an answer may change that.
    pub fn ready_at_ms(&self, now_ms: u64) -> u64 {
        let from_ms = now_ms.max(self.resume_ms);
        let writes = if self.must_ask() { 1.0 } else { self.call() };
        let room_ms = match self.mode {
            _ if self.must_ask() && self.in_flight > 0 || self.reported_room() < writes => u64::MAX,
            PaceMode::Window { limit, flow } => self.recent.room_ms(writes, limit, flow, from_ms),
            PaceMode::Steady { saved, at_ms, .. } => {
                at_ms.saturating_add(((writes - saved).max(0.0) / self.rate() * 1_000.0).ceil() as u64)
            }
        };
        room_ms.min(self.try_ms()).max(self.resume_ms).max(now_ms + 1)
    }

    /// A call with so many writes is sent.
    pub fn sent(&mut self, writes: usize, now_ms: u64) {
        if self.total == 0 {
            (self.started_ms, self.answered_ms) = (now_ms, now_ms);
        }
        let room = self.room(now_ms);
        self.sent_ms = now_ms;
        self.in_flight += writes;
        self.note(writes, now_ms);
        match &mut self.mode {
            PaceMode::Window { .. } => self.set_flow(f64::INFINITY, now_ms),
            PaceMode::Steady { saved, at_ms, .. } => {
                (*saved, *at_ms) = (room - writes as f64, now_ms.max(*at_ms));
            }
        }
    }

    /// So many reads are sent, which are never held back. It is not known whether Graph counts them like writes
    /// (MICROSOFT_GRAPH.md 5). At a steady rate they take the place of writes: if they do not count, the rate rises further.
    pub fn read(&mut self, requests: usize, now_ms: u64) {
        let room = self.room(now_ms);
        if let PaceMode::Steady { saved, at_ms, .. } = &mut self.mode {
            (*saved, *at_ms) = (room - requests as f64, now_ms.max(*at_ms));
        }
    }

    /// Learns from the answer to a call.
    pub fn answered(&mut self, answer: PaceAnswer, now_ms: u64) {
        self.unanswered(answer.sent);
        self.recent.answered(answer.sent, answer.sent_ms, now_ms);
        self.note(answer.writes.saturating_sub(answer.sent), now_ms);
        self.percentage = answer.percentage.or(self.percentage.map(|_| REPORTED - 1));
        let is_paused = now_ms < self.resume_ms;
        if answer.refused > 0 {
            self.refuse(answer, is_paused, now_ms);
        } else if !is_paused {
            self.backoff_ms = BACKOFF_MS.0;
            self.accept(seconds(now_ms.saturating_sub(self.answered_ms)), now_ms);
        }
        self.answered_ms = now_ms;
        if let PaceMode::Window { flow, .. } = self.mode {
            self.set_flow(flow, now_ms);
        }
    }

    /// A call with so many writes failed without an answer of Graph.
    pub fn unanswered(&mut self, sent: usize) {
        self.in_flight = self.in_flight.saturating_sub(sent);
    }

    /// Milliseconds until so many more writes are sent, if nothing changes.
    pub fn remaining_ms(&self, writes: usize, now_ms: u64) -> u64 {
        let from_ms = now_ms.max(self.resume_ms);
        let writes = writes as f64;
        let is_decided = self.was_refused || self.percentage.is_some();
        let s = match self.mode {
            PaceMode::Window { limit, flow } => {
                // What was sent in a window can be sent again in the next, even when little is left in this one.
                let limit = limit.max(SURPLUS);
                let windows = (writes / limit).floor();
                let rest = writes - windows * limit;
                let rest_ms = self.recent.room_ms(rest, limit, flow, from_ms) - from_ms;
                let s = windows * seconds(WINDOW_MS) + seconds(rest_ms);
                if is_decided { s } else { UNDECIDED * s }
            }
            PaceMode::Steady { .. } if is_decided => writes / self.usual_rate,
            PaceMode::Steady { rate, .. } => {
                // The rate rises until what the budget had at first is spent.
                let refilled = AVERAGE * seconds(now_ms.saturating_sub(self.started_ms));
                let saved = DOCUMENTED + refilled - self.total as f64;
                let rising_s = ((rate * rate + 2.0 * INCREASE * writes).sqrt() - rate) / INCREASE;
                rising_s.max((writes - saved) / AVERAGE)
            }
        };
        (s * 1_000.0) as u64 + (from_ms - now_ms)
    }

    fn note(&mut self, writes: usize, now_ms: u64) {
        self.total += writes;
        self.recent.note(writes, now_ms);
    }

    /// Lets what is left flow evenly until each write has come back.
    fn set_flow(&mut self, highest: f64, now_ms: u64) {
        if let PaceMode::Window { limit, .. } = self.mode {
            let flow = highest.min(highest_flow(limit)).min(self.recent.flow(limit, now_ms)).max(0.0);
            self.mode = PaceMode::Window { limit, flow };
        }
    }

    /// The writes that are allowed now; negative when too many were sent.
    fn room(&self, now_ms: u64) -> f64 {
        match self.mode {
            PaceMode::Window { limit, flow } => {
                self.recent.room(limit, flow, now_ms).min(self.reported_room())
            }
            PaceMode::Steady { saved, at_ms, .. } => {
                let rate = self.rate();
                (saved + rate * seconds(now_ms.saturating_sub(at_ms))).min(BURST_S * rate)
            }
        }
    }

    /// What Graph's last percentage leaves, which the writes in flight are newer than. One call may find out whether it
    /// still holds.
    fn reported_room(&self) -> f64 {
        match (self.mode, self.percentage) {
            (PaceMode::Window { .. }, Some(used)) => left_at(used).max(self.call()) - self.in_flight as f64,
            _ => f64::INFINITY,
        }
    }

    /// Whether one write must go alone, because the last answer was a refusal.
    fn must_ask(&self) -> bool {
        self.backoff_ms > BACKOFF_MS.0
    }

    /// When one write is tried at the latest.
    fn try_ms(&self) -> u64 {
        self.sent_ms.max(self.resume_ms) + TRY_MS
    }

    /// The writes a second at present.
    fn rate(&self) -> f64 {
        match (self.mode, self.percentage) {
            (PaceMode::Window { flow, .. }, _) => flow,
            (PaceMode::Steady { rate, .. }, Some(used @ REPORTED..)) => {
                rate.min((left_at(used) / SPREAD_S).max(LOWEST_RATES.1))
            }
            (PaceMode::Steady { rate, .. }, _) => rate,
        }
    }

    /// The fewest writes of a call.
    fn call(&self) -> f64 {
        (self.rate() * seconds(CALL_MS)).max(1.0)
    }

    fn refuse(&mut self, answer: PaceAnswer, is_paused: bool, now_ms: u64) {
        let pause_ms = answer.retry_after_ms.unwrap_or_default().clamp(self.backoff_ms, LONGEST_PAUSE_MS);
        self.resume_ms = self.resume_ms.max(now_ms + pause_ms);
        self.was_refused = true;
        if is_paused {
            // These were under way together with those whose refusal began the pause.
            return;
        }
        self.backoff_ms = (self.backoff_ms * 2).min(BACKOFF_MS.1);
        match self.mode {
            PaceMode::Window { limit, .. } => {
                // Twice what was too much, so that it takes a while until it is too much again.
                let limit =
                    limit.min(self.recent.counted(self.in_flight, now_ms).1) - 2.0 * answer.refused as f64;
                let soon_ms = self.resume_ms + TRY_MS;
                self.mode = if self.recent.room(limit, 0.0, soon_ms) < 1.0 {
                    // Graph has room again before a write of the window comes back.
                    self.steady(DECREASE)
                } else {
                    PaceMode::Window { limit, flow: 0.0 }
                };
            }
            PaceMode::Steady { rate, .. } => {
                // The rate will swing between what was too much and what is left of it.
                self.usual_rate = self.usual_rate.min(rate * f64::midpoint(DECREASE, 1.0));
                let rate = (rate * DECREASE).max(LOWEST_RATES.0.min(rate));
                self.mode = PaceMode::Steady { rate, saved: 0.0, at_ms: self.resume_ms };
            }
        }
    }

    fn accept(&mut self, since_s: f64, now_ms: u64) {
        self.mode = match self.mode {
            PaceMode::Window { limit, flow } => match self.accepted_limit(limit, since_s, now_ms) {
                Some(limit) => PaceMode::Window { limit, flow },
                None => self.steady(1.0),
            },
            PaceMode::Steady { rate, .. } => {
                let rise = match self.percentage {
                    Some(REPORTED..) => (self.rate() - rate) * (since_s / FOLLOW_S).min(1.0),
                    Some(_) => INFORMED_INCREASE * since_s,
                    None => INCREASE * since_s,
                };
                // More than the documented average lasts only where more was accepted than the documented budget explains.
                let elapsed_s = seconds(now_ms.saturating_sub(self.started_ms));
                let has_more = self.total as f64 > DOCUMENTED + SURPLUS + AVERAGE * elapsed_s;
                let lasting = if has_more { self.rate() } else { self.rate().min(AVERAGE) };
                self.usual_rate += (lasting - self.usual_rate) * (since_s / USUAL_S).min(1.0);
                PaceMode::Steady { rate: rate + rise, saved: self.room(now_ms), at_ms: now_ms }
            }
        };
    }

    /// The limit of the window after an answer without refusals; `None` when more is left than a window explains.
    fn accepted_limit(&self, limit: f64, since_s: f64, now_ms: u64) -> Option<f64> {
        let (fewest, most) = self.recent.counted(self.in_flight, now_ms);
        let growth = match now_ms >= self.started_ms + WINDOW_MS && limit < HIGHEST_LIMIT {
            true if self.was_refused || self.percentage.is_some() => CAREFUL_GROWTH * since_s,
            true => GROWTH * since_s,
            false => 0.0,
        };
        let Some(used) = self.percentage else {
            return (fewest <= DOCUMENTED).then_some(limit + growth);
        };
        let left = left_at(used);
        if fewest + left > limit + SURPLUS {
            None
        } else if used >= REPORTED {
            Some(limit.clamp(fewest + left - ROUNDING, most + left + ROUNDING))
        } else {
            Some(limit.max(fewest + left) + growth)
        }
    }

    /// An even rate from now on, at a share of the documented average.
    fn steady(&self, share: f64) -> PaceMode {
        PaceMode::Steady { rate: share * AVERAGE, saved: 0.0, at_ms: self.resume_ms.max(self.sent_ms) }
    }
}

/// The flow of what is not sent at once.
fn highest_flow(limit: f64) -> f64 {
    (1.0 - AT_ONCE) * limit / seconds(WINDOW_MS)
}

/// The writes that are left at a percentage.
fn left_at(percentage: u32) -> f64 {
    DOCUMENTED * (HIGHEST - f64::from(percentage)) / 100.0
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
