//! The latest trial of a tenant in the database, which all instances of the server and the commands share.

use std::time::Duration;

use audit::database::{Database, DatabaseError};
use graph::clock;
use serde::{Deserialize, Serialize};
use token_core::{error::ServiceError, trial::TrialState};

use super::made::MadeTokens;

/// A trial that was not heard of for so long has ended without removing what it made. Longer than any step takes.
const ALIVE: Duration = Duration::from_secs(3 * 60);

/// A trial as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredTrial {
    /// Its tokens.
    pub made: MadeTokens,
    /// What it has found.
    pub state: TrialState,
}

/// What stands in the way of another trial.
#[derive(Debug)]
pub(super) enum OpenTrial {
    /// Nothing.
    None,
    /// One is under way.
    UnderWay,
    /// One ended without removing what it made. Its id is now the caller's to save under.
    Abandoned(String, Box<StoredTrial>),
}

/// The trials of one tenant.
pub(super) struct TrialStore {
    database: Database,
    tenant: String,
}

/// Runs the same expression on the writing pool of either database.
macro_rules! with_writer {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.database {
            Database::Sqlite { writer: $pool, .. } => $body,
            Database::Postgres { pool: $pool } => $body,
        }
    };
}

const BEGIN: &str = "INSERT INTO trials (tenant, id, state, seen_ms, is_open, is_stop) VALUES ($1, $2, $3, $4, 1, 0) \
     ON CONFLICT (tenant) DO UPDATE SET id = excluded.id, state = excluded.state, seen_ms = excluded.seen_ms, \
     is_open = 1, is_stop = 0 WHERE trials.is_open = 0";
const SAVE: &str = "UPDATE trials SET state = $1, seen_ms = $2, is_open = $3 WHERE tenant = $4 AND id = $5 RETURNING is_stop";
const READ: &str = "SELECT state FROM trials WHERE tenant = $1";
const READ_OPEN: &str = "SELECT id, state, seen_ms FROM trials WHERE tenant = $1 AND is_open = 1";
/// Under another id, so that the program that began it, if it still runs, notices.
const CLAIM: &str = "UPDATE trials SET seen_ms = $1, id = $2 WHERE tenant = $3 AND id = $4 AND is_open = 1";
const REQUEST_STOP: &str = "UPDATE trials SET is_stop = 1 WHERE tenant = $1";

impl TrialStore {
    /// The trials of this tenant.
    pub fn new(database: Database, tenant: String) -> Self {
        Self { database, tenant }
    }

    /// Stores a trial that begins; `false` when another one is open.
    pub async fn begin(&self, id: &str, stored: &StoredTrial) -> Result<bool, ServiceError> {
        let (state, now) = (json(stored)?, now());
        let done = with_writer!(self, pool => {
            sqlx::query(BEGIN).bind(&self.tenant).bind(id).bind(state).bind(now).execute(pool).await
                .map(|done| done.rows_affected())
        });
        Ok(done.map_err(DatabaseError::from)? == 1)
    }

    /// Stores what has changed; an `open` trial has not removed everything yet. Returns whether it shall stop.
    pub async fn save(&self, id: &str, stored: &StoredTrial, open: bool) -> Result<bool, ServiceError> {
        let (state, now) = (json(stored)?, now());
        let stop: Result<Option<i64>, _> = with_writer!(self, pool => {
            sqlx::query_scalar(SAVE).bind(state).bind(now).bind(i64::from(open)).bind(&self.tenant).bind(id)
                .fetch_optional(pool).await
        });
        // Without its row another program has taken the trial for abandoned.
        Ok(stop.map_err(DatabaseError::from)? != Some(0))
    }

    /// The latest trial.
    pub async fn read(&self) -> Result<Option<StoredTrial>, ServiceError> {
        let found: Result<Option<String>, _> = with_writer!(self, pool => {
            sqlx::query_scalar(READ).bind(&self.tenant).fetch_optional(pool).await
        });
        // One of another version of the program is not shown.
        Ok(found.map_err(DatabaseError::from)?.and_then(|state| serde_json::from_str(&state).ok()))
    }

    /// Asks the trial to stop.
    pub async fn request_stop(&self) -> Result<(), ServiceError> {
        let done = with_writer!(self, pool => {
            sqlx::query(REQUEST_STOP).bind(&self.tenant).execute(pool).await.map(|_| ())
        });
        Ok(done.map_err(DatabaseError::from)?)
    }

    /// The open trial. One that is abandoned belongs to the caller now, and to nobody else.
    pub async fn open(&self) -> Result<OpenTrial, ServiceError> {
        let found: Result<Option<(String, String, i64)>, _> = with_writer!(self, pool => {
            sqlx::query_as(READ_OPEN).bind(&self.tenant).fetch_optional(pool).await
        });
        let Some((id, state, seen_ms)) = found.map_err(DatabaseError::from)? else {
            return Ok(OpenTrial::None);
        };
        let age = u64::try_from(now().saturating_sub(seen_ms)).unwrap_or_default();
        if u128::from(age) < ALIVE.as_millis() {
            return Ok(OpenTrial::UnderWay);
        }
        let own_id = uuid::Uuid::new_v4().to_string();
        let claimed = with_writer!(self, pool => {
            sqlx::query(CLAIM).bind(now()).bind(&own_id).bind(&self.tenant).bind(&id).execute(pool).await
                .map(|done| done.rows_affected())
        });
        match claimed.map_err(DatabaseError::from)? {
            0 => Ok(OpenTrial::UnderWay),
            _ => Ok(OpenTrial::Abandoned(own_id, Box::new(abandoned(&state)?))),
        }
    }
}

/// The tokens matter: what an earlier version of the program has found may be unreadable.
fn abandoned(text: &str) -> Result<StoredTrial, ServiceError> {
    #[derive(Deserialize)]
    struct Made {
        made: MadeTokens,
    }
    if let Ok(stored) = serde_json::from_str(text) {
        return Ok(stored);
    }
    let unreadable = |_| ServiceError::Internal { reference: "a stored trial".to_owned() };
    let Made { made } = serde_json::from_str(text).map_err(unreadable)?;
    Ok(StoredTrial { made, state: TrialState::new(clock::now_ms(), false) })
}

fn json(stored: &StoredTrial) -> Result<String, ServiceError> {
    serde_json::to_string(stored)
        .map_err(|_| ServiceError::Internal { reference: "a trial to store".to_owned() })
}

fn now() -> i64 {
    i64::try_from(clock::now_ms()).unwrap_or(i64::MAX)
}
