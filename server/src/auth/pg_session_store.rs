//! The session store that several instances of the server share, in PostgreSQL.
//!
//! Each record is encrypted (AES-256-GCM). Its key and its lookup key are derived (HKDF-SHA-256, RFC 5869) from the
//! secret in the browser's cookie or URL, which the database does not contain: whoever reads it learns how many users
//! there are and nothing else, and whoever writes to it can end a session but not create one.

use std::{collections::HashMap, sync::Arc, time::Duration};

use audit::database::DatabaseError;
use graph::clock;
use ring::hkdf::{HKDF_SHA256, Salt};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{digest::SecretHash, rate_limits::SharedLimit, sealing::SealKey};

const SALT: &[u8] = b"Token Inventory: visitors";
/// Most records of one kind; far above what one organisation needs.
const MAX_RECORDS: i64 = 50_000;
/// How often the time of the last read is updated at most, so that not every request writes.
const SEEN_INTERVAL: Duration = Duration::from_secs(30);
/// How often a change is tried again that another instance came before.
const MAX_UPDATES: usize = 10;
/// Most user locks at once: each occupies a connection, and the pool has twice as many.
const MAX_USER_LOCKS: usize = 4;

/// The kinds of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// A session, by its ID.
    Session,
    /// The claims that a step-up requires, and the pending activation; by session ID.
    StepUp,
    /// The pending activation carried over from the previous session; by the new session's ID.
    CarriedOver,
    /// What the list of sessions shows of a session, by its ID; sealed with the key of the server.
    Listing,
    /// What a person has deleted, unassigned and exported without a fresh sign-in.
    SensitiveActions,
}

impl RecordKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::StepUp => "step-up",
            Self::CarriedOver => "brought",
            Self::Listing => "listing",
            Self::SensitiveActions => "sensitive",
        }
    }
}

/// The shared session store.
pub struct PgSessionStore {
    pool: PgPool,
    /// The tenant and the app: records of another one cannot be decrypted.
    owner: String,
    lock_permits: Arc<Semaphore>,
}

/// A lock on one user among all instances, released on drop.
pub struct UserLockGuard {
    _lock: Transaction<'static, Postgres>,
    _permit: OwnedSemaphorePermit,
}

impl PgSessionStore {
    /// For this tenant and app, in a database that has the tables.
    pub fn new(pool: PgPool, tenant_id: &str, client_id: &str) -> Self {
        let owner = format!("{tenant_id} {client_id}");
        Self { pool, owner, lock_permits: Arc::new(Semaphore::new(MAX_USER_LOCKS)) }
    }

    /// Stores or replaces a record. `false`: there are too many.
    ///
    /// # Errors
    /// When the database does not accept it.
    pub async fn put<T: Serialize>(
        &self,
        kind: RecordKind,
        id: &str,
        value: &T,
        ttl: Duration,
    ) -> Result<bool, DatabaseError> {
        let key = RecordKey::of(kind, id, &self.owner)?;
        let ciphertext = key.cipher.seal(&Timestamped::now(value)).ok_or_else(seal_error)?;
        self.put_sealed(kind, &key.lookup_key, &ciphertext, ttl).await
    }

    /// Changes a record, or makes one of the default, and returns what `change` returns: another instance's change is not
    /// lost. `None`: it was changed too often meanwhile, or there are too many records.
    ///
    /// # Errors
    /// When the database does not accept it.
    pub async fn update<T: Serialize + DeserializeOwned + Default, R>(
        &self,
        kind: RecordKind,
        id: &str,
        ttl: Duration,
        change: impl Fn(&mut T) -> R,
    ) -> Result<Option<R>, DatabaseError> {
        let key = RecordKey::of(kind, id, &self.owner)?;
        for _ in 0..MAX_UPDATES {
            let sql = "SELECT sealed FROM visitors WHERE place = $1 AND ends > now()";
            let before = sqlx::query_scalar::<_, Vec<u8>>(sql).bind(&key.lookup_key[..]);
            let before = before.fetch_optional(&self.pool).await?;
            let stored = before.clone().and_then(|ciphertext| key.cipher.open::<Timestamped<T>>(ciphertext));
            let mut value = stored.map(|stored| stored.value).unwrap_or_default();
            let changed = change(&mut value);
            let ciphertext = key.cipher.seal(&Timestamped::now(&value)).ok_or_else(seal_error)?;
            let is_written = match before {
                Some(before) => {
                    let sql =
                        "UPDATE visitors SET sealed = $2, seen = now() WHERE place = $1 AND sealed = $3";
                    let query = sqlx::query(sql).bind(&key.lookup_key[..]).bind(&ciphertext).bind(before);
                    query.execute(&self.pool).await?.rows_affected() > 0
                }
                None => self.insert(kind, &key.lookup_key, &ciphertext, ttl).await?,
            };
            if is_written {
                return Ok(Some(changed));
            }
        }
        Ok(None)
    }

    /// Stores a record where there is none. `false`: there is one, or there are too many.
    async fn insert(
        &self,
        kind: RecordKind,
        lookup_key: &[u8],
        ciphertext: &[u8],
        ttl: Duration,
    ) -> Result<bool, DatabaseError> {
        let sql = "INSERT INTO visitors (place, kind, sealed, ends) \
                   SELECT $1, $2, $3, now() + make_interval(secs => $4) \
                   WHERE (SELECT count(*) FROM visitors WHERE kind = $2) < $5 \
                   ON CONFLICT (place) DO NOTHING";
        let query = sqlx::query(sql).bind(lookup_key).bind(kind.as_str()).bind(ciphertext);
        let query = query.bind(ttl.as_secs_f64()).bind(MAX_RECORDS);
        Ok(query.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Stores or replaces a record that is sealed already, under its lookup key. `false`: there are too many.
    ///
    /// # Errors
    /// When the database does not accept it.
    pub async fn put_sealed(
        &self,
        kind: RecordKind,
        lookup_key: &[u8],
        ciphertext: &[u8],
        ttl: Duration,
    ) -> Result<bool, DatabaseError> {
        sqlx::query("DELETE FROM visitors WHERE ends <= now()").execute(&self.pool).await?;
        let sql = "INSERT INTO visitors (place, kind, sealed, ends) \
                   SELECT $1, $2, $3, now() + make_interval(secs => $4) \
                   WHERE (SELECT count(*) FROM visitors WHERE kind = $2) < $5 \
                   ON CONFLICT (place) DO UPDATE SET sealed = excluded.sealed, seen = now(), ends = excluded.ends";
        let written = sqlx::query(sql)
            .bind(lookup_key)
            .bind(kind.as_str())
            .bind(ciphertext)
            .bind(ttl.as_secs_f64())
            .bind(MAX_RECORDS)
            .execute(&self.pool)
            .await?;
        Ok(written.rows_affected() > 0)
    }

    /// Counts one use against a limit, for the generic cell rate algorithm: `ends` is the theoretical arrival time, so that
    /// a limit that is not used expires like every record. `Some`: refused, and after how many milliseconds not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_permit(&self, place: &[u8], limit: SharedLimit) -> Result<Option<u64>, DatabaseError> {
        let every = limit.every.as_secs_f64();
        let window = every * f64::from(limit.burst.get());
        let sql = "INSERT INTO visitors (place, kind, sealed, ends) \
                   VALUES ($1, 'limit', '', now() + make_interval(secs => $2)) \
                   ON CONFLICT (place) DO UPDATE \
                   SET ends = greatest(visitors.ends, now()) + make_interval(secs => $2) \
                   WHERE greatest(visitors.ends, now()) + make_interval(secs => $2) \
                         <= now() + make_interval(secs => $3)";
        let query = sqlx::query(sql).bind(place).bind(every).bind(window);
        if query.execute(&self.pool).await?.rows_affected() > 0 {
            return Ok(None);
        }
        let sql =
            "SELECT (extract(epoch FROM ends - now()) + $2 - $3)::float8 FROM visitors WHERE place = $1";
        let query = sqlx::query_scalar::<_, f64>(sql).bind(place).bind(every).bind(window);
        let wait_s = query.fetch_optional(&self.pool).await?.unwrap_or_default();
        Ok(Some(millis(wait_s)))
    }

    /// Where a record is stored.
    ///
    /// # Errors
    /// When the key cannot be derived.
    pub fn lookup_key(&self, kind: RecordKind, id: &str) -> Result<[u8; 32], DatabaseError> {
        Ok(RecordKey::of(kind, id, &self.owner)?.lookup_key)
    }

    /// All records of a kind that have not expired, sealed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sealed_records(&self, kind: RecordKind) -> Result<Vec<Vec<u8>>, DatabaseError> {
        let sql = "SELECT sealed FROM visitors WHERE kind = $1 AND ends > now()";
        let rows = sqlx::query_as::<_, (Vec<u8>,)>(sql).bind(kind.as_str()).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(sealed,)| sealed).collect())
    }

    /// Of all records of a kind that have not expired: where they are stored, and for how many seconds they were not
    /// read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn idle_times(&self, kind: RecordKind) -> Result<HashMap<Vec<u8>, u64>, DatabaseError> {
        let sql = "SELECT place, greatest(0, extract(epoch FROM now() - seen))::bigint FROM visitors \
                   WHERE kind = $1 AND ends > now()";
        let rows = sqlx::query_as::<_, (Vec<u8>, i64)>(sql).bind(kind.as_str()).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(place, idle)| (place, u64::try_from(idle).unwrap_or(0))).collect())
    }

    /// Removes the records that are stored at these places.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove_at(&self, places: &[Vec<u8>]) -> Result<(), DatabaseError> {
        let sql = "DELETE FROM visitors WHERE place = ANY($1)";
        sqlx::query(sql).bind(places).execute(&self.pool).await?;
        Ok(())
    }

    /// Reads a record, unless it has expired or was not read for `idle`; with `keeps_alive` this counts as a read. The time of
    /// the last read is sealed with the record: whoever writes to the database cannot move it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find<T: Serialize + DeserializeOwned>(
        &self,
        kind: RecordKind,
        id: &str,
        idle: Duration,
        keeps_alive: bool,
    ) -> Result<Option<T>, DatabaseError> {
        let key = RecordKey::of(kind, id, &self.owner)?;
        let sql = "SELECT sealed FROM visitors WHERE place = $1 AND ends > now()";
        let found = sqlx::query_scalar::<_, Vec<u8>>(sql).bind(&key.lookup_key[..]);
        let Some(ciphertext) = found.fetch_optional(&self.pool).await? else { return Ok(None) };
        let Some(stored) = key.cipher.open::<Timestamped<T>>(ciphertext.clone()) else { return Ok(None) };
        let unread = stored.unread(clock::now_ms());
        if unread >= idle {
            return Ok(None);
        }
        if keeps_alive && unread >= SEEN_INTERVAL.min(idle / 10) {
            let sealed = key.cipher.seal(&Timestamped::now(&stored.value)).ok_or_else(seal_error)?;
            // Another instance may have renewed or ended it meanwhile.
            let sql = "UPDATE visitors SET sealed = $2, seen = now() WHERE place = $1 AND sealed = $3";
            let query = sqlx::query(sql).bind(&key.lookup_key[..]).bind(sealed).bind(ciphertext);
            query.execute(&self.pool).await?;
        }
        Ok(Some(stored.value))
    }

    /// Removes and returns a record that has not expired. Of several instances only the first gets it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take<T: DeserializeOwned>(
        &self,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<T>, DatabaseError> {
        let key = RecordKey::of(kind, id, &self.owner)?;
        let sql = "DELETE FROM visitors WHERE place = $1 RETURNING sealed, ends > now()";
        let taken = sqlx::query_as::<_, (Vec<u8>, bool)>(sql).bind(&key.lookup_key[..]);
        let taken = taken.fetch_optional(&self.pool).await?;
        Ok(taken
            .filter(|(_, is_in_time)| *is_in_time)
            .and_then(|(ciphertext, _)| key.cipher.open::<Timestamped<T>>(ciphertext))
            .map(|stored| stored.value))
    }

    /// Waits for the lock of this user, which all instances share.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock_user(&self, person: &str) -> Result<UserLockGuard, DatabaseError> {
        let permit = Arc::clone(&self.lock_permits).acquire_owned().await.map_err(|_| seal_error())?;
        let mut lock = self.pool.begin().await?;
        let lock_id = SecretHash::of(&format!("{} {person}", self.owner)).lock_id();
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(lock_id).execute(&mut *lock).await?;
        Ok(UserLockGuard { _lock: lock, _permit: permit })
    }
}

/// A value, and when it was last read, in milliseconds since 1970.
#[derive(Serialize, Deserialize)]
struct Timestamped<T> {
    seen_ms: u64,
    value: T,
}

impl<T> Timestamped<T> {
    fn now(value: T) -> Self {
        Self { seen_ms: clock::now_ms(), value }
    }

    fn unread(&self, now_ms: u64) -> Duration {
        Duration::from_millis(now_ms.saturating_sub(self.seen_ms))
    }
}

/// The keys of one record.
struct RecordKey {
    lookup_key: [u8; 32],
    cipher: SealKey,
}

impl RecordKey {
    fn of(kind: RecordKind, id: &str, owner: &str) -> Result<Self, DatabaseError> {
        let secret = Salt::new(HKDF_SHA256, SALT).extract(id.as_bytes());
        let hkdf_info = |value: &'static str| [kind.as_str(), value, owner].map(str::as_bytes);
        let mut lookup_key = [0; 32];
        let info = hkdf_info("place");
        secret
            .expand(&info, HKDF_SHA256)
            .and_then(|made| made.fill(&mut lookup_key))
            .map_err(|_| seal_error())?;
        let info = hkdf_info("seal");
        let cipher = SealKey::derive(&secret, &info).ok_or_else(seal_error)?;
        Ok(Self { lookup_key, cipher })
    }
}

/// Seconds as milliseconds, one at least.
fn millis(seconds: f64) -> u64 {
    u64::try_from(Duration::try_from_secs_f64(seconds).unwrap_or_default().as_millis())
        .unwrap_or(u64::MAX)
        .max(1)
}

fn seal_error() -> DatabaseError {
    DatabaseError("what is shared about visitors cannot be sealed.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_a_record_was_not_read_is_known_from_its_seal() {
        let stored = Timestamped { seen_ms: 5_000, value: () };
        assert_eq!(stored.unread(65_000), Duration::from_mins(1));
        assert_eq!(stored.unread(4_000), Duration::ZERO, "the clock of another instance is ahead");
    }
}
