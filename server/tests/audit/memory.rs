//! What is kept in memory is there as long as the program.

use futures_util::poll;
use server::audit::Store;
use token_core::audit::{AuditAction, EntryStatus};

use crate::{
    entries::plain,
    stores::{all, in_memory},
};

#[tokio::test]
async fn outlives_calls_that_are_given_up() {
    let audit_log = in_memory().await;
    audit_log.append(vec![plain(AuditAction::Check, EntryStatus::Done)]).await.unwrap();
    let Store::Sqlite { readers, .. } = &**audit_log.store() else { panic!("not in memory") };
    // As when a page is left while its answer is under way: the pool closes the connection that it was looking at.
    loop {
        while readers.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        let mut call = Box::pin(readers.acquire());
        if poll!(&mut call).is_pending() {
            break;
        }
    }
    assert_eq!(all(&audit_log).await.len(), 1);
}
