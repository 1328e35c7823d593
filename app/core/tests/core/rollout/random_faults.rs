//! Random combinations of faults, delays and concurrent changes: the invariants of a run always hold.

use proptest::prelude::*;
use token_core::{
    error::ServiceError,
    plan::Mode,
    ports::RefusalKind,
    run::{End, Stage, engine::RunResult},
};

use super::{
    fake::{Delays, FakeTenant},
    fault_plan::{Call, CallFault, FaultPlan, ItemFault, SeededRng},
    rows::{entries, user},
    time::with_virtual_time,
    watch::Run,
};

/// Percentages of faults, and delays in milliseconds.
#[derive(Debug, Clone)]
struct FaultRates {
    seed: u64,
    item_faults: u64,
    call_faults: u64,
    refusals: u64,
    concurrent_changes: u64,
    delays: (u64, u64, u64),
}

fn fault_rates() -> impl Strategy<Value = FaultRates> {
    (any::<u64>(), 0..60_u64, 0..30_u64, 0..10_u64, 0..3_u64, (0..10_000_u64, 0..10_000_u64, 0..10_000_u64))
        .prop_map(|(seed, item_faults, call_faults, refusals, concurrent_changes, delays)| FaultRates {
            seed,
            item_faults,
            call_faults,
            refusals,
            concurrent_changes,
            delays,
        })
}

fn fault_plan(rates: &FaultRates) -> FaultPlan {
    let (mut call_rng, mut item_rng) = (SeededRng(rates.seed), SeededRng(!rates.seed));
    let rates = rates.clone();
    let call_fault_rate = rates.call_faults;
    FaultPlan {
        call_fault: Box::new(move |_| call_rng.percent(call_fault_rate).then(|| call_fault(&mut call_rng))),
        item_fault: Box::new(move |call, _| item_fault(&rates, &mut item_rng, call)),
    }
}

fn call_fault(rng: &mut SeededRng) -> CallFault {
    let error = match rng.below(10) {
        0 => ServiceError::SignedOut,
        1 => ServiceError::Forbidden { permission: "Some".to_owned(), request_id: "none".to_owned() },
        2..=4 => ServiceError::Throttled { after_ms: rng.below(20_000) },
        5..=7 => ServiceError::Unreachable { message: "no route".to_owned() },
        _ => ServiceError::Disconnected,
    };
    CallFault { error, carried_out: rng.percent(50) }
}

fn item_fault(rates: &FaultRates, rng: &mut SeededRng, call: Call) -> ItemFault {
    if call == Call::Read {
        return ItemFault::None;
    }
    if call != Call::Create && rng.percent(rates.concurrent_changes) {
        return if rng.percent(50) { ItemFault::TakenBy(user(9_999).id) } else { ItemFault::Deleted };
    }
    if rng.percent(rates.refusals) {
        let kinds = [
            RefusalKind::BadRequest,
            RefusalKind::Forbidden,
            RefusalKind::NotFound,
            RefusalKind::Conflict,
            RefusalKind::Other,
        ];
        return ItemFault::Refused(kinds[usize::try_from(rng.below(5)).unwrap()]);
    }
    if !rng.percent(rates.item_faults) {
        return ItemFault::None;
    }
    let carried_out = rng.percent(50);
    match rng.below(3) {
        0 => ItemFault::Throttled { after_ms: Some(rng.below(15_000)), carried_out },
        1 => ItemFault::Throttled { after_ms: None, carried_out },
        _ => ItemFault::Unanswered { carried_out },
    }
}

/// Runs, and resumes when the run halts.
async fn carry_out(run: &Run<'_>) -> RunResult {
    for _ in 0..500 {
        match run.go().await {
            RunResult::Halted(_) => {}
            ended => return ended,
        }
    }
    RunResult::Stopped
}

fn check_invariants(rates: &FaultRates, mode: Mode) {
    with_virtual_time(async {
        let (appears_ms, usable_ms, shows_ms) = rates.delays;
        let fake = FakeTenant::new((0..90).chain([9_999]).map(user)).with_faults(fault_plan(rates)).delayed(
            |delays| *delays = Delays { latency_ms: 150, appears_ms, usable_ms, shows_ms, collides_ms: 400 },
        );
        let rows = entries(90);
        let run = Run::planned(&fake, mode, &rows).await;
        assert_eq!(carry_out(&run).await, RunResult::Complete, "every row ends");
        let goal = match mode {
            Mode::Import => Stage::Created,
            Mode::Assign => Stage::Assigned,
            Mode::Activate => Stage::Activated,
        };
        for row in 0..90 {
            match run.progress(row).end {
                Some(End::Done) => assert!(run.truth(row) >= goal, "row {row}: {:?}", run.truth(row)),
                Some(End::Failed(why)) => {
                    assert!(run.truth(row) < Stage::Activated, "row {row} is activated: {why:?}");
                }
                end => unreachable!("row {row} ended as {end:?}"),
            }
        }
        for (activations, holders) in fake.histories() {
            assert!(activations <= 1 && holders <= 1);
        }
        let log = fake.log();
        assert_eq!(log.blind_writes, 0, "no write is repeated before the token is read");
        assert_eq!(log.repeated_codes, 0, "no code is sent twice");
        assert!(log.most_in_flight <= 4);
        assert!(log.least_left_ms.is_none_or(|left| left >= 1_000));
        if rates.concurrent_changes == 0 {
            assert!(log.created <= 90, "each token is created once");
        }
        fake.set_faults(FaultPlan::none());
        fake.settle().await;
        let again = Run::planned(&fake, mode, &rows).await;
        assert_eq!(again.go().await, RunResult::Complete, "the same rows again finish what is missing");
        let taken =
            |row: usize| fake.stage(&again.rows[row].serial, Some(&user(9_999).id)) == Stage::Assigned;
        assert!(
            (0..90).all(|row| taken(row) || fake.stage(&again.rows[row].serial, Some(&user(row).id)) >= goal)
        );
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_for_activations(rates in fault_rates()) {
        check_invariants(&rates, Mode::Activate);
    }

    #[test]
    fn invariants_hold_for_assignments(rates in fault_rates()) {
        check_invariants(&rates, Mode::Assign);
    }

    #[test]
    fn invariants_hold_for_imports(rates in fault_rates()) {
        check_invariants(&rates, Mode::Import);
    }
}
