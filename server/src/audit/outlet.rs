//! Lines on their way out: a thread of their own writes them, so that a reader that stalls holds nobody up.

use std::{
    io::Write,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
};

use tokio::sync::oneshot;

/// Lines that wait at most: some minutes of a rollout.
const MOST: usize = 20_000;

/// Where lines go, one after another.
pub type Output = Arc<Mutex<dyn Write + Send>>;

enum Sent {
    Line(String),
    /// Answered when everything before it is out.
    Mark(oneshot::Sender<()>),
}

/// Takes lines and never waits.
#[derive(Clone)]
pub struct Outlet {
    lines: SyncSender<Sent>,
    missed: Arc<AtomicU64>,
}

impl Outlet {
    /// Starts the thread; it ends with the last `Outlet`.
    pub fn to(output: Output) -> Self {
        let (lines, inbox) = sync_channel(MOST);
        std::thread::spawn(move || write_all(&inbox, &output));
        Self { lines, missed: Arc::default() }
    }

    /// Sends a line. When too many wait it is missed; `gap` makes the line that says how many were, once there is room.
    pub fn send(&self, line: String, gap: impl Fn(u64) -> String) {
        let missed = self.missed.load(Ordering::Relaxed);
        if missed > 0 {
            if self.lines.try_send(Sent::Line(gap(missed))).is_err() {
                self.missed.fetch_add(1, Ordering::Relaxed);
                return;
            }
            self.missed.fetch_sub(missed, Ordering::Relaxed);
        }
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Sent::Line(line))
            && self.missed.fetch_add(1, Ordering::Relaxed) == 0
        {
            tracing::warn!("standard output is not read: audit entries are stored and not told there");
        }
    }

    /// Waits until what was sent is out, unless so much waits that there is no room to ask.
    pub async fn settle(&self) {
        let (reply, answer) = oneshot::channel();
        if self.lines.try_send(Sent::Mark(reply)).is_ok() {
            _ = answer.await;
        }
    }
}

fn write_all(inbox: &Receiver<Sent>, output: &Output) {
    for sent in inbox {
        match sent {
            Sent::Line(line) => {
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                if let Err(error) = writeln!(output, "{line}").and_then(|()| output.flush()) {
                    tracing::warn!(%error, "an audit entry could not be told on standard output");
                }
            }
            // Whoever has gone needs no answer.
            Sent::Mark(reply) => _ = reply.send(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_that_stalls_holds_nobody_up_and_hears_how_much_it_missed() {
        let read = Arc::new(Mutex::new(Vec::new()));
        let outlet = Outlet::to(read.clone());
        let gap = |missed| format!("missed {missed}");
        let stalled = read.lock().unwrap();
        // One line may be in the thread's hands.
        for number in 0..MOST + 10 {
            outlet.send(number.to_string(), gap);
        }
        drop(stalled);
        // Until what waited is out but for a line, so that there is room.
        let told = || read.lock().unwrap().iter().filter(|byte| **byte == b'\n').count();
        while told() < MOST {
            tokio::task::yield_now().await;
        }
        outlet.send("last".to_owned(), gap);
        outlet.settle().await;
        let text = String::from_utf8(read.lock().unwrap().clone()).unwrap();
        let missed: usize = text.lines().find_map(|line| line.strip_prefix("missed ")?.parse().ok()).unwrap();
        let told = text.lines().filter(|line| line.parse::<usize>().is_ok()).count();
        assert_eq!(told + missed, MOST + 10);
        assert!((9..=10).contains(&missed), "{missed}");
        assert!(text.ends_with("last\n"), "{}", &text[text.len() - 20..]);
    }
}
