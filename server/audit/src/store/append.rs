//! Appends entries: many in one transaction, numbered and chained in a total order.

use std::collections::{BTreeMap, HashSet};

use sqlx::AssertSqlSafe;
use token_core::audit::ChainHead;

use super::Store;
use crate::{
    chain::{self, GENESIS_HASH, Hash},
    database::{Database, DatabaseError},
    row::{COLUMNS, ColumnValue, Row},
};

/// The advisory lock under which instances append to PostgreSQL one after the other: "audit" in bytes.
const APPEND_LOCK: i64 = 0x61_75_64_69_74;
/// Rows in one statement: SQLite takes 32,766 values.
const CHUNK: usize = 500;

/// Each row as stored, in the order given; `None` for an outcome whose intent has one already.
pub type Appended = Vec<Option<Row>>;

/// The end of the chain.
#[derive(Debug, Clone, Copy)]
pub struct ChainEnd {
    /// Number of the newest entry; 0 before the first.
    pub number: i64,
    /// Its hash.
    pub hash: Hash,
}

impl ChainEnd {
    fn of(found: Option<(i64, Vec<u8>)>) -> Result<Self, DatabaseError> {
        let Some((number, hash)) = found else { return Ok(Self { number: 0, hash: GENESIS_HASH }) };
        let hash =
            Hash::try_from(hash).map_err(|_| DatabaseError("its newest entry has no hash.".to_owned()))?;
        Ok(Self { number, hash })
    }

    /// The head that this end stands for.
    pub fn head(&self) -> ChainHead {
        ChainHead { number: u64::try_from(self.number).unwrap_or_default(), hash: chain::hex(&self.hash) }
    }
}

const SELECT_NEWEST: &str = "SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1";

/// The same steps within a transaction of either database.
macro_rules! append_in_transaction {
    ($tx:ident, $rows:ident, $is_sqlite:expr) => {{
        let end = ChainEnd::of(sqlx::query_as(SELECT_NEWEST).fetch_optional(&mut *$tx).await?)?;
        let open = match select_open(&$rows) {
            None => HashSet::new(),
            Some(sql) => {
                let open: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *$tx).await?;
                open.into_iter().collect()
            }
        };
        let appended = chain_rows($rows, end, open);
        let rows: Vec<&Row> = appended.iter().flatten().collect();
        for chunk in rows.chunks(CHUNK) {
            let mut query =
                sqlx::query(AssertSqlSafe(insert_statement(chunk.len(), $is_sqlite))).persistent(false);
            for row in chunk {
                for value in row.values() {
                    query = match value {
                        ColumnValue::Number(number) => query.bind(number),
                        ColumnValue::Text(text) => query.bind(text),
                    };
                }
                query = query.bind(row.hash.as_slice());
            }
            query.execute(&mut *$tx).await?;
        }
        for sql in update_statements(&rows, $is_sqlite) {
            sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&mut *$tx).await?;
        }
        for (run, (first, last)) in run_bounds(&rows) {
            sqlx::query(UPSERT_RUN).bind(run).bind(first).bind(last).execute(&mut *$tx).await?;
        }
        appended
    }};
}

const UPSERT_RUN: &str = "INSERT INTO runs (run_id, first_number, last_number) VALUES ($1, $2, $3) \
                   ON CONFLICT (run_id) DO UPDATE SET last_number = excluded.last_number";

impl Store {
    /// Appends all rows, or none.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn append(&self, rows: Vec<Row>) -> Result<Appended, DatabaseError> {
        match &self.database {
            Database::Sqlite { writer, .. } => {
                let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
                let appended = append_in_transaction!(tx, rows, true);
                tx.commit().await?;
                Ok(appended)
            }
            Database::Postgres { pool } => {
                let mut tx = pool.begin().await?;
                sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(APPEND_LOCK).execute(&mut *tx).await?;
                let appended = append_in_transaction!(tx, rows, false);
                tx.commit().await?;
                Ok(appended)
            }
        }
    }

    /// The end of the chain.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn chain_end(&self) -> Result<ChainEnd, DatabaseError> {
        ChainEnd::of(
            super::with_readers!(self, pool => sqlx::query_as(SELECT_NEWEST).fetch_optional(pool).await)?,
        )
    }
}

/// A query for the intents of these outcomes that are still open; `None` without outcomes.
fn select_open(rows: &[Row]) -> Option<String> {
    let intents: Vec<String> =
        rows.iter().filter(|row| row.intent > 0).map(|row| row.intent.to_string()).collect();
    (!intents.is_empty())
        .then(|| format!("SELECT number FROM open_intents WHERE number IN ({})", intents.join(", ")))
}

/// Numbers and hashes the rows. Of an intent's outcomes only the first is kept.
fn chain_rows(rows: Vec<Row>, end: ChainEnd, mut open: HashSet<i64>) -> Appended {
    let ChainEnd { mut number, mut hash } = end;
    rows.into_iter()
        .map(|mut row| {
            if row.intent > 0 && !open.remove(&row.intent) {
                return None;
            }
            number += 1;
            row.number = number;
            hash = chain::hash(&hash, &row);
            row.hash = hash.to_vec();
            Some(row)
        })
        .collect()
}

fn insert_statement(rows: usize, is_sqlite: bool) -> String {
    let width = COLUMNS.len() + 1;
    // SQLite looks each numbered parameter up in the list of all: with thousands, that takes longer than inserting the rows.
    let place = |at: usize| if is_sqlite { "?".to_owned() } else { format!("${at}") };
    let places = |row: usize| {
        let places: Vec<String> = (1..=width).map(|at| place(row * width + at)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(places).collect();
    format!("INSERT INTO entries ({}, hash) VALUES {}", COLUMNS.join(", "), rows.join(", "))
}

/// Statements that update the other tables for the new rows.
fn update_statements(rows: &[&Row], is_sqlite: bool) -> Vec<String> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Vec::new() };
    let range = format!("number BETWEEN {} AND {}", first.number, last.number);
    let mut statements = Vec::new();
    if rows.iter().any(|row| row.is_intent()) {
        statements.push(format!(
            "INSERT INTO open_intents (number) SELECT number FROM entries WHERE {range} AND result = 'open'"
        ));
    }
    let closed: Vec<String> =
        rows.iter().filter(|row| row.intent > 0).map(|row| row.intent.to_string()).collect();
    if !closed.is_empty() {
        statements.push(format!("DELETE FROM open_intents WHERE number IN ({})", closed.join(", ")));
    }
    if is_sqlite && rows.iter().any(|row| !row.is_intent()) {
        statements.push(format!(
            "INSERT INTO search (rowid, {SEARCH_COLUMNS}) SELECT number, {SEARCH_COLUMNS} FROM shown WHERE {range}"
        ));
    }
    statements
}

/// The columns of the full text.
pub const SEARCH_COLUMNS: &str = "actor_name, actor_upn, address, before_state, after_state, reason, request_id, token_serial, \
                            token_id, person_upn, person_name, person_id";

/// First and last row of each run.
fn run_bounds<'a>(rows: &[&'a Row]) -> BTreeMap<&'a str, (i64, i64)> {
    let mut runs = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.run_id.is_empty()) {
        runs.entry(row.run_id.as_str()).or_insert((row.number, row.number)).1 = row.number;
    }
    runs
}
