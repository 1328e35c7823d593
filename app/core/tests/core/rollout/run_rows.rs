//! The run and the row that each write names for the audit log.

use token_core::{
    audit::{RunId, RunRows},
    plan::{Mode, TokenAction},
    run::engine::{Rollout, RunResult},
    token::TokenStatus,
};

use super::{
    fake::FakeTenant,
    rows::{bad, entry, user},
    tasks::{TaskRun, requests, stocked},
    time::with_virtual_time,
    watch::Run,
};

/// The id under which the tests' runs are made.
fn run_id() -> RunId {
    RunId::from_random(1)
}

fn rows(rows: &[u32]) -> Option<RunRows> {
    Some(RunRows { id: run_id(), rows: rows.to_vec(), size: 3 })
}

#[test]
fn each_write_of_an_import_names_the_lines_of_the_file() {
    with_virtual_time(async {
        let fake = FakeTenant::new((0..5).map(user));
        let entries = [entry(1), bad(2, &["bad"]), entry(3)];
        let run = Run::planned(&fake, Mode::Activate, &entries).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(fake.log().runs, [rows(&[3, 5]), rows(&[3, 5])], "created, then activated");
    });
}

#[test]
fn each_write_of_several_tasks_names_their_rows() {
    with_virtual_time(async {
        let fake = stocked(3, &TokenStatus::Activated);
        let run = TaskRun::planned(&fake, &requests(&fake, 3, |_| TokenAction::Unassign), &[]);
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(fake.log().runs, [rows(&[1, 2, 3])]);
    });
}

#[test]
fn a_single_task_is_no_run() {
    with_virtual_time(async {
        let fake = stocked(2, &TokenStatus::Activated);
        let wanted = |count| requests(&fake, count, |_| TokenAction::Unassign);
        let single = TaskRun::planned(&fake, &wanted(1), &[]);
        assert_eq!(Rollout::of_tasks(run_id(), &single.rows, &[]).run_id(), None);
        assert_eq!(single.go().await, RunResult::Complete);
        assert_eq!(fake.log().runs, [None]);
        let several = TaskRun::planned(&fake, &wanted(2), &[]);
        assert_eq!(Rollout::of_tasks(run_id(), &several.rows, &[]).run_id(), Some(&run_id()));
        assert_eq!(Rollout::new(run_id(), &[], &[]).run_id(), Some(&run_id()), "an import always is one");
    });
}
