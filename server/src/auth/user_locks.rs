//! One lock for each user: two attempts at once would not see each other's token, and one could release the token that
//! the other has just activated.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use graph::entra::sign_in::PersonKey;
use tokio::sync::OwnedMutexGuard;

use crate::sync::lock;

type UserLock = Arc<tokio::sync::Mutex<()>>;

/// The locks of users with an attempt in progress.
#[derive(Default)]
pub struct UserLocks(Mutex<HashMap<PersonKey, UserLock>>);

impl UserLocks {
    /// Waits for the lock of this user, which the returned guard holds.
    pub async fn lock(&self, person: &PersonKey) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = lock(&self.0);
            // Removes locks that nobody holds or waits for.
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(locks.entry(person.clone()).or_default())
        };
        lock.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use token_core::user::UserId;
    use uuid::Uuid;

    use super::*;

    fn person(oid: &str) -> PersonKey {
        PersonKey { tid: Uuid::nil(), oid: UserId::parse(oid).unwrap() }
    }

    #[tokio::test]
    async fn a_second_attempt_of_one_user_waits_and_another_users_does_not() {
        let user_locks = UserLocks::default();
        let (one, other) =
            (person("00000000-0000-4000-8000-000000000001"), person("00000000-0000-4000-8000-000000000002"));
        let first = user_locks.lock(&one).await;
        assert!(user_locks.lock(&one).now_or_never().is_none());
        assert!(user_locks.lock(&other).now_or_never().is_some());
        drop(first);
        assert!(user_locks.lock(&one).now_or_never().is_some());
        assert!(user_locks.0.lock().unwrap().len() <= 1, "released locks are removed");
    }
}
