//! Lists the rows that match a filter, newest first, by the indexes.
//!
//! The most selective condition of the filter is answered from its index; the other conditions are applied to the rows
//! found there. When that condition may match several columns, there is one query a column.

use std::collections::BTreeMap;

use token_core::audit::{AuditFilter, MAX_LINES};

use super::{BindValue, Store, tenant_condition, with_readers};
use crate::{
    database::{Database, DatabaseError},
    row::{COLUMNS, Row},
    tenant_scope::TenantScope,
};

/// A filter as SQL, to be run page after page.
#[derive(Debug, Clone)]
pub struct PreparedFilter {
    /// One query for each column that the leading condition may match.
    queries: Vec<SqlQuery>,
    is_sqlite: bool,
}

/// The time range of a filter, in milliseconds since 1970: at or after `from`, and before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl TimeRange {
    /// The range of a filter.
    pub fn of(filter: &AuditFilter) -> Self {
        let ms = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
        Self { from: filter.from_ms.map_or(0, ms), to: filter.to_ms.map_or(i64::MAX, ms) }
    }

    fn is_unbounded(self) -> bool {
        self == Self::of(&AuditFilter::default())
    }
}

#[derive(Debug, Clone, Default)]
struct SqlQuery {
    from: String,
    conditions: Vec<String>,
    binds: Vec<BindValue>,
}

/// The condition of the filter that is answered from its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeadingIndex {
    Token,
    Person,
    Run,
    Text,
    Actor,
    Action,
    Result,
    None,
}

/// Greatest clock skew between instances, or error of one clock: six hours.
const SKEW_MS: i64 = 6 * 3_600_000;
const TOKEN: [&str; 2] = ["token_serial", "token_id"];
const PERSON: [&str; 3] = ["person_upn", "person_name", "person_id"];
const ACTOR: [&str; 3] = ["actor_upn", "actor_name", "actor_id"];

impl SqlQuery {
    fn bind(&mut self, bind: BindValue) -> String {
        self.binds.push(bind);
        format!("${}", self.binds.len())
    }

    fn text(&mut self, text: &str) -> String {
        self.bind(BindValue::Text(text.to_owned()))
    }
}

fn leading_index(filter: &AuditFilter) -> LeadingIndex {
    let parts = [
        (filter.token.is_some(), LeadingIndex::Token),
        (filter.person.is_some(), LeadingIndex::Person),
        (filter.run.is_some(), LeadingIndex::Run),
        (filter.text.is_some(), LeadingIndex::Text),
        (filter.actor.is_some(), LeadingIndex::Actor),
        (filter.action.is_some(), LeadingIndex::Action),
        (filter.result.is_some(), LeadingIndex::Result),
    ];
    parts
        .into_iter()
        .find_map(|(is_set, leading_index)| is_set.then_some(leading_index))
        .unwrap_or(LeadingIndex::None)
}

impl Store {
    /// Translates a filter into SQL, for the entries of these tenants.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn prepare(
        &self,
        filter: &AuditFilter,
        scope: &TenantScope,
    ) -> Result<PreparedFilter, DatabaseError> {
        let is_sqlite = matches!(self.database, Database::Sqlite { .. });
        let leading_index = leading_index(filter);
        let columns: &[&str] = match leading_index {
            LeadingIndex::Token => &TOKEN,
            LeadingIndex::Person => &PERSON,
            LeadingIndex::Actor => &ACTOR,
            _ => &[""],
        };
        let bounds = self.bounds(TimeRange::of(filter)).await?;
        let queries = columns
            .iter()
            .filter_map(|column| {
                SqlQueryBuilder { filter, scope, leading_index, is_sqlite, query: SqlQuery::default() }
                    .build(column, bounds)
            })
            .collect();
        Ok(PreparedFilter { queries, is_sqlite })
    }

    /// The lowest and the highest number within a time range. Numbers are in the order of time up to the clock skew, so the
    /// rows within `SKEW_MS` of the range's first and last entry suffice.
    async fn bounds(&self, times: TimeRange) -> Result<Option<(i64, i64)>, DatabaseError> {
        if times.is_unbounded() {
            return Ok(None);
        }
        let TimeRange { from, to } = times;
        // Each subquery alone is one step into the index; min and max in one query would be a scan.
        let edges = "SELECT \
            coalesce((SELECT min(at_ms) FROM entries WHERE result <> 'open' AND at_ms >= $1 AND at_ms < $2), -1), \
            coalesce((SELECT max(at_ms) FROM entries WHERE result <> 'open' AND at_ms >= $1 AND at_ms < $2), -1)";
        let (first, last): (i64, i64) = self.pair(edges, from, to).await?;
        if first < 0 {
            return Ok(Some((1, 0)));
        }
        let numbers = "SELECT coalesce(min(number), 1), coalesce(max(number), 0) FROM entries \
                       WHERE result <> 'open' AND at_ms >= $1 AND at_ms <= $2";
        let (lowest, _) = self.pair(numbers, first, last.min(first.saturating_add(SKEW_MS))).await?;
        let (_, highest) = self.pair(numbers, first.max(last.saturating_sub(SKEW_MS)), last).await?;
        Ok(Some((lowest, highest)))
    }

    async fn pair(&self, sql: &'static str, from: i64, to: i64) -> Result<(i64, i64), DatabaseError> {
        Ok(with_readers!(self, pool => sqlx::query_as(sql).bind(from).bind(to).fetch_one(pool).await)?)
    }

    /// At most `limit` matching rows with numbers between `after` and `before`, both exclusive; newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(
        &self,
        prepared: &PreparedFilter,
        after: i64,
        before: i64,
        limit: u32,
    ) -> Result<Vec<Row>, DatabaseError> {
        let mut found = BTreeMap::new();
        for query in &prepared.queries {
            let (sql, binds) = prepared.page(query, after, before, limit);
            found.extend(self.rows(sql, &binds).await?.into_iter().map(|row| (row.number, row)));
        }
        Ok(found.into_values().rev().take(limit as usize).collect())
    }

    /// The rows of these tenants in this time range outside of runs, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list_outside_runs(
        &self,
        scope: &TenantScope,
        times: TimeRange,
        after: i64,
        before: i64,
    ) -> Result<Vec<Row>, DatabaseError> {
        let (low, high) = self.bounds(times).await?.unwrap_or((0, i64::MAX));
        let (after, before) = (after.max(low.saturating_sub(1)), before.min(high.saturating_add(1)));
        let hint = if matches!(self.database, Database::Sqlite { .. }) {
            "INDEXED BY entries_outside_runs"
        } else {
            ""
        };
        let (of_tenant, tenants) = tenant_condition(scope, "tenant", 5);
        let sql = format!(
            "SELECT {}, hash FROM entries {hint} WHERE result <> 'open' AND run_id = '' AND number > $1 AND number < $2 \
             AND at_ms >= $3 AND at_ms < $4 {of_tenant} ORDER BY number DESC LIMIT {MAX_LINES}",
            COLUMNS.join(", ")
        );
        let numbers = [after, before, times.from, times.to].map(BindValue::Number);
        self.rows(sql, &[&numbers[..], &tenants].concat()).await
    }
}

impl PreparedFilter {
    fn page(&self, query: &SqlQuery, after: i64, before: i64, limit: u32) -> (String, Vec<BindValue>) {
        let mut query = query.clone();
        let number = if query.from.contains("search") { "s.rowid" } else { "e.number" };
        let (low, high) = (query.bind(BindValue::Number(after)), query.bind(BindValue::Number(before)));
        query.conditions.push(format!("{number} > {low} AND {number} < {high}"));
        let columns: Vec<String> = COLUMNS.iter().map(|column| format!("e.{column}")).collect();
        let sql = format!(
            "SELECT {}, e.hash FROM {} WHERE {} ORDER BY {number} DESC LIMIT {limit}",
            columns.join(", "),
            query.from,
            query.conditions.join(" AND ")
        );
        debug_assert!(self.is_sqlite || number == "e.number", "PostgreSQL has no search table");
        (sql, query.binds)
    }
}

/// Builds one query.
struct SqlQueryBuilder<'a> {
    filter: &'a AuditFilter,
    scope: &'a TenantScope,
    leading_index: LeadingIndex,
    is_sqlite: bool,
    query: SqlQuery,
}

impl SqlQueryBuilder<'_> {
    /// The query whose leading condition is on `column`; `None` when no row can match.
    fn build(mut self, column: &str, bounds: Option<(i64, i64)>) -> Option<SqlQuery> {
        self.query.from = "entries e".to_owned();
        self.query.conditions.push("e.result <> 'open'".to_owned());
        let filter = self.filter;
        for (wanted, columns, leading_index) in [
            (&filter.token, &TOKEN[..], LeadingIndex::Token),
            (&filter.person, &PERSON[..], LeadingIndex::Person),
            (&filter.actor, &ACTOR[..], LeadingIndex::Actor),
        ] {
            match wanted {
                Some(wanted) if self.leading_index == leading_index => self.require_indexed(column, wanted),
                Some(wanted) => self.require_any(columns, wanted),
                None => {}
            }
        }
        self.require_equal("run_id", filter.run.as_ref().map(|run| run.as_str()), LeadingIndex::Run);
        if filter.run.is_some() {
            self.query.conditions.push("e.run_id <> ''".to_owned());
        }
        self.require_equal("action", filter.action.map(|action| action.as_str()), LeadingIndex::Action);
        self.require_equal("result", filter.result.map(|result| result.as_str()), LeadingIndex::Result);
        if let Some(text) = &filter.text {
            self.require_words(text)?;
        }
        self.require_times(bounds);
        self.require_tenant();
        Some(self.query)
    }

    fn require_tenant(&mut self) {
        let (condition, binds) = tenant_condition(self.scope, "e.tenant", self.query.binds.len() + 1);
        let condition = condition.trim_start_matches("AND ");
        if !condition.is_empty() {
            self.query.conditions.push(condition.to_owned());
            self.query.binds.extend(binds);
        }
    }

    fn equals_ignoring_case(&mut self, column: &str, wanted: &str) -> String {
        let place = self.query.text(wanted);
        if self.is_sqlite {
            format!("e.{column} = {place} COLLATE NOCASE")
        } else {
            format!("lower(e.{column}) = lower({place})")
        }
    }

    fn require_indexed(&mut self, column: &str, wanted: &str) {
        let like = self.equals_ignoring_case(column, wanted);
        self.query.conditions.push(format!("{like} AND e.{column} <> ''"));
    }

    fn require_any(&mut self, columns: &[&str], wanted: &str) {
        let like: Vec<String> =
            columns.iter().map(|column| self.equals_ignoring_case(column, wanted)).collect();
        // A plus keeps SQLite from using an index for this condition.
        let like = if self.is_sqlite { like.join(" OR ").replace("e.", "+e.") } else { like.join(" OR ") };
        self.query.conditions.push(format!("({like})"));
    }

    fn require_equal(&mut self, column: &str, wanted: Option<&str>, leading_index: LeadingIndex) {
        let Some(wanted) = wanted else { return };
        let plus = if self.is_sqlite && self.leading_index != leading_index { "+" } else { "" };
        let place = self.query.text(wanted);
        self.query.conditions.push(format!("{plus}e.{column} = {place}"));
    }

    fn require_words(&mut self, text: &str) -> Option<()> {
        let words: Vec<&str> = AuditFilter::words(text).collect();
        if words.is_empty() {
            return None;
        }
        if !self.is_sqlite {
            let all: Vec<String> = words.iter().map(|word| format!("{word}:*")).collect();
            let place = self.query.text(&all.join(" & "));
            self.query.conditions.push(format!("e.words @@ to_tsquery('simple', {place})"));
            return Some(());
        }
        let all: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
        let place = self.query.text(&all.join(" "));
        if self.leading_index == LeadingIndex::Text {
            self.query.from = "search s CROSS JOIN entries e ON e.number = s.rowid".to_owned();
            self.query.conditions.push(format!("s.search MATCH {place}"));
        } else {
            let found = format!("e.number IN (SELECT rowid FROM search WHERE search MATCH {place})");
            self.query.conditions.push(found);
        }
        Some(())
    }

    fn require_times(&mut self, bounds: Option<(i64, i64)>) {
        let Some((low, high)) = bounds else { return };
        let (low, high) = (self.query.bind(BindValue::Number(low)), self.query.bind(BindValue::Number(high)));
        self.query.conditions.push(format!("e.number BETWEEN {low} AND {high}"));
        let at = if self.is_sqlite { "+e.at_ms" } else { "e.at_ms" };
        let times = [(self.filter.from_ms, ">="), (self.filter.to_ms, "<")];
        for (ms, sign) in times {
            if let Some(ms) = ms {
                let place = self.query.bind(BindValue::Number(i64::try_from(ms).unwrap_or(i64::MAX)));
                self.query.conditions.push(format!("{at} {sign} {place}"));
            }
        }
    }
}
