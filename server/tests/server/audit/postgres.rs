//! The same on PostgreSQL. The test starts its own server, and reports that it is skipped when it cannot.

use audit::{
    ActorContext, AuditLog, Evidence, Store,
    database::{Database, DatabaseLocation},
};
use token_core::ports::Change;
use token_core::{
    audit::{AuditAction, AuditEntry, AuditFilter, AuditQuery, EntryStatus},
    error::ServiceError,
};

use crate::{
    audit::{
        filters::lists_what_filters_match, retention::purges_and_still_verifies, runs::groups_a_time_range,
    },
    support::{
        audit_entries::{plain, run, various},
        audit_stores::{all, audit_log_at},
        mock_directory::{MockDirectory, actor, assignment, changes},
        postgres_server::Postgres,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_behaves_like_sqlite() {
    let Some(postgres) = Postgres::start_or_skip("the audit trail") else { return };
    lists_what_filters_match(&*audit_log_at(&postgres.database("filters").await).await).await;
    groups_a_time_range(&*audit_log_at(&postgres.database("runs").await).await).await;
    purges_and_still_verifies(&*audit_log_at(&postgres.database("retention").await).await).await;
    two_instances_keep_one_chain(&postgres).await;
    an_operation_gets_one_outcome_from_two_instances(&postgres).await;
    an_alteration_is_detected(&postgres).await;
    a_read_only_server_stops_writes_to_microsoft(&postgres).await;
    a_runtime_role_adds_entries_and_removes_none(&postgres).await;
    a_checkpoint_proves_entries(&postgres).await;
}

async fn a_checkpoint_proves_entries(postgres: &Postgres) {
    let audit_log = audit_log_at(&postgres.database("tree").await).await;
    audit_log.append((0..600).map(various).collect()).await.unwrap();
    let store = audit_log.store();
    let checkpoint = store.checkpoint("tokens.example/audit").await.unwrap();
    audit_log.purge(&ActorContext::program(""), 1_700_000_400_000).await.unwrap().unwrap();
    audit_log.append((0..300).map(various).collect()).await.unwrap();
    assert!(store.prove_entry(450, &checkpoint).await.unwrap().is_ok());
    let evidence = Evidence { head: None, checkpoint: Some(checkpoint) };
    assert_eq!(store.verify(&evidence).await.unwrap().chain_break, None);
}

async fn a_runtime_role_adds_entries_and_removes_none(postgres: &Postgres) {
    drop(audit_log_at(&postgres.database("runtime").await).await);
    postgres.tamper("runtime", include_str!("../../../../packaging/postgres-runtime-role.sql")).await;
    let url = postgres.url("runtime").replace("postgres@", "token_inventory@");
    let audit_log = audit_log_at(&DatabaseLocation::parse(&url).unwrap()).await;
    audit_log.append((0..600).map(various).collect()).await.unwrap();
    audit_log.append(vec![plain(AuditAction::Assign, EntryStatus::Open)]).await.unwrap();
    let outcome = AuditEntry { intent: Some(601), ..plain(AuditAction::Assign, EntryStatus::Done) };
    audit_log.append(vec![outcome]).await.unwrap();
    assert_eq!(all(&audit_log).await.len(), 601);
    assert_eq!(audit_log.store().verify(&Evidence::default()).await.unwrap().chain_break, None);
    let Database::Postgres { pool } = audit_log.store().database() else { panic!("no PostgreSQL") };
    for refused in [
        "DELETE FROM entries WHERE number = 1",
        "UPDATE entries SET reason = ''",
        "TRUNCATE entries",
        "DROP TRIGGER entries_never_change ON entries",
        "ALTER TABLE entries DISABLE TRIGGER ALL",
        "CREATE TABLE more (number BIGINT)",
        "DELETE FROM tiles",
    ] {
        let error = sqlx::raw_sql(refused).execute(pool).await.expect_err(refused).to_string();
        assert!(error.contains("permission denied") || error.contains("must be owner"), "{refused}: {error}");
    }
    let error = audit_log.purge(&ActorContext::program(""), 1_800_000_000_000).await.unwrap_err();
    assert!(error.to_string().contains("audit purge"), "{error}");
    assert_eq!(all(&audit_log).await.len(), 601, "no removal is recorded that did not happen");
}

async fn two_instances_keep_one_chain(postgres: &Postgres) {
    let place = postgres.database("instances").await;
    let instances = [audit_log_at(&place).await, audit_log_at(&place).await, audit_log_at(&place).await];
    let writers = instances.iter().enumerate().flat_map(|(which, audit_log)| {
        (0..20u64).map(move |chunk| {
            let number = u64::try_from(which).unwrap() * 1_000 + chunk * 7;
            let audit_log = std::sync::Arc::clone(audit_log);
            tokio::spawn(async move {
                audit_log.append((0..7).map(|at| various(number + at)).collect()).await.unwrap()
            })
        })
    });
    let mut numbers: Vec<u64> = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        numbers.extend(writer.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=420).collect::<Vec<u64>>(), "every number once");
    let report = instances[0].store().verify(&Evidence::default()).await.unwrap();
    assert_eq!((report.chain_break, report.entries), (None, 420));
    let line = instances[1].run(&audit::TenantScope::All, &run(3)).await.unwrap().unwrap();
    let filter = AuditFilter { run: Some(run(3)), ..AuditFilter::default() };
    let found = instances[2]
        .list(&audit::TenantScope::All, AuditQuery { filter, limit: Some(200), ..AuditQuery::default() })
        .await
        .unwrap();
    assert_eq!(
        line.counts.iter().map(|count| count.count).sum::<u64>(),
        u64::try_from(found.lines.len()).unwrap()
    );
}

async fn an_operation_gets_one_outcome_from_two_instances(postgres: &Postgres) {
    let place = postgres.database("outcomes").await;
    let instances = [audit_log_at(&place).await, audit_log_at(&place).await];
    instances[0].append(vec![plain(AuditAction::Assign, EntryStatus::Open)]).await.unwrap();
    let outcome = |result| vec![AuditEntry { intent: Some(1), ..plain(AuditAction::Assign, result) }];
    let (one, other) = tokio::join!(
        instances[0].append(outcome(EntryStatus::Done)),
        instances[1].append(outcome(EntryStatus::NotDone))
    );
    let mut numbers = [one.unwrap()[0], other.unwrap()[0]];
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 2]);
}

async fn an_alteration_is_detected(postgres: &Postgres) {
    let place = postgres.database("altered").await;
    audit_log_at(&place).await.append((0..30).map(various).collect()).await.unwrap();
    let chain_break = |place: DatabaseLocation| async move {
        Store::open(&place).await.unwrap().verify(&Evidence::default()).await.unwrap().chain_break
    };
    assert_eq!(chain_break(place.clone()).await, None);
    let refused = "UPDATE entries SET reason = 'x' WHERE number = 9";
    let pool = sqlx::PgPool::connect(&postgres.url("altered")).await.unwrap();
    assert!(sqlx::raw_sql(refused).execute(&pool).await.is_err(), "a trigger refuses updates of entries");
    postgres.tamper("altered", "DELETE FROM entries WHERE number = 20").await;
    assert_eq!(chain_break(place.clone()).await.unwrap().number, 21);
    postgres
        .tamper(
            "altered",
            "ALTER TABLE entries DISABLE TRIGGER ALL; UPDATE entries SET address = '192.0.2.9' WHERE number = 9",
        )
        .await;
    assert_eq!(chain_break(place).await.unwrap().number, 9);
}

async fn a_read_only_server_stops_writes_to_microsoft(postgres: &Postgres) {
    let place = postgres.database("standby").await;
    let audit_log: std::sync::Arc<AuditLog> = audit_log_at(&place).await;
    let sql = "ALTER DATABASE standby SET default_transaction_read_only = on; \
               SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = 'standby' AND pid <> pg_backend_pid()";
    postgres.tamper("standby", sql).await;
    let tenant = MockDirectory::accepting(&audit_log);
    let answer = audit_log
        .audited(tenant.clone(), actor())
        .apply(changes(Change::Assign, vec![assignment(1)]), None)
        .await;
    let Err(ServiceError::AuditUnavailable { message }) = &answer else { panic!("{answer:?}") };
    assert!(message.contains("primary"), "{message}");
    assert!(tenant.open_at_write.lock().unwrap().is_empty() && all(&audit_log).await.is_empty());
}
