//! The writes of the last window, and what they leave of a limit.

use std::collections::VecDeque;

/// The window of Graph's limit (MICROSOFT_GRAPH.md 5), in milliseconds.
pub const WINDOW_MS: u64 = 150_000;
/// How far Graph's time of a write may be from the one noted here, in milliseconds.
const SLACK_MS: u64 = 1_000;
/// The writes of so many milliseconds are one entry.
const ENTRY_MS: u64 = 100;

/// How many writes were sent and when, oldest first.
#[derive(Debug, Default)]
pub struct RecentWrites(VecDeque<(u64, usize)>);

impl RecentWrites {
    /// Notes writes that are sent now.
    pub fn note(&mut self, writes: usize, now_ms: u64) {
        while self.0.front().is_some_and(|(at_ms, _)| at_ms + WINDOW_MS + SLACK_MS <= now_ms) {
            self.0.pop_front();
        }
        match self.0.back_mut() {
            // However small the calls are, there are not many entries. None may come back before its last write.
            Some(last) if last.0 / ENTRY_MS == now_ms / ENTRY_MS => *last = (now_ms, last.1 + writes),
            _ => self.0.push_back((now_ms, writes)),
        }
    }

    /// Writes that were sent then are answered now: Graph counted them at some time between, and they come back accordingly.
    pub fn answered(&mut self, writes: usize, sent_ms: u64, now_ms: u64) {
        let sent = self.0.iter_mut().rev().find(|(at_ms, _)| at_ms / ENTRY_MS == sent_ms / ENTRY_MS);
        if let Some((_, noted)) = sent {
            let writes = writes.min(*noted);
            *noted -= writes;
            self.note(writes, now_ms);
        }
    }

    /// What can be sent now if `flow` writes a second are to go on until each write has come back.
    pub fn room(&self, limit: f64, flow: f64, now_ms: u64) -> f64 {
        let mut room = limit;
        self.each(limit, now_ms, |until_ms, left| room = room.min(left - flow * seconds(until_ms - now_ms)));
        room
    }

    /// When so many writes can have been sent on the same condition, at the latest in a window.
    pub fn room_ms(&self, writes: f64, limit: f64, flow: f64, now_ms: u64) -> u64 {
        let mut room_ms = now_ms;
        self.each(limit, now_ms, |until_ms, left| {
            let spare_s = (left - writes).max(0.0) / flow.max(f64::MIN_POSITIVE);
            room_ms = room_ms.max(until_ms.saturating_sub((spare_s * 1_000.0) as u64));
        });
        room_ms
    }

    /// The even flow in writes a second that can go on until each write has come back.
    pub fn flow(&self, limit: f64, now_ms: u64) -> f64 {
        let mut flow = f64::INFINITY;
        self.each(limit, now_ms, |until_ms, left| flow = flow.min(left / seconds(until_ms - now_ms)));
        flow.max(0.0)
    }

    /// The fewest and the most writes that Graph may have counted when it gave an answer that arrives now. The writes in flight
    /// may not have reached it.
    pub fn counted(&self, in_flight: usize, now_ms: u64) -> (f64, f64) {
        let at = |now_ms| {
            let mut last = 0.0;
            self.each(0.0, now_ms, |_, left| last = left);
            (-last - in_flight as f64).max(0.0)
        };
        (at(now_ms + SLACK_MS), at(now_ms.saturating_sub(SLACK_MS)))
    }

    /// Tells what is left of the limit, and until when, if nothing more is sent. The latest comes first: when the writes of an
    /// entry come back, those of all earlier ones have.
    fn each(&self, limit: f64, now_ms: u64, mut tell: impl FnMut(u64, f64)) {
        let mut left = limit;
        tell(now_ms + WINDOW_MS, left);
        for (at_ms, writes) in self.0.iter().rev() {
            let until_ms = at_ms + WINDOW_MS;
            if until_ms <= now_ms {
                break;
            }
            left -= *writes as f64;
            tell(until_ms, left);
        }
    }
}

/// Milliseconds as seconds.
pub fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}
