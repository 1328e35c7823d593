//! When Entra last confirmed the user of a session.

use std::{sync::Mutex, time::Duration};

use audit::sync::lock;
use tokio::{sync::MutexGuard, time::Instant};

/// The time between two attempts while Entra does not answer.
const RETRY_DELAY: Duration = Duration::from_mins(1);

/// When Entra last confirmed the user of a session and their role.
#[derive(Default)]
pub struct Assertion {
    times: Mutex<AssertionTimes>,
    /// Held while Entra is asked, so that one request asks for all.
    asking: tokio::sync::Mutex<()>,
}

struct AssertionTimes {
    since: Instant,
    /// How long ago it was at `since`: the assertion of a restored session happened at another instance.
    age: Duration,
    tried: Option<Instant>,
}

impl Default for AssertionTimes {
    fn default() -> Self {
        Self { since: Instant::now(), age: Duration::ZERO, tried: None }
    }
}

impl Assertion {
    /// One that happened so long ago.
    pub fn aged(age: Duration) -> Self {
        let times = AssertionTimes { age, ..AssertionTimes::default() };
        Self { times: Mutex::new(times), ..Self::default() }
    }

    /// How long ago it was.
    pub fn age(&self) -> Duration {
        let times = lock(&self.times);
        times.age.saturating_add(times.since.elapsed())
    }

    /// Entra has just confirmed the user.
    pub fn renew(&self) {
        *lock(&self.times) = AssertionTimes::default();
    }

    /// Waits until no other request asks.
    pub async fn ask(&self) -> MutexGuard<'_, ()> {
        self.asking.lock().await
    }

    /// Whether this request is to ask now; `None` when another one asks, or has asked a moment ago.
    pub fn try_ask(&self) -> Option<MutexGuard<'_, ()>> {
        let asking = self.asking.try_lock().ok()?;
        self.begin_attempt().then_some(asking)
    }

    /// Whether it is time to ask; notes the attempt.
    fn begin_attempt(&self) -> bool {
        let mut times = lock(&self.times);
        let is_time = times.tried.is_none_or(|tried| tried.elapsed() >= RETRY_DELAY);
        if is_time {
            times.tried = Some(Instant::now());
        }
        is_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUE: Duration = Duration::from_mins(15);

    #[tokio::test(start_paused = true)]
    async fn the_age_of_a_restored_assertion_counts() {
        let assertion = Assertion::aged(DUE);
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(assertion.age(), DUE + Duration::from_mins(1));
        assertion.renew();
        assert_eq!(assertion.age(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn while_entra_does_not_answer_it_is_asked_once_a_minute() {
        let assertion = Assertion::default();
        assert!(assertion.begin_attempt());
        assert!(!assertion.begin_attempt());
        tokio::time::advance(RETRY_DELAY).await;
        assert!(assertion.begin_attempt());
    }
}
