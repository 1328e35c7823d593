//! What a row waits for, how long, and when it gives up.

use token_core::{
    plan::Mode,
    ports::RefusalKind,
    run::{End, Failure, Stage, engine::RunResult},
    token::TokenStatus,
};

use super::{
    fake::Log,
    fault_plan::{Call, FaultPlan, ItemFault},
    faults::{all_are_done, fake_tenant},
    rows::{entries, new_token},
    time::with_virtual_time,
    watch::Run,
};

const FOR_EVER: usize = usize::MAX;

/// Runs one row with this fault for ever, stops after so many seconds: its stage, and what it waits for.
fn waiting_after(seconds: u64, call: Call, item_fault: ItemFault) -> (Stage, String) {
    with_virtual_time(async {
        let fake = fake_tenant().with_faults(FaultPlan::first_items(FOR_EVER, call, item_fault));
        let run = Run::planned(&fake, Mode::Activate, &entries(1)).await;
        let stop = async {
            tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
            run.stop.request();
        };
        let (result, ()) = futures_util::future::join(run.go(), stop).await;
        assert_eq!(result, RunResult::Stopped);
        let progress = run.progress(0);
        (progress.stage, progress.waiting.unwrap_or_default())
    })
}

#[test]
fn a_row_says_what_it_waits_for() {
    let throttled = || ItemFault::Throttled { after_ms: Some(100_000), carried_out: false };
    let not_found = ItemFault::Refused(RefusalKind::NotFound);
    let unanswered = ItemFault::Unanswered { carried_out: false };
    for (call, item_fault, stage, waiting) in [
        (Call::Create, throttled(), Stage::Planned, "Microsoft asks for a pause"),
        (Call::AssignAndActivate, throttled(), Stage::Created, "Microsoft asks for a pause"),
        (Call::AssignAndActivate, not_found, Stage::Created, "Waiting until Microsoft shows the new token"),
        (
            Call::Create,
            unanswered,
            Stage::Planned,
            "No clear answer from Microsoft: reading the token before going on",
        ),
    ] {
        assert_eq!(waiting_after(3, call, item_fault), (stage, waiting.to_owned()));
    }
}

#[test]
fn a_row_whose_code_was_used_waits_for_the_next_one() {
    let unanswered = ItemFault::Unanswered { carried_out: false };
    let expected = (Stage::Created, "Waiting for the token's next code".to_owned());
    assert_eq!(waiting_after(10, Call::AssignAndActivate, unanswered), expected);
}

/// Runs one row with this fault for ever: how it failed, the tenant's log, and how long it took.
fn fails(mode: Mode, call: Call, item_fault: ItemFault) -> (Failure, Log, u64) {
    with_virtual_time(async {
        let fake = fake_tenant().with_faults(FaultPlan::first_items(FOR_EVER, call, item_fault));
        let run = Run::planned(&fake, mode, &entries(1)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        let Some(End::Failed(failure)) = run.progress(0).end else { unreachable!("{:?}", run.progress(0)) };
        (failure, fake.log(), fake.time.elapsed_ms())
    })
}

#[test]
fn a_write_that_is_never_answered_is_given_up_after_twenty_tries() {
    let cases = [
        (Mode::Import, Call::Create, ItemFault::Unanswered { carried_out: false }, "503"),
        (
            Mode::Import,
            Call::Create,
            ItemFault::Throttled { after_ms: None, carried_out: false },
            "slow down",
        ),
        (Mode::Assign, Call::Assign, ItemFault::Unanswered { carried_out: false }, "503"),
        (
            Mode::Assign,
            Call::Assign,
            ItemFault::Throttled { after_ms: None, carried_out: false },
            "slow down",
        ),
    ];
    for (mode, call, item_fault, message) in cases {
        let (failure, log, ms) = fails(mode, call, item_fault);
        assert_eq!(
            failure.reason,
            format!("Microsoft Graph gave no usable answer after several tries. Its last answer: {message}")
        );
        assert_eq!(
            failure.remedy,
            "Import the same file again later: it goes on from where this token stands."
        );
        assert_eq!(failure.request_id.as_deref(), Some("request-1"));
        let writes = log.calls.iter().filter(|(made, _)| *made == call).count();
        assert!((15..=20).contains(&writes), "{call:?}: {writes} writes");
        assert!((300_000..900_000).contains(&ms), "{call:?}: {ms} ms");
    }
}

#[test]
fn each_stage_of_a_row_has_its_own_tries() {
    let mut left = std::collections::HashMap::new();
    let (_, log) = all_are_done(|fake| {
        fake.with_faults(FaultPlan::items(move |call, serial| {
            let left = left.entry((call, serial.to_owned())).or_insert(15);
            if *left == 0 || call == Call::Read {
                return ItemFault::None;
            }
            *left -= 1;
            ItemFault::Throttled { after_ms: None, carried_out: false }
        }))
    });
    assert_eq!(log.writes, 3 * (16 + 16));
}

#[test]
fn a_resumed_run_begins_to_count_tries_anew() {
    with_virtual_time(async {
        let fault = || ItemFault::Throttled { after_ms: None, carried_out: false };
        let fake = fake_tenant().with_faults(FaultPlan::first_items(FOR_EVER, Call::Create, fault()));
        let run = Run::planned(&fake, Mode::Import, &entries(1)).await;
        let stop = async {
            tokio::time::sleep(std::time::Duration::from_secs(300)).await;
            run.stop.request();
        };
        let (result, ()) = futures_util::future::join(run.go(), stop).await;
        assert_eq!((result, run.ended()), (RunResult::Stopped, 0));
        run.stop.clear();
        fake.set_faults(FaultPlan::first_items(15, Call::Create, fault()));
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
    });
}

#[test]
fn a_refusal_after_a_write_without_an_answer_is_final_after_a_minute() {
    with_virtual_time(async {
        let mut answers = 0;
        let fake = fake_tenant().with(new_token(0), TokenStatus::Available, None);
        fake.set_faults(FaultPlan::items(move |call, _| {
            answers += usize::from(call == Call::Assign);
            match (call, answers) {
                (Call::Assign, 1) => ItemFault::Unanswered { carried_out: false },
                (Call::Assign, _) => ItemFault::Refused(RefusalKind::BadRequest),
                _ => ItemFault::None,
            }
        }));
        let run = Run::planned(&fake, Mode::Assign, &entries(1)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert_eq!(run.failure(0), "Microsoft refused to assign the token: for no reason");
        let ms = fake.time.elapsed_ms();
        assert!((60_000..75_000).contains(&ms), "{ms} ms: until then the first write might still show");
        let reads = fake.log().calls.iter().filter(|(call, _)| *call == Call::Read).count();
        assert!((5..20).contains(&reads), "{reads} lookups");
        assert_eq!(fake.log().writes, 2);
    });
}

#[test]
fn another_manufacturers_token_is_blamed_only_when_microsoft_refused() {
    with_virtual_time(async {
        let fake = fake_tenant();
        let rows = Run::planned(&fake, Mode::Import, &entries(1)).await.rows;
        let mut other = new_token(0);
        other.manufacturer = "Fabrikam".to_owned();
        let unanswered = ItemFault::Unanswered { carried_out: false };
        let fake = fake.with(other, TokenStatus::Available, None).with_faults(FaultPlan::first_items(
            1,
            Call::Create,
            unanswered,
        ));
        let run = Run::of(&fake, rows, &entries(1));
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.failure(0).contains("a token of Fabrikam has this serial"), "{}", run.failure(0));
        assert_eq!(fake.log().writes, 2, "only the second create was refused");
    });
}

#[test]
fn a_refusal_says_what_failed_and_what_to_check() {
    let refused = |mode, call, kind| {
        let failure = fails(mode, call, ItemFault::Refused(kind)).0;
        (failure.reason, failure.remedy)
    };
    let (reason, remedy) = refused(Mode::Import, Call::Create, RefusalKind::BadRequest);
    assert_eq!(reason, "Microsoft refused to create the token: for no reason");
    assert_eq!(remedy, "Check the row: serial number, secret key, interval and hash.");
    let (reason, remedy) = refused(Mode::Import, Call::Create, RefusalKind::Forbidden);
    assert_eq!(reason, "Microsoft refused for lack of permission: for no reason");
    assert!(remedy.contains("admin consent"), "{remedy}");
    let (reason, remedy) = refused(Mode::Activate, Call::AssignAndActivate, RefusalKind::BadRequest);
    assert!(reason.contains("most likely because of the code"), "{reason}");
    assert!(remedy.contains("vendor's file") && !remedy.contains("type that one"), "{remedy}");
    let (reason, remedy) = refused(Mode::Activate, Call::AssignAndActivate, RefusalKind::Forbidden);
    assert!(reason.contains("or the user is an administrator"), "{reason}");
    assert!(remedy.contains("Privileged Authentication Administrator"), "{remedy}");
    let (reason, remedy) = refused(Mode::Assign, Call::Assign, RefusalKind::BadRequest);
    assert_eq!(reason, "Microsoft refused to assign the token: for no reason");
    assert!(remedy.contains("five are allowed"), "{remedy}");
}

/// Graph may show the last of all tries as late as any other: until then the row waits, and nothing is written again.
#[test]
fn the_last_try_is_awaited_before_a_row_is_given_up() {
    let unanswered = |carried_out| ItemFault::Unanswered { carried_out };
    let tries = |log: &Log| log.calls.iter().filter(|(call, _)| *call == Call::Assign).count();
    let most = tries(&fails(Mode::Assign, Call::Assign, unanswered(false)).1);
    with_virtual_time(async {
        let fake = fake_tenant().delayed(|delays| delays.shows_ms = 45_000);
        let mut tried = 0;
        fake.set_faults(FaultPlan::items(move |call, _| {
            tried += usize::from(call == Call::Assign);
            if call == Call::Assign { unanswered(tried == most) } else { ItemFault::None }
        }));
        let run = Run::planned(&fake, Mode::Assign, &entries(1)).await;
        assert_eq!(run.go().await, RunResult::Complete);
        assert!(run.is_done(0), "{}", run.failure(0));
        assert_eq!(tries(&fake.log()), most);
    });
}
