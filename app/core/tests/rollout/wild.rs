//! Everything at once, by chance: whatever the weather, the promises hold.

use proptest::prelude::*;
use token_core::{
    fault::Fault,
    ports::RefusalKind,
    rollout::{End, Mode, Stage, engine::Ended},
};

use super::{
    fake::{Delays, Fake},
    rows::{entries, user},
    time::virtually,
    watch::Run,
    weather::{Call, Chance, Gust, Storm, Weather},
};

/// How wild a tenant is: percentages.
#[derive(Debug, Clone)]
struct Climate {
    seed: u64,
    gusts: u64,
    storms: u64,
    refusals: u64,
    others_at_work: u64,
    delays: (u64, u64, u64),
}

fn climates() -> impl Strategy<Value = Climate> {
    (any::<u64>(), 0..60_u64, 0..30_u64, 0..10_u64, 0..3_u64, (0..10_000_u64, 0..10_000_u64, 0..10_000_u64))
        .prop_map(|(seed, gusts, storms, refusals, others_at_work, delays)| Climate {
            seed,
            gusts,
            storms,
            refusals,
            others_at_work,
            delays,
        })
}

fn weather(climate: &Climate) -> Weather {
    let (mut storms, mut gusts) = (Chance(climate.seed), Chance(!climate.seed));
    let climate = climate.clone();
    let stormy = climate.storms;
    Weather {
        storm: Box::new(move |_| storms.percent(stormy).then(|| storm(&mut storms))),
        gust: Box::new(move |call, _| gust(&climate, &mut gusts, call)),
    }
}

fn storm(chance: &mut Chance) -> Storm {
    let fault = match chance.below(10) {
        0 => Fault::SignedOut,
        1 => Fault::Forbidden { permission: "Some".to_owned(), request_id: "none".to_owned() },
        2..=4 => Fault::Throttled { after_ms: chance.below(20_000) },
        5..=7 => Fault::Unreachable { message: "no route".to_owned() },
        _ => Fault::Disconnected,
    };
    Storm { fault, carried_out: chance.percent(50) }
}

fn gust(climate: &Climate, chance: &mut Chance, call: Call) -> Gust {
    if call == Call::Read {
        return Gust::Calm;
    }
    if call != Call::Create && chance.percent(climate.others_at_work) {
        return if chance.percent(50) { Gust::TakenBy(user(9_999).id) } else { Gust::Deleted };
    }
    if chance.percent(climate.refusals) {
        let kinds = [
            RefusalKind::BadRequest,
            RefusalKind::Forbidden,
            RefusalKind::NotFound,
            RefusalKind::Conflict,
            RefusalKind::Other,
        ];
        return Gust::Refused(kinds[usize::try_from(chance.below(5)).unwrap()]);
    }
    if !chance.percent(climate.gusts) {
        return Gust::Calm;
    }
    let carried_out = chance.percent(50);
    match chance.below(3) {
        0 => Gust::Throttled { after_ms: Some(chance.below(15_000)), carried_out },
        1 => Gust::Throttled { after_ms: None, carried_out },
        _ => Gust::Unanswered { carried_out },
    }
}

/// Runs, and resumes whenever the run halts.
async fn carry_out(run: &Run<'_>) -> Ended {
    for _ in 0..500 {
        match run.go().await {
            Ended::Halted(_) => {}
            ended => return ended,
        }
    }
    Ended::Stopped
}

fn promises_hold(climate: &Climate, mode: Mode) {
    virtually(async {
        let (appears_ms, usable_ms, shows_ms) = climate.delays;
        let fake = Fake::new((0..90).chain([9_999]).map(user))
            .under(weather(climate))
            .delayed(|delays| *delays = Delays { latency_ms: 150, appears_ms, usable_ms, shows_ms });
        let rows = entries(90);
        let run = Run::planned(&fake, mode, &rows).await;
        assert_eq!(carry_out(&run).await, Ended::Complete, "every row ends");
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
        assert_eq!(log.blind_writes, 0, "no write is repeated unread");
        assert_eq!(log.repeated_codes, 0, "no code is sent twice");
        assert!(log.most_in_flight <= 4);
        assert!(log.least_left_ms.is_none_or(|left| left >= 1_000));
        if climate.others_at_work == 0 {
            assert!(log.created <= 90, "each token is created once");
        }
        fake.turns(Weather::calm());
        fake.settle().await;
        let again = Run::planned(&fake, mode, &rows).await;
        assert_eq!(again.go().await, Ended::Complete, "the same rows again finish what is missing");
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
    fn whatever_the_weather_the_promises_hold(climate in climates()) {
        promises_hold(&climate, Mode::Activate);
    }

    #[test]
    fn whatever_the_weather_the_promises_hold_for_assignments(climate in climates()) {
        promises_hold(&climate, Mode::Assign);
    }

    #[test]
    fn whatever_the_weather_the_promises_hold_for_imports(climate in climates()) {
        promises_hold(&climate, Mode::Import);
    }
}
