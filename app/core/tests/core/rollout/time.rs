//! Virtual time: a clock and a sleeper on the paused time of a Tokio runtime.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use token_core::ports::{Clock, Sleeper};
use tokio::time::Instant;

/// The beginning of an interval of 30 s and of 60 s.
const EPOCH_MS: u64 = 1_800_000_000_000;

/// Clock and sleeper; counts the sleeps.
pub struct Time {
    origin: Instant,
    sleeps: AtomicUsize,
}

impl Time {
    pub fn new() -> Self {
        Self { origin: Instant::now(), sleeps: AtomicUsize::new(0) }
    }

    /// How often `sleep` was called.
    pub fn sleeps(&self) -> usize {
        self.sleeps.load(Ordering::Relaxed)
    }

    /// Milliseconds since this time began.
    pub fn elapsed_ms(&self) -> u64 {
        self.now_ms() - EPOCH_MS
    }
}

impl Clock for Time {
    fn now_ms(&self) -> u64 {
        EPOCH_MS + u64::try_from(self.origin.elapsed().as_millis()).unwrap()
    }
}

#[async_trait::async_trait]
impl Sleeper for Time {
    async fn sleep(&self, duration: Duration) {
        self.sleeps.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(duration).await;
    }
}

/// Runs a future in virtual time.
pub fn with_virtual_time<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}
