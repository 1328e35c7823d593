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
pub struct Ending(watch::Receiver<bool>);

impl Ending {
    /// Listens to the person and the system. Whoever asks a second time does not want to wait.
    pub fn listen(second: impl FnOnce() + Send + 'static) -> Self {
        let (asked, ending) = watch::channel(false);
        tokio::spawn(async move {
            asked_to_end().await;
            _ = asked.send(true);
            asked_to_end().await;
            second();
        });
        Self(ending)
    }

    /// Returns when the program has been asked to end.
    pub async fn asked(mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            std::future::pending().await
        }
    }

    /// Returns so long after the program has been asked to end.
    pub async fn overdue(self, limit: Duration) {
        self.asked().await;
        tokio::time::sleep(limit).await;
    }
}

/// Returns when the person presses Ctrl+C or closes the window, or the system ends the service.
pub(crate) async fn asked_to_end() {
    // If a signal cannot be waited for, run on: the process can still be ended from outside.
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => _ = signal.recv().await,
        Err(_) => std::future::pending().await,
    }
}

#[cfg(windows)]
async fn terminated() {
    use tokio::signal::windows::{ctrl_close, ctrl_shutdown};
    match (ctrl_close(), ctrl_shutdown()) {
        (Ok(mut close), Ok(mut shutdown)) => tokio::select! {
            _ = close.recv() => {}
            _ = shutdown.recv() => {}
        },
        _ => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_limit_runs_from_the_moment_of_the_wish() {
        let (wish, ending) = watch::channel(false);
        let ending = Ending(ending);
        let mut overdue = Box::pin(ending.overdue(LIMIT));
        assert!(timeout(LIMIT * 10, &mut overdue).await.is_err(), "nobody has asked");
        let asked_at = Instant::now();
        wish.send(true).unwrap();
        overdue.await;
        assert_eq!(asked_at.elapsed(), LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_listener_that_is_gone_ends_nothing() {
        let (wish, ending) = watch::channel(false);
        drop(wish);
        assert!(timeout(LIMIT * 10, Ending(ending).overdue(LIMIT)).await.is_err());
    }
}
