//! Runs without faults: speed, codes, stopping, resuming, repeating.

use std::time::Duration;

use token_core::{
    drift::Reading,
    otp,
    plan::{Mode, PlanTotals, PlannedRow, Verdict},
    ports::{Clock as _, MAX_ITEMS, NewToken},
    run::{Stage, engine::RunResult, report::RunTotals},
    seed::Seed,
    seed_file::ParsedRow,
    token::{HashFunction, Interval, SerialNumber, TokenStatus},
};

use super::{
    fake::FakeTenant,
    fault_plan::Call,
    rows::{changed, entries, entry, new_token, owned_by, user},
    time::with_virtual_time,
    watch::{Run, plan},
};

/// The engine's limits: concurrent calls, and rows per call.
const MAX_IN_FLIGHT: usize = 4;
const CHUNK: usize = 40;

fn fake_tenant(users: usize) -> FakeTenant {
    FakeTenant::new((0..users).map(user))
}

#[test]
fn a_thousand_rows_are_created_in_bulk_activated_and_seen_in_three_seconds() {
    with_virtual_time(async {
        let fake = fake_tenant(1_000);
        let run = Run::planned(&fake, Mode::Activate, &entries(1_000)).await;
        let began_ms = fake.time.elapsed_ms();
        assert_eq!(run.go().await, RunResult::Complete);
        let log = fake.log();
        assert!((0..1_000).all(|row| run.is_done(row) && run.truth(row) == Stage::Activated));
        assert_eq!(log.writes, 2_000);
        let calls = |of| log.calls.iter().filter(|(call, _)| *call == of).count();
        assert_eq!((calls(Call::Create), calls(Call::AssignAndActivate)), (1_000 / MAX_ITEMS, 1_000 / CHUNK));
        assert_eq!(calls(Call::Read), 1_000 / MAX_ITEMS, "each token is read once");
        assert_eq!(log.most_in_flight, MAX_IN_FLIGHT);
        // Nine rounds of four calls for the writes, and three for reading back.
        assert_eq!(fake.time.elapsed_ms() - began_ms, (9 + 3) * 150, "nothing was waited for");
    });
}

#[test]
fn a_large_run_begins_with_the_tokens_of_the_longest_interval() {
    for (rows, first) in [(100, [1, 2, 3, 4]), (200, [2, 4, 6, 8])] {
        with_virtual_time(async {
            let fake = fake_tenant(rows);
            let entries = entries(rows);
            let run = Run::planned(&fake, Mode::Activate, &entries).await;
            assert_eq!(run.go().await, RunResult::Complete);
            let log = fake.log();
            let activation = log.calls.iter().filter(|(call, _)| *call != Call::Read);
            let (_, written) =
                activation.zip(&log.runs).find(|((call, _), _)| *call == Call::AssignAndActivate).unwrap();
            assert_eq!(written.as_ref().unwrap().rows[..4], first.map(|n| run.rows[n - 1].line as u32));
        });
    }
}

#[test]
fn each_mode_goes_as_far_as_it_says() {
    for (mode, stage) in
        [(Mode::Import, Stage::Created), (Mode::Assign, Stage::Assigned), (Mode::Activate, Stage::Activated)]
    {
        with_virtual_time(async {
            let fake = fake_tenant(10);
            let run = Run::planned(&fake, mode, &entries(10)).await;
            assert_eq!(run.go().await, RunResult::Complete);
            for row in 0..10 {
                assert!(run.is_done(row));
                assert_eq!((run.progress(row).stage, run.truth(row)), (stage, stage));
            }
            assert_eq!(RunTotals::of(&run.rows, &run.progress.borrow()).done, 10);
        });
    }
}

#[test]
fn what_is_half_done_is_finished_with_one_write() {
    with_virtual_time(async {
        let fake = fake_tenant(3)
            .with(new_token(0), TokenStatus::Available, None)
            .with(new_token(1), TokenStatus::Assigned, Some(&user(1)))
            .with(new_token(2), TokenStatus::FailedActivation, Some(&user(2)));
        let run = Run::planned(&fake, Mode::Activate, &entries(3)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..3).all(|row| run.is_done(row) && run.truth(row) == Stage::Activated));
        assert_eq!(fake.log().writes, 3);
    });
}

#[test]
fn each_token_gets_codes_of_its_own_interval_and_hash() {
    for interval in [Interval::S30, Interval::S60] {
        for hash in [HashFunction::Sha1, HashFunction::Sha256] {
            with_virtual_time(async {
                let row = changed(0, |row| (row.token.interval, row.token.hash) = (interval, hash));
                let fake = fake_tenant(1);
                // Far enough for the two intervals to have different numbers.
                tokio::time::sleep(std::time::Duration::from_secs(40)).await;
                let run = Run::planned(&fake, Mode::Activate, &[row]).await;
                assert_eq!(run.go().await, RunResult::Complete);
                assert_eq!((run.is_done(0), run.truth(0)), (true, Stage::Activated), "{interval:?} {hash}");
            });
        }
    }
}

#[test]
fn a_row_without_user_is_only_imported() {
    with_virtual_time(async {
        let fake = fake_tenant(1);
        let run = Run::planned(&fake, Mode::Activate, &[owned_by(0, None)]).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(run.progress(0).stage, Stage::Created);
        assert_eq!(fake.log().writes, 1);
    });
}

#[test]
fn a_second_plan_over_the_same_rows_has_no_work() {
    for mode in [Mode::Import, Mode::Assign, Mode::Activate] {
        with_virtual_time(async {
            let (fake, rows) = (fake_tenant(120), entries(120));
            let run = Run::planned(&fake, mode, &rows).await;
            assert_eq!(run.go().await, RunResult::Complete);
            let again = Run::planned(&fake, mode, &rows).await;
            assert!(again.rows.iter().all(|row| matches!(row.verdict, Verdict::Nothing(_))));
            let calls = fake.log().calls.len();
            assert_eq!(again.go().await, RunResult::Complete);
            assert_eq!(fake.log().calls.len(), calls);
        });
    }
}

#[test]
fn a_wider_mode_continues_where_a_narrower_one_ended() {
    with_virtual_time(async {
        let (fake, rows) = (fake_tenant(20), entries(20));
        for (mode, writes) in [(Mode::Import, 20), (Mode::Assign, 40), (Mode::Activate, 60)] {
            assert_eq!(Run::planned(&fake, mode, &rows).await.go().await, RunResult::Complete);
            assert_eq!(fake.log().writes, writes);
        }
        assert!(fake.histories().iter().all(|history| *history == (1, 1)));
    });
}

#[test]
fn a_stop_leaves_whole_rows_and_a_resume_finishes_them() {
    with_virtual_time(async {
        let fake = fake_tenant(600);
        let run = Run::planned(&fake, Mode::Activate, &entries(600)).await;
        run.stop_after.set(Some(100));
        assert_eq!(run.go().await, RunResult::Stopped);
        assert!(run.ended() < 600);
        for row in 0..600 {
            assert_eq!(run.progress(row).stage, run.truth(row), "nothing is under way any more");
        }
        let left = RunTotals::of(&run.rows, &run.progress.borrow()).left;
        assert_eq!(left, 600 - run.ended());
        run.stop_after.set(None);
        run.stop.clear();
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(fake.log().writes, 1_200);
        assert!((0..600).all(|row| run.is_done(row)));
    });
}

#[test]
fn after_a_stop_a_new_plan_finishes_what_is_missing() {
    with_virtual_time(async {
        let (fake, rows) = (fake_tenant(200), entries(200));
        let run = Run::planned(&fake, Mode::Activate, &rows).await;
        run.stop_after.set(Some(40));
        assert_eq!(run.go().await, RunResult::Stopped);
        let rest = Run::planned(&fake, Mode::Activate, &rows).await;
        assert_eq!(PlanTotals::of(&rest.rows).nothing, run.ended());
        assert_eq!(rest.go().await, RunResult::Complete);
        assert_eq!(fake.log().writes, 400);
    });
}

#[test]
fn a_stop_before_the_start_writes_nothing() {
    with_virtual_time(async {
        let fake = fake_tenant(5);
        let run = Run::planned(&fake, Mode::Activate, &entries(5)).await;
        run.stop.request();
        assert_eq!(run.go().await, RunResult::Stopped);
        assert_eq!(fake.log().calls.len(), 0);
    });
}

#[test]
fn no_code_is_sent_in_the_last_margin_of_its_interval() {
    for latency_ms in [150, 700, 4_000] {
        with_virtual_time(async {
            let fake = fake_tenant(900).delayed(|delays| delays.latency_ms = latency_ms);
            let rows = entries(900);
            // Begins two seconds before an interval of 30 s and of 60 s ends.
            tokio::time::sleep(std::time::Duration::from_secs(58)).await;
            let run = Run::planned(&fake, Mode::Activate, &rows).await;
            assert_eq!(run.go().await, RunResult::Complete);
            let margin_ms = (2 * latency_ms).clamp(1_000, 5_000);
            assert!(fake.log().least_left_ms.unwrap() >= margin_ms, "{:?}", fake.log().least_left_ms);
            assert_eq!(fake.log().writes, 1_800);
            assert!(fake.time.sleeps() < 100, "{} sleeps until the next code", fake.time.sleeps());
            assert!((0..900).all(|row| run.is_done(row)));
        });
    }
}

#[test]
fn a_token_with_another_secret_fails_with_the_refused_code() {
    with_virtual_time(async {
        let mut other = new_token(0);
        other.seed = Seed::from_bytes(vec![9; 20]).unwrap();
        let fake = fake_tenant(2).with(other, TokenStatus::Available, None);
        let run = Run::planned(&fake, Mode::Activate, &entries(2)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).contains("the code is not valid"), "{}", run.failure(0));
        assert_eq!(run.progress(0).stage, Stage::Assigned);
        assert!(run.is_done(1), "a failure does not stop the others");
    });
}

#[test]
fn a_sixth_token_that_the_plan_did_not_know_of_is_refused_with_microsofts_message() {
    with_virtual_time(async {
        let fake = fake_tenant(2);
        let rows = [entry(0), entry(1)];
        let planned = plan(&fake, Mode::Assign, &rows).await;
        let fake =
            (10..15).fold(fake, |fake, n| fake.with(new_token(n), TokenStatus::Activated, Some(&user(0))));
        let run = Run::of(&fake, planned, &rows);
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).contains("five tokens already"), "{}", run.failure(0));
        assert_eq!(run.progress(0).stage, Stage::Created);
        assert!(run.is_done(1));
    });
}

#[test]
fn serials_are_compared_without_case() {
    with_virtual_time(async {
        let mut lower = new_token(10);
        lower.serial = SerialNumber::parse("abc").unwrap();
        let fake = fake_tenant(11).with(lower, TokenStatus::Available, None);
        let upper = changed(10, |row| {
            row.token.serial = SerialNumber::parse("ABC").unwrap();
        });
        let run = Run::planned(&fake, Mode::Activate, &[upper]).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!((fake.log().created, fake.log().writes), (0, 1));
    });
}

/// Rows of a file with a column of codes, which their displays show now.
fn with_codes(fake: &FakeTenant, count: usize, of: impl Fn(usize) -> usize) -> Vec<ParsedRow> {
    let at_ms = fake.time.now_ms();
    let shown = |n: usize| {
        let NewToken { seed, hash, interval, .. } = new_token(n);
        Reading { code: otp::totp(&seed, hash, interval, at_ms), at_ms }
    };
    (0..count).map(|n| changed(n, |row| row.shown = Some(shown(of(n))))).collect()
}

#[test]
fn a_code_that_measured_a_token_is_not_sent_but_the_next_one() {
    with_virtual_time(async {
        let fake = fake_tenant(4);
        tokio::time::sleep(Duration::from_secs(10)).await;
        let entries = with_codes(&fake, 4, |n| n);
        let run = Run::planned(&fake, Mode::Activate, &entries).await;
        assert!(run.rows.iter().all(|row| row.notes.iter().any(|note| note.contains("by its code"))));
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..4).all(|row| run.is_done(row)), "{}", run.failure(0));
        assert_eq!(fake.log().repeated_codes, 0);
        // Half of the tokens have a new code after 60 seconds.
        assert!(fake.time.elapsed_ms() >= 60_000, "{}", fake.time.elapsed_ms());
    });
}

#[test]
fn a_row_whose_code_is_that_of_another_token_is_not_activated() {
    with_virtual_time(async {
        let fake = fake_tenant(4);
        let swapped = with_codes(&fake, 4, |n| if n < 2 { 1 - n } else { n });
        let activated = plan(&fake, Mode::Activate, &swapped).await;
        let is_work = |row: &PlannedRow| matches!(row.verdict, Verdict::Work(_));
        assert_eq!(activated.iter().map(is_work).collect::<Vec<_>>(), [false, false, true, true]);
        let Verdict::Cannot(issues) = &activated[0].verdict else { panic!("{:?}", activated[0]) };
        assert_eq!(issues[0].column.as_deref(), Some("code"));
        // Without activation the codes do not matter.
        assert!(plan(&fake, Mode::Assign, &swapped).await.iter().all(is_work));
    });
}

#[test]
fn a_tenant_that_creates_few_tokens_by_one_write_is_noticed() {
    with_virtual_time(async {
        for creation_size in [None, Some(5)] {
            let mut fake = fake_tenant(0);
            fake.creation_size = creation_size;
            let rows: Vec<_> = (0..40).map(|n| owned_by(n, None)).collect();
            let run = Run::planned(&fake, Mode::Import, &rows).await;
            assert_eq!(run.creation_size(), None, "nothing was created yet");
            assert_eq!(run.go().await, RunResult::Complete);
            assert!((0..40).all(|row| run.is_done(row)));
            assert_eq!(run.creation_size(), creation_size);
        }
    });
}

#[test]
fn the_time_left_counts_the_writes_after_a_creation() {
    // 4,000 tokens are created by 40 writes, which go at once, and activated by 4,000, which take two minutes at least.
    for (mode, left_ms) in [(Mode::Import, 0..1_000), (Mode::Activate, 120_000..240_000)] {
        with_virtual_time(async {
            let fake = fake_tenant(4_000);
            let run = Run::planned(&fake, mode, &entries(4_000)).await;
            run.stop_after.set(Some(1));
            assert_eq!(run.go().await, RunResult::Stopped);
            let told = run.remaining.borrow();
            assert!(left_ms.contains(&told[0].1), "{mode:?}: {told:?}");
        });
    }
}
