//! Tells the audit log of writes that Graph answered well and that no lookup shows.

use super::{call::RunInfo, job::Job};
use crate::ports::{Directory, MAX_ITEMS, UnseenWrite};

/// Writes that are still to be reported, each with its row.
#[derive(Debug, Default)]
pub(super) struct UnseenWrites(Vec<(u32, UnseenWrite)>);

impl UnseenWrites {
    /// Adds those of a row.
    pub fn add(&mut self, job: &mut Job) {
        let line = job.line();
        self.0.extend(job.take_lost().into_iter().map(|write| (line, write)));
    }

    /// Reports them. A report that fails is tried again with the next: the run itself goes on.
    pub async fn report(&mut self, directory: &(impl Directory + ?Sized), run: Option<&RunInfo>) {
        while !self.0.is_empty() {
            let most = self.0.len().min(MAX_ITEMS);
            let (lines, writes): (Vec<u32>, Vec<UnseenWrite>) = self.0.iter().take(most).cloned().unzip();
            if directory.report_unseen(writes, run.map(|run| run.rows(lines.into_iter()))).await.is_err() {
                return;
            }
            self.0.drain(..most);
        }
    }
}
