//! Calls that fail as a whole, and runs that pause, halt and resume.

use token_core::{error::ServiceError, plan::Mode, run::engine::RunResult};

use super::{
    fake::{FakeTenant, LimitRules},
    fault_plan::{Call, CallFault, FaultPlan, ItemFault, SeededRng},
    faults::{all_are_done, fake_tenant},
    rows::{entries, user},
    time::with_virtual_time,
    watch::Run,
};

fn down() -> ServiceError {
    ServiceError::Unreachable { message: "no route".to_owned() }
}

#[test]
fn a_broken_connection_is_waited_for() {
    for carried_out in [true, false] {
        let (mut times, outage) = (5, down());
        let (_, log) = all_are_done(move |fake| {
            fake.with_faults(FaultPlan::calls(move |_| {
                times -= i32::from(times > 0);
                (times > 0).then(|| CallFault { error: outage.clone(), carried_out })
            }))
        });
        assert!(log.calls.len() < 15);
    }
}

#[test]
fn six_failed_calls_in_a_row_halt_the_run() {
    with_virtual_time(async {
        let fake = fake_tenant();
        fake.set_faults(FaultPlan::calls(|_| Some(CallFault { error: down(), carried_out: false })));
        let run = Run::planned(&fake, Mode::Activate, &entries(40)).await;
        assert_eq!(run.go().await, RunResult::Halted(down()));
        assert_eq!(fake.log().calls.len(), 6);
        assert_eq!(run.ended(), 0);
        let pauses: Vec<u64> = run.pauses.borrow().iter().flatten().copied().collect();
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 16_000]);
        fake.set_faults(FaultPlan::none());
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..40).all(|row| run.is_done(row)));
    });
}

#[test]
fn a_resume_resets_the_count_of_failed_calls() {
    with_virtual_time(async {
        let fake = fake_tenant();
        fake.set_faults(FaultPlan::calls(|_| Some(CallFault { error: down(), carried_out: false })));
        let run = Run::planned(&fake, Mode::Activate, &entries(40)).await;
        assert_eq!(run.go().await, RunResult::Halted(down()));
        let mut left = 5;
        fake.set_faults(FaultPlan::calls(move |_| {
            left -= i32::from(left > 0);
            (left > 0).then(|| CallFault { error: down(), carried_out: false })
        }));
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..40).all(|row| run.is_done(row)));
    });
}

#[test]
fn calls_that_fail_together_count_once() {
    with_virtual_time(async {
        let mut left = 8;
        let fake = fake_tenant().with_faults(FaultPlan::calls(move |_| {
            left -= i32::from(left > 0);
            (left > 0).then_some(CallFault { error: ServiceError::Disconnected, carried_out: true })
        }));
        let run = Run::planned(&fake, Mode::Activate, &entries(200)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..200).all(|row| run.is_done(row)));
        assert_eq!(fake.log().blind_writes, 0);
    });
}

#[test]
fn a_permanent_error_halts_at_once_and_the_run_can_be_resumed() {
    let forbidden =
        ServiceError::Forbidden { permission: "Policy".to_owned(), request_id: "none".to_owned() };
    for error in [ServiceError::SignedOut, forbidden] {
        for carried_out in [true, false] {
            with_virtual_time(async {
                let fake = fake_tenant();
                let run = Run::planned(&fake, Mode::Activate, &entries(200)).await;
                let (mut calls, broken) = (0, error.clone());
                fake.set_faults(FaultPlan::calls(move |_| {
                    calls += 1;
                    (calls > 3).then(|| CallFault { error: broken.clone(), carried_out })
                }));
                assert_eq!(run.go().await, RunResult::Halted(error.clone()));
                assert!(run.ended() < 200);
                assert!(fake.log().calls.len() <= 8);
                fake.set_faults(FaultPlan::none());
                assert_eq!(run.go().await, RunResult::Complete);
                assert!((0..200).all(|row| run.is_done(row)));
                assert_eq!((fake.log().created, fake.log().blind_writes), (200, 0));
            });
        }
    }
}

#[test]
fn a_throttled_call_is_retried_after_a_lookup_and_not_counted_as_failed() {
    for carried_out in [true, false] {
        with_virtual_time(async {
            let mut left = 30;
            let fake = fake_tenant().with_faults(FaultPlan::calls(move |_| {
                left -= i32::from(left > 0);
                let error = ServiceError::Throttled { after_ms: 5_000 };
                (left > 0).then_some(CallFault { error, carried_out })
            }));
            let run = Run::planned(&fake, Mode::Activate, &entries(120)).await;
            assert_eq!(run.go().await, RunResult::Complete);
            assert!((0..120).all(|row| run.is_done(row)));
            assert_eq!((fake.log().created, fake.log().blind_writes), (120, 0));
            assert_eq!(run.pauses.borrow().last(), Some(&None));
        });
    }
}

#[test]
fn a_pause_that_our_own_server_asks_for_is_obeyed_like_microsofts() {
    with_virtual_time(async {
        let mut left = 30;
        let fake = fake_tenant().with_faults(FaultPlan::calls(move |_| {
            left -= i32::from(left > 0);
            let error = ServiceError::RateLimited { after_ms: 5_000 };
            (left > 0).then_some(CallFault { error, carried_out: false })
        }));
        let run = Run::planned(&fake, Mode::Activate, &entries(120)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..120).all(|row| run.is_done(row)));
        let pauses: Vec<u64> = run.pauses.borrow().iter().flatten().copied().collect();
        assert!(!pauses.is_empty() && pauses.iter().all(|ms| *ms == 5_000), "{pauses:?}");
    });
}

#[test]
fn a_run_that_only_pauses_ends_after_ten_minutes_and_can_be_resumed() {
    with_virtual_time(async {
        let pause = |after_ms| CallFault { error: ServiceError::Throttled { after_ms }, carried_out: false };
        let fake = fake_tenant()
            .with_faults(FaultPlan::calls(move |call| (call != Call::Read).then(|| pause(45_000))));
        let run = Run::planned(&fake, Mode::Activate, &entries(3)).await;
        assert_eq!(run.go().await, RunResult::Halted(ServiceError::Throttled { after_ms: 45_000 }));
        assert!((540_000..=600_000).contains(&fake.time.elapsed_ms()), "{} ms", fake.time.elapsed_ms());
        assert_eq!(run.ended(), 0);
        fake.set_faults(FaultPlan::none());
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..3).all(|row| run.is_done(row)));
    });
}

#[test]
fn a_slow_run_with_progress_is_not_halted_for_its_pauses() {
    with_virtual_time(async {
        let mut writes = 0;
        let fake = fake_tenant().with_faults(FaultPlan::calls(move |call| {
            writes += i32::from(call != Call::Read);
            let error = ServiceError::Throttled { after_ms: 100_000 };
            (call != Call::Read && writes % 6 != 0).then_some(CallFault { error, carried_out: false })
        }));
        let run = Run::planned(&fake, Mode::Activate, &entries(3)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..3).all(|row| run.is_done(row)));
        assert!(fake.time.elapsed_ms() > 600_000);
    });
}

#[test]
fn a_stop_takes_effect_during_a_long_pause() {
    with_virtual_time(async {
        let fake = fake_tenant().with_faults(FaultPlan::calls(|_| {
            Some(CallFault { error: ServiceError::Throttled { after_ms: 600_000 }, carried_out: false })
        }));
        let run = Run::planned(&fake, Mode::Activate, &entries(3)).await;
        let stop = async {
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            run.stop.request();
        };
        let (ended, ()) = futures_util::future::join(run.go(), stop).await;
        assert_eq!(ended, RunResult::Stopped);
        assert!(fake.time.elapsed_ms() < 6_000);
    });
}

#[test]
fn thousands_of_rows_flow_evenly_within_the_documented_budget() {
    with_virtual_time(async {
        let mut fake = FakeTenant::new((0..6_000).map(user)).limited(LimitRules::default());
        fake.page = 1_000;
        let run = Run::planned(&fake, Mode::Activate, &entries(6_000)).await.with_inventory(0);
        let began_ms = fake.time.elapsed_ms();
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..6_000).all(|row| run.is_done(row)));
        let (ended_ms, log) = (fake.time.elapsed_ms(), fake.log());
        // 3,000 writes in each of two windows of 150 s, and the last ones in a third.
        assert!((300_000..320_000).contains(&(ended_ms - began_ms)), "{} ms", ended_ms - began_ms);
        assert!(log.throttled <= 60, "{} writes were refused", log.throttled);
        assert!(log.calls.len() < 6_000 / 5, "{} calls", log.calls.len());
        assert!(log.pages < 150, "{} pages", log.pages);
        assert!(fake.time.sleeps() < 3_000, "{} sleeps", fake.time.sleeps());
        // After half a minute the time left is right within a fifth.
        let told = run.remaining.borrow();
        let later = told.iter().filter(|(at_ms, _)| (began_ms + 30_000..ended_ms - 20_000).contains(at_ms));
        for (at_ms, left_ms) in later {
            let really_ms = ended_ms - at_ms;
            assert!(left_ms.abs_diff(really_ms) * 5 <= really_ms, "{left_ms} instead of {really_ms} ms");
        }
    });
}

#[test]
fn faults_do_not_make_a_paced_run_stand_still() {
    paced_with_faults(LimitRules::default(), 300_000);
}

#[test]
fn reads_that_count_are_part_of_the_pace() {
    for reports in [false, true] {
        paced_with_faults(LimitRules { steady: true, reads: true, reports }, 220_000);
    }
}

/// 6,000 rows, of whose requests 3 % fail: all are done, none twice, few are refused, and until `paced_ms` a write is made at
/// least every ten seconds. The last rows may wait for the next code of their token, which takes up to a minute.
fn paced_with_faults(rules: LimitRules, paced_ms: u64) {
    with_virtual_time(async {
        let mut fake = FakeTenant::new((0..6_000).map(user)).limited(rules);
        fake.page = 1_000;
        let (mut items, mut calls) = (SeededRng(1), SeededRng(2));
        let run = Run::planned(&fake, Mode::Activate, &entries(6_000)).await.with_inventory(0);
        fake.set_faults(FaultPlan {
            item_fault: Box::new(move |_, _| match items.percent(2) {
                true => ItemFault::Unanswered { carried_out: items.percent(50) },
                false => ItemFault::None,
            }),
            call_fault: Box::new(move |_| {
                let carried_out = calls.percent(50);
                calls.percent(1).then_some(CallFault { error: ServiceError::Disconnected, carried_out })
            }),
        });
        let began_ms = fake.time.elapsed_ms();
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..6_000).all(|row| run.is_done(row)));
        assert!(fake.histories().iter().all(|history| *history == (1, 1)), "none twice");
        let (log, ended_ms) = (fake.log(), fake.time.elapsed_ms() - began_ms);
        assert!(log.throttled <= 60, "{} writes were refused", log.throttled);
        assert!(log.throttled_reads <= 60, "{} reads were refused", log.throttled_reads);
        // Uncertain writes are read with the pages of the inventory; one by one they would be more than all that.
        assert!(log.reads < 250, "{} reads", log.reads);
        let written = run.written_ms.borrow();
        let paced = written.iter().filter(|ms| **ms < began_ms + paced_ms).collect::<Vec<_>>();
        let longest_gap_ms = paced.iter().zip(paced.iter().skip(1)).map(|(one, next)| *next - *one).max();
        assert!(longest_gap_ms < Some(10_000), "{longest_gap_ms:?}");
        assert!(ended_ms < 400_000, "{ended_ms} ms");
    });
}
