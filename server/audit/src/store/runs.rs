//! Summaries of runs.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use token_core::audit::{AuditAction, EntryStatus, RunCount, RunId, RunSummary};

use super::{BindValue, Store, TimeRange, tenant_condition, with_readers};
use crate::{
    database::DatabaseError,
    row::{COLUMNS, Row, from_row},
    tenant_scope::TenantScope,
};

/// Most runs of one answer.
const MAX_RUNS: u32 = 50;

struct RunBounds {
    run_id: String,
    first_number: i64,
    last_number: i64,
}

from_row!(RunBounds { run_id, first_number, last_number });

impl Store {
    /// Runs of these tenants whose last entry lies between `after` and `before`, both exclusive, and that overlap the time range; newest
    /// first. Also whether more may follow.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn runs(
        &self,
        scope: &TenantScope,
        times: TimeRange,
        after: i64,
        before: i64,
    ) -> Result<(Vec<RunSummary>, bool), DatabaseError> {
        let (of_tenant, tenants) = tenant_condition(scope, "f.tenant", 5);
        let sql = format!(
            "SELECT r.run_id, r.first_number, r.last_number FROM runs r \
             JOIN entries f ON f.number = r.first_number JOIN entries l ON l.number = r.last_number \
             WHERE r.last_number > $1 AND r.last_number < $2 AND l.at_ms >= $3 AND f.at_ms < $4 {of_tenant} \
             ORDER BY r.last_number DESC LIMIT {MAX_RUNS}"
        );
        let numbers = [after, before, times.from, times.to].map(BindValue::Number);
        let bounds: Vec<RunBounds> = self.fetch(sql, &[&numbers[..], &tenants].concat()).await?;
        let is_capped = bounds.len() >= MAX_RUNS as usize;
        Ok((self.summaries(scope, bounds).await?, is_capped))
    }

    /// One run of these tenants.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn run(&self, scope: &TenantScope, id: &RunId) -> Result<Option<RunSummary>, DatabaseError> {
        let (of_tenant, tenants) = tenant_condition(scope, "f.tenant", 2);
        let sql = format!(
            "SELECT r.run_id, r.first_number, r.last_number FROM runs r JOIN entries f ON f.number = r.first_number \
             WHERE r.run_id = $1 {of_tenant}"
        );
        let id = [BindValue::Text(id.as_str().to_owned())];
        let bounds: Vec<RunBounds> = self.fetch(sql, &[&id[..], &tenants].concat()).await?;
        Ok(self.summaries(scope, bounds).await?.pop())
    }

    async fn summaries(
        &self,
        scope: &TenantScope,
        bounds: Vec<RunBounds>,
    ) -> Result<Vec<RunSummary>, DatabaseError> {
        if bounds.is_empty() {
            return Ok(Vec::new());
        }
        let mut counts = self.counts(scope, &bounds).await?;
        let ends: Vec<String> = bounds
            .iter()
            .flat_map(|run| [run.first_number.to_string(), run.last_number.to_string()])
            .collect();
        let sql =
            format!("SELECT {}, hash FROM entries WHERE number IN ({})", COLUMNS.join(", "), ends.join(", "));
        let ends: HashMap<i64, Row> =
            self.rows(sql, &[]).await?.into_iter().map(|row| (row.number, row)).collect();
        let line = |run: RunBounds| {
            let first = ends.get(&run.first_number)?.clone().entry()?;
            let last = ends.get(&run.last_number)?;
            Some(RunSummary {
                id: RunId::parse(&run.run_id)?,
                first: first.number,
                last: u64::try_from(last.number).ok()?,
                began_ms: first.at_ms,
                ended_ms: u64::try_from(last.at_ms).ok()?,
                actor: first.actor,
                counts: counts.remove(&run.run_id).unwrap_or_default(),
            })
        };
        Ok(bounds.into_iter().filter_map(line).collect())
    }

    /// Counts by action and result in each run. Operations in progress are counted by their intents.
    async fn counts(
        &self,
        scope: &TenantScope,
        bounds: &[RunBounds],
    ) -> Result<HashMap<String, Vec<RunCount>>, DatabaseError> {
        let places: Vec<String> = (1..=bounds.len()).map(|at| format!("${at}")).collect();
        let places = places.join(", ");
        let (of_tenant, tenants) = tenant_condition(scope, "tenant", bounds.len() + 1);
        let sql = format!(
            "SELECT run_id, action, result, count(*) FROM entries \
             WHERE result <> 'open' AND run_id <> '' AND run_id IN ({places}) {of_tenant} GROUP BY run_id, action, result \
             UNION ALL \
             SELECT run_id, action, result, count(*) FROM entries \
             WHERE number IN (SELECT number FROM open_intents) AND run_id IN ({places}) {of_tenant} \
             GROUP BY run_id, action, result"
        );
        let runs = bounds.iter().map(|run| BindValue::Text(run.run_id.clone()));
        let names: Vec<BindValue> = runs.chain(tenants).collect();
        let found = with_readers!(self, pool => {
            let mut query = sqlx::query_as::<_, (String, String, String, i64)>(AssertSqlSafe(sql));
            for name in &names {
                if let BindValue::Text(name) = name {
                    query = query.bind(name.clone());
                }
            }
            query.fetch_all(pool).await
        })?;
        let mut counts: HashMap<String, Vec<RunCount>> = HashMap::new();
        for (run, action, result, count) in found {
            let parsed =
                AuditAction::parse(&action).zip(EntryStatus::parse(&result)).zip(u64::try_from(count).ok());
            if let Some(((action, result), count)) = parsed {
                counts.entry(run).or_default().push(RunCount { action, result, count });
            }
        }
        Ok(counts)
    }
}
