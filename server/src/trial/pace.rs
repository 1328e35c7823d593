//! How long a trial waits for Microsoft to show a change, and the signal that stops it.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

/// The pauses between two looks at the same token.
#[derive(Debug, Clone, Copy)]
pub struct TrialPace {
    /// The first pause; each further one is twice as long.
    pub first: Duration,
    /// How often it is looked again.
    pub looks: u32,
}

impl Default for TrialPace {
    fn default() -> Self {
        // Fifteen seconds in all: replication takes some seconds (MICROSOFT_GRAPH.md 11).
        Self { first: Duration::from_millis(500), looks: 5 }
    }
}

impl TrialPace {
    /// The pauses, in their order.
    pub(super) fn pauses(self) -> impl Iterator<Item = Duration> {
        (0..self.looks).map(move |number| self.first.saturating_mul(2_u32.saturating_pow(number)))
    }
}

/// Whether the trial shall stop.
#[derive(Clone)]
pub(super) struct StopSignal(pub watch::Receiver<bool>);

impl StopSignal {
    /// Whether it was requested.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits, unless the trial shall stop; returns whether it goes on.
    pub async fn pause(&mut self, pause: Duration) -> bool {
        tokio::select! {
            () = sleep(pause) => true,
            () = requested(&mut self.0) => false,
        }
    }
}

async fn requested(signal: &mut watch::Receiver<bool>) {
    if signal.wait_for(|requested| *requested).await.is_err() {
        std::future::pending().await
    }
}
