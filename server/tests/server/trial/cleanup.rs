//! What a trial made is removed: after a stop, after an error, and after a crash at the next start.

use practice::PracticeSettings;
use server::trial::remove_left_over;
use token_core::{
    ports::{Change, NewToken},
    token::{SerialNumber, Token},
    trial::{TRIAL_MANUFACTURER, TrialPhase, TrialStep, TrialVerdict},
};
use tokio::sync::watch;

use super::{Lab, deviations::differ, result};
use crate::support::{audit_stores::File, device::new_token};

/// The step at which the token is assigned and activated.
const IN_THE_MIDDLE: usize = 12;

fn made(tokens: &[Token]) -> Vec<&Token> {
    tokens.iter().filter(|token| token.manufacturer == TRIAL_MANUFACTURER).collect()
}

#[tokio::test]
async fn a_stop_removes_everything() {
    let lab = Lab::open().await;
    let before = lab.tokens().await;
    let upn = lab.member().await.upn;
    let (sender, stop) = watch::channel(false);
    let trial = lab.begin(&upn, false).await.ok().unwrap();
    let state = trial
        .run(stop, |state| {
            if state.results.len() == IN_THE_MIDDLE {
                sender.send_replace(true);
            }
        })
        .await;
    assert_eq!((state.phase, state.results.len()), (TrialPhase::Ended, IN_THE_MIDDLE));
    assert_eq!(state.problem.as_deref(), Some("It was stopped."));
    assert_eq!(lab.tokens().await, before);
}

/// Ends a trial in the middle as a crash does: nothing of it runs any more.
async fn crash(lab: &Lab) {
    let upn = lab.member().await.upn;
    let (_sender, stop) = watch::channel(false);
    let crashed = tokio::sync::Notify::new();
    let trial = lab.begin(&upn, false).await.ok().unwrap();
    let run = trial.run(stop, |state| {
        if state.results.len() == IN_THE_MIDDLE {
            crashed.notify_one();
        }
    });
    tokio::select! {
        biased;
        () = crashed.notified() => {}
        state = run => panic!("it ended: {}", state.summary()),
    }
}

#[tokio::test]
async fn after_a_crash_the_next_start_removes_what_the_trial_made_and_nothing_else() {
    removed_after_a_crash(&Lab::open().await).await;
}

pub async fn removed_after_a_crash(lab: &Lab) {
    // Looks like one of a trial, but no trial has recorded it.
    let other = NewToken {
        manufacturer: TRIAL_MANUFACTURER.to_owned(),
        serial: SerialNumber::parse("TRIAL-OTHER").unwrap(),
        ..new_token("TRIAL-OTHER")
    };
    lab.directory().apply(vec![Change::Create(other)], None).await.unwrap();
    let before = lab.tokens().await;
    crash(lab).await;
    let after = lab.tokens().await;
    assert!(made(&after).iter().any(|token| token.assigned_to.is_some()), "{:#?}", made(&after));

    assert!(!remove_left_over(&lab.access).await.unwrap(), "it may still be under way");
    assert_eq!(lab.tokens().await.len(), after.len());
    lab.age().await;
    assert!(remove_left_over(&lab.access).await.unwrap());
    assert_eq!(lab.tokens().await, before);
    assert!(remove_left_over(&lab.access).await.unwrap(), "nothing is left to do");
}

#[tokio::test]
async fn the_next_trial_removes_what_a_crash_left_over_first() {
    let lab = Lab::open().await;
    let before = lab.tokens().await;
    crash(&lab).await;
    lab.age().await;
    assert!(lab.run(false).await.is_as_assumed());
    assert_eq!(lab.tokens().await, before);
}

#[tokio::test]
async fn what_cannot_be_removed_is_named_and_removed_later() {
    let refuse = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let refuses = std::sync::Arc::clone(&refuse);
    let lab = Lab::deviating(move |method, path, _, _| {
        let is_token = path.contains("/hardwareOathDevices/");
        let message = "…matches the user's current default authentication method, and cannot be deleted.";
        let refusal = serde_json::json!({ "error": { "code": "badRequest", "message": message } });
        (method == http::Method::DELETE && is_token && refuses.load(std::sync::atomic::Ordering::SeqCst))
            .then_some((400, refusal))
    })
    .await;
    let before = lab.tokens().await;
    let state = lab.run(false).await;
    assert_eq!(result(&state, TrialStep::Delete).verdict, TrialVerdict::Differs);
    assert!(state.left_over.iter().all(|serial| serial.starts_with("TRIAL-")) && !state.left_over.is_empty());
    assert!(state.summary().contains("left over"), "{}", state.summary());
    refuse.store(false, std::sync::atomic::Ordering::SeqCst);
    lab.age().await;
    assert!(remove_left_over(&lab.access).await.unwrap());
    assert_eq!(lab.tokens().await, before);
}

#[tokio::test]
async fn a_token_that_became_the_default_method_is_deactivated_before_it_is_removed() {
    let file = File::new("trial-default");
    let audit_log = file.audit_log().await;
    let practice = PracticeSettings { default_method: true, ..PracticeSettings::default() };
    let lab = Lab::with(practice, file, audit_log, |_, _, _, _| None).await;
    let user = lab.member().await;
    // Beside it the activated token of the trial is the default method.
    lab.give(&user).await;
    let before = lab.tokens().await;
    let (_sender, stop) = watch::channel(false);
    let state = lab.begin(&user.upn, true).await.ok().unwrap().run(stop, |_| {}).await;
    differ(&state, &[TrialStep::Unassign]);
    assert_eq!((state.count(TrialVerdict::NotTried), state.left_over.len()), (0, 0), "{state:#?}");
    assert_eq!(lab.tokens().await, before);
}

#[tokio::test]
async fn an_audit_log_that_cannot_be_written_ends_the_trial() {
    let lab = Lab::open().await;
    let upn = lab.member().await.upn;
    let trial = lab.begin(&upn, false).await.ok().unwrap();
    lab.audit_log.store().database().close().await;
    let before = lab.tokens().await;
    let (_sender, stop) = watch::channel(false);
    let state = trial.run(stop, |_| {}).await;
    assert!(state.problem.is_some() && state.results.is_empty(), "{state:#?}");
    assert_eq!(lab.tokens().await, before, "nothing was written");
}
