//! Reads the audit log: lines for the page, runs, and the status.

use std::cmp::Reverse;

use token_core::{
    audit::{
        AuditEntry, AuditFilter, AuditLogLine, AuditLogPage, AuditLogStatus, AuditQuery, EntryStatus,
        MAX_LINES, RunId, RunSummary,
    },
    error::ServiceError,
};

use super::{database::DatabaseError, log::AuditLog, row::Row, store::TimeRange, tenant_scope::TenantScope};

/// Lines of an answer, unless the query sets a limit.
const DEFAULT_LIMIT: u32 = 100;
/// The reason shown for an abandoned operation.
const ABANDONED_REASON: &str =
    "Token Inventory ended before Microsoft's answer came. It may have been carried out or not.";

/// Lines from one source: complete down to the number `floor`, below which more may follow.
struct LineBatch {
    lines: Vec<AuditLogLine>,
    floor: Option<u64>,
}

impl LineBatch {
    fn new(lines: Vec<AuditLogLine>, limit: usize) -> Self {
        let floor = if lines.len() >= limit { lines.last().map(AuditLogLine::number) } else { None };
        Self { lines, floor }
    }
}

impl AuditLog {
    /// A page of lines about these tenants, newest first.
    ///
    /// # Errors
    /// When the query is invalid, or the store cannot be read.
    pub async fn list(&self, scope: &TenantScope, ask: AuditQuery) -> Result<AuditLogPage, ServiceError> {
        let filter = ask.filter.clone().trimmed();
        if let Some(message) = filter.validate() {
            return Err(ServiceError::Invalid { message });
        }
        self.flush().await;
        let limit = ask.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LINES);
        let after = bound(ask.after, 0);
        let before = bound(ask.before, i64::MAX);
        let newest = unsigned(self.store.chain_end().await?.number);
        let batches = if ask.group_runs && filter.is_time_range_only() {
            self.list_with_runs(scope, &filter, after, before).await?
        } else {
            self.list_entries(scope, &filter, after, before, limit).await?
        };
        Ok(merge(batches, limit as usize, newest))
    }

    async fn list_entries(
        &self,
        scope: &TenantScope,
        filter: &AuditFilter,
        after: i64,
        before: i64,
        limit: u32,
    ) -> Result<Vec<LineBatch>, DatabaseError> {
        let open = self.open_entries(scope).await?.into_iter().filter(|entry| filter.matches(entry));
        let open = within(open, after, before).map(line).collect();
        let prepared = self.store.prepare(filter, scope).await?;
        let closed = self.store.list(&prepared, after, before, limit).await?;
        let closed = closed.into_iter().filter_map(Row::entry).map(line).collect();
        Ok(vec![LineBatch { lines: open, floor: None }, LineBatch::new(closed, limit as usize)])
    }

    async fn list_with_runs(
        &self,
        scope: &TenantScope,
        filter: &AuditFilter,
        after: i64,
        before: i64,
    ) -> Result<Vec<LineBatch>, DatabaseError> {
        let is_outside_runs = |entry: &AuditEntry| entry.run.is_none() && filter.matches(entry);
        let open = self.open_entries(scope).await?.into_iter().filter(is_outside_runs);
        let open = within(open, after, before).map(line).collect();
        let times = TimeRange::of(filter);
        let closed = self.store.list_outside_runs(scope, times, after, before).await?;
        let closed = closed.into_iter().filter_map(Row::entry).map(line).collect();
        let (runs, is_capped) = self.store.runs(scope, times, after, before).await?;
        let floor = runs.last().map(|run| run.last).filter(|_| is_capped);
        let runs = runs.into_iter().map(AuditLogLine::Run).collect();
        Ok(vec![
            LineBatch { lines: open, floor: None },
            LineBatch::new(closed, MAX_LINES as usize),
            LineBatch { lines: runs, floor },
        ])
    }

    /// Operations without an outcome, newest first; abandoned ones have the result unknown.
    async fn open_entries(&self, scope: &TenantScope) -> Result<Vec<AuditEntry>, DatabaseError> {
        let to_entry = |row: Row| {
            let is_abandoned = self.is_abandoned(&row);
            let mut entry = row.entry()?;
            if is_abandoned {
                (entry.result, entry.reason) = (EntryStatus::Unknown, ABANDONED_REASON.to_owned());
            }
            Some(entry)
        };
        let open = self.store.open_intents().await?.into_iter().rev();
        Ok(open.filter(|row| scope.contains(&row.tenant)).filter_map(to_entry).collect())
    }

    /// The summary of one run of these tenants.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn run(&self, scope: &TenantScope, id: &RunId) -> Result<Option<RunSummary>, ServiceError> {
        self.flush().await;
        Ok(self.store.run(scope, id).await?)
    }

    /// Where the audit log is kept, and its state, as far as it concerns these tenants.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn status(&self, scope: &TenantScope) -> Result<AuditLogStatus, ServiceError> {
        self.flush().await;
        let end = self.store.chain_end().await?;
        let head = (end.number > 0).then(|| end.head());
        let mut open = self.store.open_intents().await?;
        open.retain(|row| scope.contains(&row.tenant));
        Ok(AuditLogStatus {
            location: self.store.database().description().to_owned(),
            is_persistent: self.store.database().is_persistent(),
            head,
            oldest: self.store.oldest_of(scope).await?.map_or(0, |row| unsigned(row.number)),
            open: open.len() as u64,
            open_since_ms: open.iter().map(|row| unsigned(row.at_ms)).min(),
            retention_days: self.retention.map(|span| span.as_secs() / 86_400),
            problem: self.writer.last_error().map(|problem| problem.0),
        })
    }
}

fn line(entry: AuditEntry) -> AuditLogLine {
    AuditLogLine::Entry(Box::new(entry))
}

fn within(
    entries: impl Iterator<Item = AuditEntry>,
    after: i64,
    before: i64,
) -> impl Iterator<Item = AuditEntry> {
    entries.filter(move |entry| {
        let number = bound(Some(entry.number), i64::MAX);
        number > after && number < before
    })
}

/// Merges the batches, down to the number above which all of them are complete.
fn merge(batches: Vec<LineBatch>, limit: usize, newest: u64) -> AuditLogPage {
    let floor = batches.iter().filter_map(|batch| batch.floor).max();
    let mut lines: Vec<AuditLogLine> = batches.into_iter().flat_map(|batch| batch.lines).collect();
    lines.sort_by_key(|line| Reverse(line.number()));
    let all = lines.len();
    lines.retain(|line| floor.is_none_or(|floor| line.number() >= floor));
    let is_cut = floor.is_some() || lines.len() > limit || lines.len() < all;
    lines.truncate(limit);
    let next = lines.last().map(AuditLogLine::number).filter(|_| is_cut);
    AuditLogPage { lines, next, newest }
}

fn bound(number: Option<u64>, default: i64) -> i64 {
    number.map_or(default, |number| i64::try_from(number).unwrap_or(i64::MAX))
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
