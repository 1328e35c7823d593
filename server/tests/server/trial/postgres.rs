//! The same on PostgreSQL, where several instances of the server share the trials. The test starts its own server, and reports
//! that it is skipped when it cannot.

use practice::PracticeSettings;
use server::trial::{latest, request_stop};
use token_core::trial::TrialPhase;
use tokio::sync::watch;

use super::{Lab, begin::never_two_at_once, cleanup::removed_after_a_crash};
use crate::support::{
    audit_stores::{File, audit_log_at},
    postgres_server::Postgres,
};

async fn lab(postgres: &Postgres, database: &str) -> Lab {
    let audit_log = audit_log_at(&postgres.database(database).await).await;
    Lab::with(PracticeSettings::default(), File::new("trial-postgres"), audit_log, |_, _, _, _| None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_trials_like_sqlite() {
    let Some(postgres) = Postgres::start_or_skip("the trial of a tenant") else { return };
    never_two_at_once(&lab(&postgres, "two").await).await;
    removed_after_a_crash(&lab(&postgres, "crash").await).await;
    another_instance_sees_and_stops_it(&lab(&postgres, "instances").await).await;
}

async fn another_instance_sees_and_stops_it(lab: &Lab) {
    let (other, tenant) = (&lab.audit_log, lab.access.actor.tenant.as_str());
    assert_eq!(latest(other, tenant).await.unwrap(), None);
    let upn = lab.member().await.upn;
    let trial = lab.begin(&upn, false).await.ok().unwrap();
    assert_eq!(latest(other, tenant).await.unwrap().unwrap().phase, TrialPhase::Trying);
    assert_eq!(latest(other, "another tenant").await.unwrap(), None);
    request_stop(other, tenant).await.unwrap();
    let (_sender, stop) = watch::channel(false);
    let state = trial.run(stop, |_| {}).await;
    assert_eq!((state.problem.as_deref(), state.results.len()), (Some("It was stopped."), 0));
    assert_eq!(latest(other, tenant).await.unwrap(), Some(state));
    assert!(lab.run(false).await.is_as_assumed(), "another one may follow");
}
