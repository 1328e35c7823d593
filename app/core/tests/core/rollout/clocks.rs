//! Activations by a clock that a sample of the delivery measured.

use token_core::{
    drift::{Offset, OwnClock, Reading},
    otp,
    plan::Mode,
    ports::{Clock as _, NewToken},
    run::engine::RunResult,
    token::TokenStatus,
};

use super::{
    fake::FakeTenant,
    rows::{changed, entries, new_token, serial, user},
    time::with_virtual_time,
    watch::Run,
};

const SLOW_S: i64 = -300;

/// Tokens of a delivery, one assigned to each user, whose clocks are five minutes slow.
fn delivery(tokens: usize) -> FakeTenant {
    (0..tokens).fold(FakeTenant::new((0..tokens).map(user)), |fake, n| {
        fake.with(new_token(n), TokenStatus::Assigned, Some(&user(n)))
            .ticking(serial(n).as_str(), SLOW_S * 1_000)
    })
}

#[test]
fn tokens_of_a_slow_delivery_are_activated_at_its_median() {
    for (clock, is_done) in [(None, false), (Some(OwnClock::of(Offset::from_seconds(SLOW_S))), true)] {
        with_virtual_time(async {
            let fake = delivery(4);
            let run = Run::planned(&fake, Mode::Activate, &entries(4)).await.with_clocks(|_| clock);
            assert_eq!(run.go().await, RunResult::Complete);
            assert!((0..4).all(|row| run.is_done(row) == is_done), "{clock:?}: {}", run.failure(0));
        });
    }
}

#[test]
fn what_a_tokens_own_code_said_counts_more_than_the_median() {
    with_virtual_time(async {
        let fake = delivery(2);
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        let at_ms = fake.time.now_ms();
        let NewToken { seed, hash, interval, .. } = new_token(0);
        let code = otp::totp(&seed, hash, interval, at_ms.checked_add_signed(SLOW_S * 1_000).unwrap());
        let rows = [changed(0, |row| row.shown = Some(Reading { code, at_ms }))];
        let wrong_median = OwnClock::of(Offset::from_seconds(-SLOW_S));
        let run = Run::planned(&fake, Mode::Activate, &rows).await.with_clocks(|_| Some(wrong_median));
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
    });
}

#[test]
fn the_code_that_measured_a_token_of_the_sample_is_not_sent_but_the_next_one() {
    with_virtual_time(async {
        let fake = delivery(1);
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        let measured =
            OwnClock { offset: Offset::from_seconds(SLOW_S), typed_at_ms: Some(fake.time.now_ms()) };
        let run = Run::planned(&fake, Mode::Activate, &entries(1)).await.with_clocks(|_| Some(measured));
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
        assert!(fake.time.elapsed_ms() >= 30_000, "{}", fake.time.elapsed_ms());
    });
}
