//! Records writes that Microsoft answered well and that no lookup shows, after another look of the server's own.

use token_core::{
    audit::{AuditEntry, EntryStatus, RunRows},
    error::ServiceError,
    ports::{MAX_ITEMS, Rename, UnseenWrite},
};

use super::{AuditedDirectory, run_row, write_item::WriteItem};
use crate::observation::{Observation, TokensRead};

/// Longest request id. Graph's are GUIDs.
const MAX_REQUEST_ID: usize = 64;

impl AuditedDirectory {
    /// Appends an entry for each write whose effect the server does not see either.
    pub(super) async fn record_unseen(
        &self,
        writes: &[UnseenWrite],
        run: Option<&RunRows>,
    ) -> Result<(), ServiceError> {
        if let Some(message) = validate(writes, run) {
            return Err(ServiceError::Invalid { message });
        }
        let entry = |(at, write): (usize, &UnseenWrite)| AuditEntry {
            reason: reason(write.request_id.as_deref()),
            request_id: write.request_id.clone(),
            ..self.entry(
                &WriteItem::of_unseen(write, &self.audit_log.names),
                EntryStatus::NotDone,
                run_row(run, at),
            )
        };
        let mut entries: Vec<AuditEntry> = writes.iter().enumerate().map(entry).collect();
        match TokensRead::of(&self.inner, &entries).await {
            Ok(read) => entries.retain(|entry| read.observe(entry) != Observation::CarriedOut),
            Err(error) => {
                tracing::warn!(%error, "writes that were reported as unseen cannot be read again");
                entries.iter_mut().for_each(|entry| {
                    entry.reason.push_str(" (as reported: the server could not read the token again)")
                });
            }
        }
        self.audit_log.append(entries).await.map(drop)
    }
}

/// Why the report is invalid, if it is: it comes from a browser.
fn validate(writes: &[UnseenWrite], run: Option<&RunRows>) -> Option<String> {
    if writes.len() > MAX_ITEMS {
        return Some(format!("{} items at once, where {MAX_ITEMS} are allowed", writes.len()));
    }
    let is_plain = |id: &str| {
        id.len() <= MAX_REQUEST_ID
            && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':'))
    };
    if writes.iter().filter_map(|write| write.request_id.as_deref()).any(|id| !is_plain(id)) {
        return Some("a request id is too long or not plain text".to_owned());
    }
    let name = |write: &UnseenWrite| Some(Rename { token: write.token.clone(), name: write.name.clone()? });
    if let Some(message) = writes.iter().filter_map(name).find_map(|rename| rename.validate()) {
        return Some(message);
    }
    run.and_then(|run| run.validate(writes.len()))
}

fn reason(request_id: Option<&str>) -> String {
    let id = request_id.map(|id| format!(" (request id {id})")).unwrap_or_default();
    format!("Microsoft answered that it was done{id}, but reading the token afterwards does not show it")
}
