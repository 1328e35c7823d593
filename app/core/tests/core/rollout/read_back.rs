//! Done means seen: what was answered well is read back, repeated when it had no effect, and told when it stays without.

use token_core::{
    plan::Mode,
    ports::ChangeKind,
    run::{End, Stage, engine::RunResult},
    seed_file::Owner,
    token::TokenStatus,
};

use super::{
    fake::FakeTenant,
    fault_plan::{Call, FaultPlan, ItemFault},
    rows::{entries, new_token, owned_by, user},
    time::with_virtual_time,
    watch::Run,
};

fn fake_tenant(users: usize) -> FakeTenant {
    FakeTenant::new((0..users).map(user))
}

#[test]
fn three_tokens_for_each_of_thirty_people_are_activated_although_their_writes_can_collide() {
    with_virtual_time(async {
        let fake = fake_tenant(30).delayed(|delays| delays.collides_ms = 400);
        let rows: Vec<_> = (0..90).map(|n| owned_by(n, Some(Owner::Upn(user(n % 30).upn)))).collect();
        let run = Run::planned(&fake, Mode::Activate, &rows).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..90).all(|row| run.is_done(row) && run.truth(row) == Stage::Activated));
        assert!(fake.histories().iter().all(|history| *history == (1, 1)), "none twice");
        assert_eq!(fake.log().collisions, 0, "one write for one user at a time");
        assert!(fake.time.elapsed_ms() < 10_000, "{} ms", fake.time.elapsed_ms());
    });
}

#[test]
fn a_write_without_effect_is_reported_and_repeated_with_a_new_code() {
    for call in [Call::AssignAndActivate, Call::Create] {
        with_virtual_time(async {
            let fault = FaultPlan::first_items(1, call, ItemFault::WithoutEffect);
            let fake = fake_tenant(3).with_faults(fault);
            let run = Run::planned(&fake, Mode::Activate, &entries(3)).await;
            assert_eq!(run.go().await, RunResult::Complete);
            assert!((0..3).all(|row| run.is_done(row) && run.truth(row) == Stage::Activated), "{call:?}");
            assert_eq!(fake.log().repeated_codes, 0);
            let reported: Vec<_> = fake.log().unseen.iter().map(|write| write.kind).collect();
            let created = call == Call::Create;
            // The answer to a creation shows the token; one without it is uncertain at once.
            assert_eq!(reported, if created { vec![] } else { vec![ChangeKind::AssignAndActivate] });
        });
    }
}

#[test]
fn a_write_that_never_has_an_effect_fails_with_its_request_id() {
    with_virtual_time(async {
        let fault = FaultPlan::first_items(99, Call::AssignAndActivate, ItemFault::WithoutEffect);
        let fake = fake_tenant(1).with_faults(fault);
        let run = Run::planned(&fake, Mode::Activate, &entries(1)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        let Some(End::Failed(failure)) = run.progress(0).end else { panic!("{:?}", run.progress(0)) };
        assert_eq!(failure.reason, "Microsoft answered that the token was activated, but does not show it");
        assert_eq!(failure.request_id.as_deref(), Some("request-0"));
        assert_eq!(run.progress(0).stage, Stage::Created);
        assert_eq!(fake.log().unseen.len(), 4, "the write and its three repetitions");
        assert!(fake.time.elapsed_ms() < 200_000, "{} ms", fake.time.elapsed_ms());
    });
}

#[test]
fn within_the_lag_of_the_lists_nothing_is_repeated_or_reported() {
    for mode in [Mode::Import, Mode::Assign, Mode::Activate] {
        with_virtual_time(async {
            let fake =
                fake_tenant(50).delayed(|delays| (delays.shows_ms, delays.appears_ms) = (15_000, 15_000));
            let run = Run::planned(&fake, mode, &entries(50)).await;
            assert_eq!(run.go().await, RunResult::Complete);
            assert!((0..50).all(|row| run.is_done(row)), "{mode:?}: {}", run.failure(0));
            assert_eq!(fake.log().unseen, []);
            assert_eq!(fake.log().writes, if mode == Mode::Import { 50 } else { 100 });
        });
    }
}

#[test]
fn a_row_says_that_it_is_written_before_it_is_seen() {
    with_virtual_time(async {
        let fake = fake_tenant(2).delayed(|delays| delays.shows_ms = 15_000);
        let run = Run::planned(&fake, Mode::Activate, &entries(2)).await;
        let looked = async {
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            run.progress(0)
        };
        let (ended, progress) = futures_util::future::join(run.go(), looked).await;
        assert_eq!(ended, RunResult::Complete);
        assert!(progress.is_written && progress.end.is_none(), "{progress:?}");
        assert!(run.is_done(0));
    });
}

#[test]
fn a_small_inventory_is_read_page_by_page_instead_of_token_by_token() {
    with_virtual_time(async {
        let mut fake = fake_tenant(200);
        fake.page = 1_000;
        let run = Run::planned(&fake, Mode::Activate, &entries(200)).await.with_inventory(200);
        let pages = fake.log().pages;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!((0..200).all(|row| run.is_done(row)));
        let lookups = fake.log().calls.iter().filter(|(call, _)| *call == Call::Read).count();
        assert_eq!((fake.log().pages - pages, lookups), (1, 0));
    });
}

#[test]
fn a_stop_reads_back_what_was_written() {
    with_virtual_time(async {
        let fake = fake_tenant(600);
        let run = Run::planned(&fake, Mode::Activate, &entries(600)).await;
        let stop = async {
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            run.stop.request();
        };
        let (ended, ()) = futures_util::future::join(run.go(), stop).await;
        assert_eq!(ended, RunResult::Stopped);
        let activated = (0..600).filter(|row| run.truth(*row) == Stage::Activated).count();
        assert!(activated > 0);
        assert_eq!(run.ended(), activated);
    });
}

#[test]
fn the_first_rows_end_before_the_others_begin() {
    with_virtual_time(async {
        let fake = fake_tenant(50);
        let run = Run::planned(&fake, Mode::Activate, &entries(50)).await.first(5);
        assert_eq!(run.go().await, RunResult::FirstEnded);
        assert_eq!((run.ended(), fake.log().created), (5, 5));
        assert!((0..5).all(|row| run.is_done(row)));
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!((run.ended(), fake.log().created), (50, 50));
    });
}

/// While many writes are left, those of unknown outcome wait to be read with the others: by pages of the inventory where that takes
/// fewer requests than reading each token.
#[test]
fn uncertain_writes_of_a_long_run_are_read_together() {
    const ROWS: usize = 2_500;
    const UNKNOWN: usize = 60;
    for inventory in [Some(ROWS), None] {
        with_virtual_time(async {
            // The first rows are created, and their creations uncertain, too.
            let mut fake = (UNKNOWN..ROWS)
                .fold(fake_tenant(ROWS), |fake, n| fake.with(new_token(n), TokenStatus::Available, None));
            fake.page = 1_000;
            let planned = Run::planned(&fake, Mode::Assign, &entries(ROWS)).await;
            let run = match inventory {
                Some(tokens) => planned.with_inventory(tokens),
                None => planned,
            };
            let (mut creations, mut assignments) = (0, 0);
            fake.set_faults(FaultPlan::items(move |call, _| {
                // Half of the creations are carried out, and the others uncertain once more.
                let (items, most) = match call {
                    Call::Create => (&mut creations, UNKNOWN + UNKNOWN / 2),
                    Call::Assign => (&mut assignments, UNKNOWN),
                    _ => return ItemFault::None,
                };
                *items += 1;
                let carried_out = *items % 2 == 0;
                if *items <= most { ItemFault::Unanswered { carried_out } } else { ItemFault::None }
            }));
            let pages = fake.log().pages;
            assert_eq!(run.go().await, RunResult::Complete);
            assert!((0..ROWS).all(|row| run.is_done(row) && run.truth(row) == Stage::Assigned));
            let log = fake.log();
            let lookups = log.calls.iter().filter(|(call, _)| *call == Call::Read).count();
            let (most_lookups, most_pages) = if inventory.is_some() { (10, 40) } else { (50, 0) };
            assert!(lookups <= most_lookups, "{inventory:?}: {lookups} lookups");
            assert!(log.pages - pages <= most_pages, "{inventory:?}: {} pages", log.pages - pages);
        });
    }
}
