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
const MAX_QUEUED: usize = 20_000;

/// Where lines go, one after another.
pub type SharedOutput = Arc<Mutex<dyn Write + Send>>;

enum QueueItem {
    Line(String),
    /// Answered when everything before it is out.
    Flush(oneshot::Sender<()>),
}

/// Takes lines and never waits.
#[derive(Clone)]
pub struct LineWriter {
    queue: SyncSender<QueueItem>,
    missed: Arc<AtomicU64>,
}

impl LineWriter {
    /// Starts the thread; it ends with the last `LineWriter`.
    pub fn new(output: SharedOutput) -> Self {
        let (queue, inbox) = sync_channel(MAX_QUEUED);
        std::thread::spawn(move || write_all(&inbox, &output));
        Self { queue, missed: Arc::default() }
    }

    /// Sends a line. When too many wait it is missed; `gap` makes the line that says how many were, once there is room.
    pub fn send(&self, line: String, gap: impl Fn(u64) -> String) {
        let missed = self.missed.load(Ordering::Relaxed);
        if missed > 0 {
            if self.queue.try_send(QueueItem::Line(gap(missed))).is_err() {
                self.missed.fetch_add(1, Ordering::Relaxed);
                return;
            }
            self.missed.fetch_sub(missed, Ordering::Relaxed);
        }
        if let Err(TrySendError::Full(_)) = self.queue.try_send(QueueItem::Line(line))
            && self.missed.fetch_add(1, Ordering::Relaxed) == 0
        {
            tracing::warn!("standard output is not read: audit entries are stored and not told there");
        }
    }

    /// Waits until what was sent is out, unless so much waits that there is no room to ask.
    pub async fn flush(&self) {
        let (reply, answer) = oneshot::channel();
        if self.queue.try_send(QueueItem::Flush(reply)).is_ok() {
            _ = answer.await;
        }
    }
}

fn write_all(inbox: &Receiver<QueueItem>, output: &SharedOutput) {
    for item in inbox {
        match item {
            QueueItem::Line(line) => {
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                if let Err(error) = writeln!(output, "{line}").and_then(|()| output.flush()) {
                    tracing::warn!(%error, "an audit entry could not be told on standard output");
                }
            }
            // Whoever has gone needs no answer.
            QueueItem::Flush(reply) => _ = reply.send(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_that_stalls_holds_nobody_up_and_hears_how_much_it_missed() {
        let read = Arc::new(Mutex::new(Vec::new()));
        let line_writer = LineWriter::new(read.clone());
        let gap = |missed| format!("missed {missed}");
        let stalled = read.lock().unwrap();
        // One line may be in the thread's hands.
        for number in 0..MAX_QUEUED + 10 {
            line_writer.send(number.to_string(), gap);
        }
        drop(stalled);
        // Until what waited is out but for a line, so that there is room.
        let told = || read.lock().unwrap().iter().filter(|byte| **byte == b'\n').count();
        while told() < MAX_QUEUED {
            tokio::task::yield_now().await;
        }
        line_writer.send("last".to_owned(), gap);
        line_writer.flush().await;
        let text = String::from_utf8(read.lock().unwrap().clone()).unwrap();
        let missed: usize = text.lines().find_map(|line| line.strip_prefix("missed ")?.parse().ok()).unwrap();
        let told = text.lines().filter(|line| line.parse::<usize>().is_ok()).count();
        assert_eq!(told + missed, MAX_QUEUED + 10);
        assert!((9..=10).contains(&missed), "{missed}");
        assert!(text.ends_with("last\n"), "{}", &text[text.len() - 20..]);
    }
}
