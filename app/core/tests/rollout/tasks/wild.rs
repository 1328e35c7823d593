//! Everything at once, by chance: whatever the weather, the promises hold.

use proptest::prelude::*;
use token_core::{
    fault::Fault,
    manage::{Action, Ask},
    ports::RefusalKind,
    rollout::{End, engine::Ended},
    token::TokenStatus,
};

use super::{TaskRun, seed, stocked, token};
use crate::{
    fake::Fake,
    rows::{serial, user},
    time::virtually,
    weather::{Call, Chance, Gust, Storm, Weather},
};

const ROWS: usize = 60;

fn weather(seed: u64, gusts: u64, storms: u64) -> Weather {
    let (mut sky, mut wind) = (Chance(seed), Chance(!seed));
    Weather {
        storm: Box::new(move |_| {
            sky.percent(storms).then(|| {
                let fault = match sky.below(3) {
                    0 => Fault::Throttled { after_ms: sky.below(20_000) },
                    1 => Fault::Disconnected,
                    _ => Fault::SignedOut,
                };
                Storm { fault, carried_out: sky.percent(50) }
            })
        }),
        gust: Box::new(move |call, _| {
            if call == Call::Read || !wind.percent(gusts) {
                return Gust::Calm;
            }
            let carried_out = wind.percent(50);
            match wind.below(6) {
                0 | 1 => Gust::Throttled { after_ms: Some(wind.below(15_000)), carried_out },
                2..=3 => Gust::Unanswered { carried_out },
                4 => Gust::Refused(RefusalKind::Conflict),
                _ if wind.percent(10) => Gust::MovedTo(user(1_000).id),
                _ => Gust::Refused(RefusalKind::Forbidden),
            }
        }),
    }
}

fn action(kind: usize, n: usize) -> (TokenStatus, Action) {
    match kind {
        0 => (TokenStatus::Available, Action::Assign(user(n))),
        1 => (TokenStatus::Available, Action::AssignAndActivate(user(n), n)),
        2 => (TokenStatus::Assigned, Action::Activate(n)),
        3 => (TokenStatus::Activated, Action::Unassign),
        4 => (TokenStatus::Activated, Action::Deactivate),
        _ => (TokenStatus::Activated, Action::Delete { unassign_first: true }),
    }
}

/// Whether a token is as its action wants it.
fn is_as_wanted(fake: &Fake, kind: usize, n: usize) -> bool {
    let Some(token) = fake.token(serial(n).as_str()) else { return kind == 5 };
    let mine = token.holder.as_ref().is_some_and(|holder| holder.id == user(n).id);
    match kind {
        0 => mine,
        1 | 2 => mine && token.status == TokenStatus::Activated,
        3 => !mine,
        4 => mine && token.status != TokenStatus::Activated,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_weather_the_promises_hold(
        chance in any::<u64>(), kind in 0..6_usize, gusts in 0..60_u64, storms in 0..25_u64, shows_ms in 0..10_000_u64,
    ) {
        virtually(async {
            let fake = stocked(ROWS, &action(kind, 0).0)
                .under(weather(chance, gusts, storms))
                .delayed(|delays| delays.shows_ms = shows_ms);
            let asks: Vec<Ask> =
                (0..ROWS).map(|n| Ask::one(n as u64, &token(&fake, n), action(kind, n).1)).collect();
            let proofs: Vec<_> = (0..ROWS).map(seed).collect();
            let run = TaskRun::planned(&fake, &asks, &proofs);
            let mut ended = run.go().await;
            for _ in 0..500 {
                if ended == Ended::Complete {
                    break;
                }
                ended = run.go().await;
            }
            assert_eq!(ended, Ended::Complete, "every row ends");
            for n in 0..ROWS {
                match run.progress(n).end {
                    _ if fake.was_meddled_with(serial(n).as_str()) => {}
                    Some(End::Done) => assert!(is_as_wanted(&fake, kind, n), "row {n}: {:?}", token(&fake, n)),
                    Some(End::Failed(why)) => {
                        assert!(!is_as_wanted(&fake, kind, n), "row {n} is as wanted: {why:?}");
                    }
                    end => unreachable!("row {n} ended as {end:?}"),
                }
            }
            let log = fake.log();
            assert_eq!((log.blind_writes, log.repeated_codes), (0, 0));
            assert!(log.unassigned <= ROWS && log.deleted <= ROWS);
        });
    }
}
