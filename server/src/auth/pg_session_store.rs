//! The session store that several instances of the server share, in PostgreSQL.
//!
//! Each record is encrypted (AES-256-GCM). Its key and its lookup key are derived (HKDF-SHA-256, RFC 5869) from the
//! secret in the browser's cookie or URL, which the database does not contain: whoever reads it learns how many users
//! there are and nothing else, and whoever writes to it can end a session but not create one.

use std::{sync::Arc, time::Duration};

use audit::database::DatabaseError;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
    rand::{SecureRandom as _, SystemRandom},
};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::digest::SecretHash;

const SALT: &[u8] = b"Token Inventory: visitors";
/// Most records of one kind; far above what one organisation needs.
const MAX_RECORDS: i64 = 50_000;
/// How often `seen` is updated at most, so that not every request writes.
const SEEN_INTERVAL: Duration = Duration::from_secs(30);
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
    /// A pending sign-in, by its state.
    SignIn,
    /// Why the last sign-in of a browser failed; by the value of its sign-in cookie.
    Problem,
}

impl RecordKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::StepUp => "step-up",
            Self::CarriedOver => "brought",
            Self::SignIn => "sign-in",
            Self::Problem => "problem",
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
        sqlx::query("DELETE FROM visitors WHERE ends <= now()").execute(&self.pool).await?;
        let key = RecordKey::of(kind, id, &self.owner)?;
        let sql = "INSERT INTO visitors (place, kind, sealed, ends) \
                   SELECT $1, $2, $3, now() + make_interval(secs => $4) \
                   WHERE (SELECT count(*) FROM visitors WHERE kind = $2) < $5 \
                   ON CONFLICT (place) DO UPDATE SET sealed = excluded.sealed, seen = now(), ends = excluded.ends";
        let written = sqlx::query(sql)
            .bind(&key.lookup_key[..])
            .bind(kind.as_str())
            .bind(key.encrypt(value)?)
            .bind(ttl.as_secs_f64())
            .bind(MAX_RECORDS)
            .execute(&self.pool)
            .await?;
        Ok(written.rows_affected() > 0)
    }

    /// Reads a record, unless it has expired or was not read for `idle`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find<T: DeserializeOwned>(
        &self,
        kind: RecordKind,
        id: &str,
        idle: Duration,
    ) -> Result<Option<T>, DatabaseError> {
        let key = RecordKey::of(kind, id, &self.owner)?;
        let sql = "SELECT sealed, seen < now() - make_interval(secs => $3) FROM visitors \
                   WHERE place = $1 AND ends > now() AND seen > now() - make_interval(secs => $2)";
        let found = sqlx::query_as::<_, (Vec<u8>, bool)>(sql)
            .bind(&key.lookup_key[..])
            .bind(idle.as_secs_f64())
            .bind(SEEN_INTERVAL.min(idle / 10).as_secs_f64())
            .fetch_optional(&self.pool)
            .await?;
        let Some((ciphertext, is_due)) = found else { return Ok(None) };
        if is_due {
            let sql = "UPDATE visitors SET seen = now() WHERE place = $1";
            sqlx::query(sql).bind(&key.lookup_key[..]).execute(&self.pool).await?;
        }
        Ok(key.decrypt(ciphertext))
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
        Ok(taken.filter(|(_, is_in_time)| *is_in_time).and_then(|(ciphertext, _)| key.decrypt(ciphertext)))
    }

    /// Removes a record.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove(&self, kind: RecordKind, id: &str) -> Result<(), DatabaseError> {
        let key = RecordKey::of(kind, id, &self.owner)?;
        let sql = "DELETE FROM visitors WHERE place = $1";
        sqlx::query(sql).bind(&key.lookup_key[..]).execute(&self.pool).await?;
        Ok(())
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

/// The keys of one record.
struct RecordKey {
    lookup_key: [u8; 32],
    cipher: LessSafeKey,
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
        let cipher = secret.expand(&info, &AES_256_GCM).map_err(|_| seal_error())?;
        Ok(Self { lookup_key, cipher: LessSafeKey::new(UnboundKey::from(cipher)) })
    }

    fn encrypt<T: Serialize>(&self, value: &T) -> Result<Vec<u8>, DatabaseError> {
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| seal_error())?);
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| seal_error())?;
        // Allocates the full size at once: a vector that grows would leave plaintext in freed memory.
        let mut ciphertext = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
        ciphertext.extend_from_slice(&plain);
        let unique = Nonce::assume_unique_for_key(nonce);
        self.cipher
            .seal_in_place_append_tag(unique, Aad::empty(), &mut ciphertext)
            .map_err(|_| seal_error())?;
        Ok([&nonce[..], &ciphertext].concat())
    }

    /// `None`: the ciphertext was tampered with, or written by another version of the program.
    fn decrypt<T: DeserializeOwned>(&self, ciphertext: Vec<u8>) -> Option<T> {
        let mut ciphertext = Zeroizing::new(ciphertext);
        let (nonce, ciphertext) = ciphertext.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.cipher.open_in_place(nonce, Aad::empty(), ciphertext).ok()?;
        serde_json::from_slice(plain).ok()
    }
}

fn seal_error() -> DatabaseError {
    DatabaseError("what is shared about visitors cannot be sealed.".to_owned())
}
