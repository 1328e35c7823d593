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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_000_000;

    fn noted(writes: &[(u64, usize)]) -> RecentWrites {
        let mut recent = RecentWrites::default();
        writes.iter().for_each(|(at_ms, count)| recent.note(*count, *at_ms));
        recent
    }

    #[test]
    fn writes_of_a_tenth_of_a_second_are_one_entry_of_its_last_moment() {
        let recent = noted(&[(NOW_MS, 1), (NOW_MS + 50, 2), (NOW_MS + 99, 3), (NOW_MS + 100, 4)]);
        assert_eq!(recent.0, [(NOW_MS + 99, 6), (NOW_MS + 100, 4)]);
    }

    #[test]
    fn writes_are_forgotten_a_second_after_their_window() {
        let mut recent = noted(&[(NOW_MS, 1)]);
        recent.note(2, NOW_MS + WINDOW_MS + SLACK_MS - 1);
        assert_eq!(recent.0.len(), 2);
        recent.note(3, NOW_MS + WINDOW_MS + SLACK_MS);
        assert_eq!(recent.0, [(NOW_MS + WINDOW_MS + SLACK_MS - 1, 2), (NOW_MS + WINDOW_MS + SLACK_MS, 3)]);
    }

    #[test]
    fn answered_writes_come_back_from_the_time_of_their_answer() {
        let mut recent = noted(&[(NOW_MS, 10), (NOW_MS + 500, 5)]);
        recent.answered(4, NOW_MS + 50, NOW_MS + 2_500);
        assert_eq!(recent.0, [(NOW_MS, 6), (NOW_MS + 500, 5), (NOW_MS + 2_500, 4)]);
        recent.answered(9, NOW_MS, NOW_MS + 3_000);
        assert_eq!(recent.0[3], (NOW_MS + 3_000, 6), "no more than were sent then");
        recent.answered(9, NOW_MS + 7_000, NOW_MS + 8_000);
        assert_eq!(recent.0.len(), 4, "none were sent then");
    }

    #[test]
    fn room_is_what_the_limit_leaves_and_the_flow_does_not_need() {
        let recent = noted(&[(NOW_MS, 30), (NOW_MS + 50_000, 20)]);
        assert_eq!(recent.room(100.0, 0.0, NOW_MS + 60_000), 50.0);
        assert_eq!(recent.room(100.0, 0.0, NOW_MS + WINDOW_MS), 80.0, "the first came back");
        assert_eq!(recent.room(100.0, 0.0, NOW_MS + 50_000 + WINDOW_MS), 100.0);
        // In 90 s the first 30 come back: until then 0.5 a second take 45 of 50. In 150 s all 100 are needed, less 75.
        assert_eq!(recent.room(100.0, 0.5, NOW_MS + 60_000), 5.0);
    }

    #[test]
    fn room_is_awaited_no_longer_than_until_the_writes_come_back() {
        let recent = noted(&[(NOW_MS, 30), (NOW_MS + 50_000, 20)]);
        let now_ms = NOW_MS + 60_000;
        assert_eq!(recent.room_ms(49.0, 100.0, 0.0, now_ms), now_ms, "there is room");
        assert_eq!(recent.room_ms(51.0, 100.0, 0.0, now_ms), NOW_MS + WINDOW_MS);
        assert_eq!(recent.room_ms(81.0, 100.0, 0.0, now_ms), NOW_MS + 50_000 + WINDOW_MS);
        // Of 50 writes 5 may go now; the flow of 0.5 a second spares the others ten seconds before the first 30 come back.
        assert_eq!(recent.room_ms(45.0, 100.0, 0.5, now_ms), NOW_MS + WINDOW_MS - 10_000);
    }

    #[test]
    fn an_even_flow_lasts_until_each_write_has_come_back() {
        let recent = noted(&[(NOW_MS, 30), (NOW_MS + 50_000, 20)]);
        // 50 writes in 90 s, 80 in 140 s, 100 in 150 s: the first are the fewest.
        assert_eq!(recent.flow(100.0, NOW_MS + 60_000), 50.0 / 90.0);
        assert_eq!(recent.flow(40.0, NOW_MS + 60_000), 0.0, "more were sent than the limit allows");
        assert_eq!(RecentWrites::default().flow(300.0, NOW_MS), 2.0);
    }

    #[test]
    fn graph_counted_what_was_answered_and_perhaps_what_is_in_flight() {
        let recent = noted(&[(NOW_MS, 30), (NOW_MS + 50_000, 20)]);
        assert_eq!(recent.counted(0, NOW_MS + 60_000), (50.0, 50.0));
        assert_eq!(recent.counted(15, NOW_MS + 60_000), (35.0, 35.0));
        assert_eq!(recent.counted(60, NOW_MS + 60_000), (0.0, 0.0));
        // Its clock may be a second ahead or behind.
        assert_eq!(recent.counted(0, NOW_MS + WINDOW_MS - 1_000), (20.0, 50.0));
        assert_eq!(recent.counted(0, NOW_MS + WINDOW_MS + 999), (20.0, 50.0));
        assert_eq!(recent.counted(0, NOW_MS + WINDOW_MS + 1_000), (20.0, 20.0));
    }
}
