//! One write at a time for each user: of two at the same time Microsoft may answer both well and carry out one
//! (MICROSOFT_GRAPH.md 2). Also, two attempts of self-service at once would not see each other's token, and one could release
//! the token that the other has just activated.

mod directory;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use audit::sync::lock;
use token_core::user::UserId;
use tokio::sync::OwnedMutexGuard;

pub use self::directory::UserLockedDirectory;

type UserLock = Arc<tokio::sync::Mutex<()>>;

/// The locks of users with a write in progress, by tenant and user.
#[derive(Default)]
pub struct UserLocks(Mutex<HashMap<(String, UserId), UserLock>>);

impl UserLocks {
    /// Waits for the locks of these users of a tenant, which the returned guards hold. All callers take several locks in
    /// the same order, so that none waits for another in a circle.
    pub async fn lock(
        &self,
        tenant: &str,
        users: impl IntoIterator<Item = UserId>,
    ) -> Vec<OwnedMutexGuard<()>> {
        let users: BTreeSet<UserId> = users.into_iter().collect();
        let mut guards = Vec::with_capacity(users.len());
        for user_lock in self.of(tenant, &users) {
            guards.push(user_lock.lock_owned().await);
        }
        guards
    }

    /// The locks of these users, in their order.
    fn of(&self, tenant: &str, users: &BTreeSet<UserId>) -> Vec<UserLock> {
        let mut locks = lock(&self.0);
        // Removes locks that nobody holds or waits for.
        locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        let of_user = |user: &UserId| Arc::clone(locks.entry((tenant.to_owned(), user.clone())).or_default());
        users.iter().map(of_user).collect()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn user(number: u32) -> UserId {
        UserId::parse(&format!("00000000-0000-4000-8000-{number:012}")).unwrap()
    }

    #[tokio::test]
    async fn a_second_write_for_one_user_waits_and_another_users_does_not() {
        let user_locks = UserLocks::default();
        let first = user_locks.lock("a", [user(1), user(2), user(1)]).await;
        assert_eq!(first.len(), 2, "a user who is named twice has one lock");
        assert!(user_locks.lock("a", [user(3), user(2)]).now_or_never().is_none());
        assert!(user_locks.lock("a", [user(3)]).now_or_never().is_some(), "an abandoned wait holds no lock");
        assert!(user_locks.lock("b", [user(1)]).now_or_never().is_some(), "another tenant's user");
        assert!(user_locks.lock("a", []).now_or_never().is_some());
        drop(first);
        assert!(user_locks.lock("a", [user(2), user(1)]).now_or_never().is_some());
        user_locks.lock("a", []).await;
        assert!(user_locks.0.lock().unwrap().is_empty(), "released locks are removed");
    }

    #[tokio::test]
    async fn calls_with_several_users_in_any_order_do_not_block_each_other_for_ever() {
        let user_locks = Arc::new(UserLocks::default());
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..40 {
            let user_locks = Arc::clone(&user_locks);
            calls.spawn(async move {
                let _guards = user_locks.lock("a", (0..5).map(|n| user((number + n * 3) % 5))).await;
                tokio::task::yield_now().await;
            });
        }
        assert_eq!(calls.join_all().await.len(), 40);
    }
}
