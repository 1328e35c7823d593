//! What Microsoft's audit log holds: the writes that were answered well since the start.

use std::collections::{VecDeque, vec_deque::Iter};

use super::{call::GraphCall, stats::Write};

/// Most entries that are kept.
const MAX_ENTRIES: usize = 10_000;

/// A write that was answered well.
pub struct AuditEntry {
    pub number: u64,
    pub at_ms: u64,
    pub activity: &'static str,
    pub operation: &'static str,
    pub correlation_id: String,
    /// The object id of the signed-in user; `None` when the app called for itself.
    pub person: Option<String>,
}

/// The latest entries, oldest first.
#[derive(Default)]
pub struct AuditEntries {
    entries: VecDeque<AuditEntry>,
    written: u64,
}

impl AuditEntries {
    /// All of them, oldest first.
    pub fn iter(&self) -> Iter<'_, AuditEntry> {
        self.entries.iter()
    }

    /// Records a call that was answered well.
    pub fn record(&mut self, call: &GraphCall, write: Write, is_bulk: bool) {
        let (activity, operation) = activity(write, is_bulk);
        self.written += 1;
        if self.entries.len() == MAX_ENTRIES {
            self.entries.pop_front();
        }
        self.entries.push_back(AuditEntry {
            number: self.written,
            at_ms: call.now_ms,
            activity,
            operation,
            correlation_id: call.ids.request.clone(),
            person: call.caller.person.as_ref().map(|person| person.id.clone()),
        });
    }
}

/// `activityDisplayName` and `operationType`. Activating, deactivating and unassigning have no documented activity of their own.
const fn activity(write: Write, is_bulk: bool) -> (&'static str, &'static str) {
    match write {
        Write::Create if is_bulk => ("Bulk upload Hardware Oath Token", "Add"),
        Write::Create => ("Create Hardware Oath Token", "Add"),
        Write::Assign => ("Assign Hardware Oath Token", "Assign"),
        Write::Delete => ("Delete Hardware Oath Token", "Delete"),
        Write::Update | Write::Activate | Write::Unassign => ("Update Hardware Oath Token", "Update"),
        Write::Policy => ("Authentication Methods Policy Update", "Update"),
    }
}
