//! Writes lines on a thread of its own, so that a stalled reader of the output does not block the server.

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
};

use tokio::sync::oneshot;

use super::sync::lock;

/// Most queued lines: some minutes of a rollout.
const MAX_QUEUED: usize = 20_000;

/// The output that lines are written to.
pub type SharedOutput = Arc<Mutex<dyn Write + Send>>;

enum QueueItem {
    Line(String),
    /// Answered when everything before it is written.
    Flush(oneshot::Sender<()>),
}

/// Queues lines without waiting.
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

    /// Queues a line, or drops it when the queue is full; once there is room, `gap` makes a line with the number dropped.
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
            tracing::warn!("standard output is not read: audit entries are stored and not written there");
        }
    }

    /// Waits until all queued lines are written; returns at once when the queue is full.
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
                let mut output = lock(output);
                if let Err(error) = writeln!(output, "{line}").and_then(|()| output.flush()) {
                    tracing::warn!(%error, "an audit entry could not be written to standard output");
                }
            }
            // The caller may have stopped waiting.
            QueueItem::Flush(reply) => _ = reply.send(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stalled_reader_does_not_block_and_gets_the_number_of_dropped_lines() {
        let output = Arc::new(Mutex::new(Vec::new()));
        let line_writer = LineWriter::new(output.clone());
        let gap = |missed| format!("missed {missed}");
        let stalled = output.lock().unwrap();
        // The thread may have taken one line already.
        for number in 0..MAX_QUEUED + 10 {
            line_writer.send(number.to_string(), gap);
        }
        drop(stalled);
        // Until there is room in the queue again.
        let written = || output.lock().unwrap().iter().filter(|byte| **byte == b'\n').count();
        while written() < MAX_QUEUED {
            tokio::task::yield_now().await;
        }
        line_writer.send("last".to_owned(), gap);
        line_writer.flush().await;
        let text = String::from_utf8(output.lock().unwrap().clone()).unwrap();
        let missed: usize = text.lines().find_map(|line| line.strip_prefix("missed ")?.parse().ok()).unwrap();
        let written = text.lines().filter(|line| line.parse::<usize>().is_ok()).count();
        assert_eq!(written + missed, MAX_QUEUED + 10);
        assert!((9..=10).contains(&missed), "{missed}");
        assert!(text.ends_with("last\n"), "{}", &text[text.len() - 20..]);
    }
}
