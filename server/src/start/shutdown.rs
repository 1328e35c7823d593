//! Graceful shutdown: the signals that request it, and how long it may take.

use std::time::Duration;

use tokio::sync::watch;

/// How long running requests may take after shutdown is requested, including a chunk of a rollout that Microsoft throttles.
/// The next start looks up the result of anything that takes longer.
pub const LIMIT: Duration = Duration::from_secs(30);

/// How long the audit trail may take after that to store pending outcomes.
pub const SETTLE: Duration = Duration::from_secs(5);

/// Whether shutdown has been requested.
#[derive(Clone)]
pub struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Listens for shutdown signals from now on; calls `second` on the second one.
    pub fn listen(second: impl FnOnce() + Send + 'static) -> Self {
        let (sender, shutdown) = watch::channel(false);
        let mut signals = ShutdownSignals::listen();
        tokio::spawn(async move {
            signals.next().await;
            _ = sender.send(true);
            signals.next().await;
            second();
        });
        Self(shutdown)
    }

    /// Returns when shutdown has been requested.
    pub async fn requested(mut self) {
        if self.0.wait_for(|requested| *requested).await.is_err() {
            std::future::pending().await
        }
    }

    /// Returns when `limit` has passed since shutdown was requested.
    pub async fn overdue(self, limit: Duration) {
        self.requested().await;
        tokio::time::sleep(limit).await;
    }
}

/// The operating system's shutdown signals; none is missed once this exists. Where a signal cannot be registered, the program
/// runs on and can only be killed.
pub(crate) struct ShutdownSignals {
    interrupt: Option<Interrupt>,
    terminate: Option<Terminate>,
}

#[cfg(unix)]
use tokio::signal::unix::{Signal as Interrupt, Signal as Terminate};
#[cfg(windows)]
use tokio::signal::windows::CtrlC as Interrupt;
#[cfg(windows)]
type Terminate = (tokio::signal::windows::CtrlClose, tokio::signal::windows::CtrlShutdown);

impl ShutdownSignals {
    /// Registers the signals.
    #[cfg(unix)]
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    /// Registers the signals.
    #[cfg(windows)]
    pub(crate) fn listen() -> Self {
        use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
        Self { interrupt: ctrl_c().ok(), terminate: ctrl_close().ok().zip(ctrl_shutdown().ok()) }
    }

    /// Returns when the user presses Ctrl+C or closes the window, or the system stops the service.
    pub(crate) async fn next(&mut self) {
        let interrupted = async {
            match &mut self.interrupt {
                Some(interrupt) => _ = interrupt.recv().await,
                None => std::future::pending().await,
            }
        };
        let terminated = async {
            match &mut self.terminate {
                Some(terminate) => received(terminate).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
        }
    }
}

#[cfg(unix)]
async fn received(terminate: &mut Terminate) {
    _ = terminate.recv().await;
}

#[cfg(windows)]
async fn received((close, shutdown): &mut Terminate) {
    tokio::select! {
        _ = close.recv() => {}
        _ = shutdown.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_limit_counts_from_the_shutdown_request() {
        let (sender, shutdown) = watch::channel(false);
        let shutdown = Shutdown(shutdown);
        let mut overdue = Box::pin(shutdown.overdue(LIMIT));
        assert!(timeout(LIMIT * 10, &mut overdue).await.is_err(), "no shutdown was requested");
        let requested_at = Instant::now();
        sender.send(true).unwrap();
        overdue.await;
        assert_eq!(requested_at.elapsed(), LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_sender_requests_no_shutdown() {
        let (sender, shutdown) = watch::channel(false);
        drop(sender);
        assert!(timeout(LIMIT * 10, Shutdown(shutdown).overdue(LIMIT)).await.is_err());
    }
}
