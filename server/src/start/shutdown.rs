//! The end of the program: asked for, and not later than promised.

use std::time::Duration;

use tokio::sync::watch;

/// How long what is under way may take once the program is asked to end: a chunk of a rollout that Microsoft slows down
/// included. What takes longer is found by reading at the next start.
pub const LIMIT: Duration = Duration::from_secs(30);

/// How long the audit trail may take then to store what it knows.
pub const SETTLE: Duration = Duration::from_secs(5);

/// Whether the program has been asked to end.
#[derive(Clone)]
pub struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Listens to the person and the system from now on. Whoever asks a second time does not want to wait.
    pub fn listen(second: impl FnOnce() + Send + 'static) -> Self {
        let (asked, shutdown) = watch::channel(false);
        let mut signals = ShutdownSignals::listen();
        tokio::spawn(async move {
            signals.next().await;
            _ = asked.send(true);
            signals.next().await;
            second();
        });
        Self(shutdown)
    }

    /// Returns when the program has been asked to end.
    pub async fn requested(mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            std::future::pending().await
        }
    }

    /// Returns so long after the program has been asked to end.
    pub async fn overdue(self, limit: Duration) {
        self.requested().await;
        tokio::time::sleep(limit).await;
    }
}

/// The wishes that the program may end; none is missed once this has been made. Where they cannot be heard the program runs on:
/// it can still be ended from outside.
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
    /// Hears them from now on.
    #[cfg(unix)]
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    /// Hears them from now on.
    #[cfg(windows)]
    pub(crate) fn listen() -> Self {
        use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
        Self { interrupt: ctrl_c().ok(), terminate: ctrl_close().ok().zip(ctrl_shutdown().ok()) }
    }

    /// Returns when the person presses Ctrl+C or closes the window, or the system ends the service.
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
    async fn the_limit_runs_from_the_moment_of_the_wish() {
        let (wish, shutdown) = watch::channel(false);
        let shutdown = Shutdown(shutdown);
        let mut overdue = Box::pin(shutdown.overdue(LIMIT));
        assert!(timeout(LIMIT * 10, &mut overdue).await.is_err(), "nobody has asked");
        let asked_at = Instant::now();
        wish.send(true).unwrap();
        overdue.await;
        assert_eq!(asked_at.elapsed(), LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_listener_that_is_gone_ends_nothing() {
        let (wish, shutdown) = watch::channel(false);
        drop(wish);
        assert!(timeout(LIMIT * 10, Shutdown(shutdown).overdue(LIMIT)).await.is_err());
    }
}
