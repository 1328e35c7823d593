//! Planned and finished work as text.

use super::{Progress, Stage};
use crate::plan::{ImportTask, Task};

/// Describes planned and finished work as text.
pub trait Describe {
    /// The planned work.
    fn label(&self) -> &'static str;
    /// What has been done so far; `None` when nothing has.
    fn done_label(&self, progress: &Progress) -> Option<&'static str>;
}

impl Describe for ImportTask {
    fn label(&self) -> &'static str {
        self.label()
    }

    fn done_label(&self, progress: &Progress) -> Option<&'static str> {
        (progress.stage != Stage::Planned).then(|| progress.stage.label())
    }
}

impl Describe for Task {
    fn label(&self) -> &'static str {
        self.kind.label()
    }

    fn done_label(&self, progress: &Progress) -> Option<&'static str> {
        if progress.steps >= self.steps.len() {
            return Some(self.kind.done());
        }
        let last = progress.steps.checked_sub(1).and_then(|index| self.steps.get(index))?;
        Some(last.kind.done())
    }
}
