//! A store in memory keeps its entries as long as the program runs.

use audit::database::Database;
use futures_util::poll;
use token_core::audit::{AuditAction, EntryStatus};

use crate::support::{
    audit_entries::plain,
    audit_stores::{all, in_memory},
};

#[tokio::test]
async fn entries_in_memory_survive_dropped_calls() {
    let audit_log = in_memory().await;
    audit_log.append(vec![plain(AuditAction::Check, EntryStatus::Done)]).await.unwrap();
    let Database::Sqlite { readers, .. } = audit_log.store().database() else { panic!("not in memory") };
    // A call that is dropped while it acquires a connection: the pool closes that connection.
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
