//! What several instances of the server share about visitors, in PostgreSQL.
//!
//! Everything lies there sealed (AES-256-GCM) under a key made from the name that the visitor's browser holds, at a place
//! made from the same name (HKDF-SHA-256, RFC 5869). The database knows neither: whoever reads it learns how many visitors there
//! are and nothing else, and whoever writes to it can end a session but not make one.

use std::{sync::Arc, time::Duration};

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
use crate::audit::StoreError;

const SALT: &[u8] = b"Token Inventory: visitors";
/// Most entries of one kind; far above what one organisation is for.
const MAX_RECORDS: i64 = 50_000;
/// A visitor is noted as seen again no sooner than this: not every request writes.
const SEEN_INTERVAL: Duration = Duration::from_secs(30);
/// Most turns at once: each holds a connection, and the pool has twice as many.
const MAX_USER_LOCKS: usize = 4;

/// What is kept of a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// Who is signed in; by the session's name.
    Session,
    /// What Microsoft asked this person to prove, and for what; by the session's name.
    StepUp,
    /// What the person was about to do before they signed in again; by the new session's name.
    CarriedOver,
    /// A sign-in under way; by its state.
    SignIn,
    /// What went wrong when a browser last tried to sign in; by its mark.
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

/// The shared store.
pub struct PgSessionStore {
    pool: PgPool,
    /// The tenant and the app: what one wrote means nothing to another.
    owner: String,
    lock_permits: Arc<Semaphore>,
}

/// A turn of one person, among all instances; it lasts as long as this.
pub struct UserLockGuard {
    _lock: Transaction<'static, Postgres>,
    _permit: OwnedSemaphorePermit,
}

impl PgSessionStore {
    /// In this database, whose tables are there, for this tenant and app.
    pub fn new(pool: PgPool, tenant_id: &str, client_id: &str) -> Self {
        let owner = format!("{tenant_id} {client_id}");
        Self { pool, owner, lock_permits: Arc::new(Semaphore::new(MAX_USER_LOCKS)) }
    }

    /// Keeps something for so long, in place of what was kept before. `false`: there is no room for more.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn put<T: Serialize>(
        &self,
        kind: RecordKind,
        id: &str,
        value: &T,
        ttl: Duration,
    ) -> Result<bool, StoreError> {
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

    /// What is kept, unless its time is over or nobody has asked for it for `idle`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find<T: DeserializeOwned>(
        &self,
        kind: RecordKind,
        id: &str,
        idle: Duration,
    ) -> Result<Option<T>, StoreError> {
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

    /// What is kept and in time; it is there once, whichever instance asks first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take<T: DeserializeOwned>(
        &self,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<T>, StoreError> {
        let key = RecordKey::of(kind, id, &self.owner)?;
        let sql = "DELETE FROM visitors WHERE place = $1 RETURNING sealed, ends > now()";
        let taken = sqlx::query_as::<_, (Vec<u8>, bool)>(sql).bind(&key.lookup_key[..]);
        let taken = taken.fetch_optional(&self.pool).await?;
        Ok(taken.filter(|(_, is_in_time)| *is_in_time).and_then(|(ciphertext, _)| key.decrypt(ciphertext)))
    }

    /// Keeps it no longer.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove(&self, kind: RecordKind, id: &str) -> Result<(), StoreError> {
        let key = RecordKey::of(kind, id, &self.owner)?;
        let sql = "DELETE FROM visitors WHERE place = $1";
        sqlx::query(sql).bind(&key.lookup_key[..]).execute(&self.pool).await?;
        Ok(())
    }

    /// Waits until nothing else of this person is under way at any instance.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock_user(&self, person: &str) -> Result<UserLockGuard, StoreError> {
        let permit = Arc::clone(&self.lock_permits).acquire_owned().await.map_err(|_| seal_error())?;
        let mut lock = self.pool.begin().await?;
        let lock_id = SecretHash::of(&format!("{} {person}", self.owner)).lock_id();
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(lock_id).execute(&mut *lock).await?;
        Ok(UserLockGuard { _lock: lock, _permit: permit })
    }
}

/// Where one entry lies, and what opens it.
struct RecordKey {
    lookup_key: [u8; 32],
    cipher: LessSafeKey,
}

impl RecordKey {
    fn of(kind: RecordKind, id: &str, owner: &str) -> Result<Self, StoreError> {
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

    fn encrypt<T: Serialize>(&self, value: &T) -> Result<Vec<u8>, StoreError> {
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| seal_error())?);
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| seal_error())?;
        // Room for all of it at once: a vector that grows would leave plain bytes behind.
        let mut ciphertext = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
        ciphertext.extend_from_slice(&plain);
        let unique = Nonce::assume_unique_for_key(nonce);
        self.cipher
            .seal_in_place_append_tag(unique, Aad::empty(), &mut ciphertext)
            .map_err(|_| seal_error())?;
        Ok([&nonce[..], &ciphertext].concat())
    }

    /// `None`: somebody else has written it, or another version of the program.
    fn decrypt<T: DeserializeOwned>(&self, ciphertext: Vec<u8>) -> Option<T> {
        let mut ciphertext = Zeroizing::new(ciphertext);
        let (nonce, ciphertext) = ciphertext.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.cipher.open_in_place(nonce, Aad::empty(), ciphertext).ok()?;
        serde_json::from_slice(plain).ok()
    }
}

fn seal_error() -> StoreError {
    StoreError("what is shared about visitors cannot be sealed.".to_owned())
}
