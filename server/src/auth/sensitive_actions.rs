//! What a person has deleted, unassigned and exported without a fresh sign-in, in whichever session: signing in silently
//! starts no new count.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use audit::sync::lock;
use graph::entra::sign_in::PersonKey;
use serde::{Deserialize, Serialize};
use token_core::audit::RunId;

use super::digest::SecretHash;

/// How many tokens a person may delete, unassign or export without a fresh sign-in.
const MAX_WITHOUT: usize = 10;
/// How long a run that began after a fresh sign-in may go on without another.
const RUN_AGE: Duration = Duration::from_hours(1);

/// Most people who are remembered; far above what one server needs.
const MAX_PEOPLE: usize = 50_000;

/// What people have deleted, unassigned and exported without a fresh sign-in, where no instances share it.
#[derive(Default)]
pub struct SensitiveActions(Mutex<HashMap<PersonKey, SensitiveCounts>>);

impl SensitiveActions {
    /// Changes the counts of a person.
    pub fn update<R>(&self, person: PersonKey, change: impl FnOnce(&mut SensitiveCounts) -> R) -> R {
        let mut people = lock(&self.0);
        if people.len() >= MAX_PEOPLE {
            people.clear();
        }
        change(people.entry(person).or_default())
    }
}

/// The counts of a person, which the instances of the server share where they share sessions. Times are in milliseconds since
/// 1970.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SensitiveCounts {
    /// How many each session used. They count together; a fresh sign-in gives back those of its own session alone.
    used: Vec<(SecretHash, usize)>,
    /// The runs that began after a fresh sign-in, in which session, and when.
    runs: HashMap<RunId, (SecretHash, u64)>,
}

impl SensitiveCounts {
    /// After a fresh sign-in of this session: its count starts again, and the run may go on in it.
    pub fn approve(&mut self, session: SecretHash, run: Option<&RunId>, now_ms: u64) {
        self.used.retain(|(other, _)| *other != session);
        self.runs.retain(|_, (_, since_ms)| is_recent(*since_ms, now_ms));
        if let Some(run) = run {
            self.runs.entry(run.clone()).or_insert((session, now_ms));
        }
    }

    /// After a fresh sign-in of the same person in the browser of a session that it replaces: its count starts again, and
    /// its runs go on in the new session.
    pub fn replace(&mut self, old: SecretHash, new: SecretHash) {
        self.used.retain(|(other, _)| *other != old);
        for (session, _) in self.runs.values_mut().filter(|(session, _)| *session == old) {
            *session = new;
        }
    }

    /// Without a fresh sign-in of this session: whether so many more are allowed, which are counted then.
    pub fn allow(&mut self, session: SecretHash, count: usize, run: Option<&RunId>, now_ms: u64) -> bool {
        let approved = run.and_then(|run| self.runs.get(run));
        if approved.is_some_and(|(by, since_ms)| *by == session && is_recent(*since_ms, now_ms)) {
            return true;
        }
        let used = self.used.iter().map(|(_, used)| *used).fold(count, usize::saturating_add);
        let is_allowed = used <= MAX_WITHOUT;
        if is_allowed {
            self.used.push((session, count));
        }
        is_allowed
    }
}

fn is_recent(since_ms: u64, now_ms: u64) -> bool {
    Duration::from_millis(now_ms.saturating_sub(since_ms)) < RUN_AGE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_all_are_allowed_without_a_fresh_sign_in() {
        let mut counts = SensitiveCounts::default();
        let [one, other] = ["one", "other"].map(SecretHash::of);
        assert!(counts.allow(one, 6, None, 0));
        assert!(!counts.allow(one, 5, None, 0), "spread over calls");
        assert!(counts.allow(other, 4, None, 0));
        assert!(!counts.allow(other, 1, None, 0), "spread over sessions");
        counts.approve(one, None, 0);
        assert!(!counts.allow(other, 7, None, 0), "what the other session used stays");
        assert!(counts.allow(other, 6, None, 0));
        counts.approve(other, None, 0);
        assert!(counts.allow(other, 10, None, 0));
    }

    #[test]
    fn a_fresh_sign_in_takes_the_place_of_the_session_before_it() {
        let mut counts = SensitiveCounts::default();
        let [old, new, other] = ["old", "new", "other"].map(SecretHash::of);
        let run = RunId::parse("12345678-1234-4123-8123-123456789abc").unwrap();
        counts.approve(old, Some(&run), 0);
        assert!(counts.allow(old, 7, None, 0) && counts.allow(other, 3, None, 0));
        counts.replace(old, new);
        assert!(counts.allow(new, 1_000, Some(&run), 1), "the run goes on");
        assert!(!counts.allow(new, 8, None, 1), "what another session used stays");
        assert!(counts.allow(new, 7, None, 1));
    }

    #[test]
    fn a_run_that_began_after_a_fresh_sign_in_goes_on_for_an_hour() {
        const HOUR_MS: u64 = 3_600_000;
        let mut counts = SensitiveCounts::default();
        let run = |id: &str| RunId::parse(id).unwrap();
        let (one, other) =
            (run("12345678-1234-4123-8123-123456789abc"), run("12345678-1234-4123-8123-123456789abd"));
        let session = SecretHash::of("one");
        counts.approve(session, Some(&one), 0);
        assert!(counts.allow(session, 1_000, Some(&one), HOUR_MS - 1));
        assert!(!counts.allow(session, 1_000, Some(&other), 0));
        assert!(!counts.allow(session, 1_000, Some(&one), HOUR_MS));
        assert!(!counts.allow(SecretHash::of("other"), 1_000, Some(&one), 0), "in another session");
    }
}
