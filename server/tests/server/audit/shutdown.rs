//! The program is asked to shut down during a write: the write completes first, and the audit log has its outcome.

use crate::support::mock_directory::changes;
use std::process::Command;

use practice::{Practice, PracticeSettings};
use token_core::{
    audit::{AuditAction, EntryStatus},
    error::ServiceError,
    ports::{Change, Directory as _, Outcome, Rename},
    token::{Token, TokenStatus},
};

use tokio::net::TcpStream;

use crate::support::{
    audit_stores::{File, all},
    connected_program::Program,
    test_app::{small, stats},
};

/// Sends SIGTERM, as Docker and systemd do to stop a service.
fn send_sigterm(process: u32) {
    let done = Command::new("kill").args(["-TERM", &process.to_string()]).status().unwrap();
    assert!(done.success());
}

async fn requests(practice: &Practice) -> u64 {
    stats(practice).await["requests"].as_u64().unwrap()
}

/// Returns when Microsoft has received more requests than `before`.
async fn next_request(practice: &Practice, before: u64) {
    while requests(practice).await == before {
        tokio::task::yield_now().await;
    }
}

/// Shuts a program down as soon as Microsoft has received its request to rename a token; `gives_up`: the browser drops the
/// call. Returns the answer and the result in the audit log.
async fn renaming(
    name: &str,
    gives_up: bool,
) -> (Option<Result<Vec<Outcome<Option<Token>>>, ServiceError>>, EntryStatus) {
    let settings = PracticeSettings { tokens: 30, latency_ms: 1_500, seed: 7, ..small() };
    let practice = Practice::start(&settings, 0).await.unwrap();
    let file = File::new(name);
    let mut program = Program::start(&file.folder, &file.url(), &practice).await;
    let tokens = program.remote.tokens(None).await.unwrap().items;
    let token = tokens.into_iter().find(|token| token.status == TokenStatus::Available).unwrap().id;
    let rename = Rename { token, name: "Reserve".to_owned() };
    let before = requests(&practice).await;
    let mut call = Box::pin(program.remote.apply(changes(Change::Rename, vec![rename]), None));
    tokio::select! {
        answer = &mut call => panic!("answered before it could be asked to end: {answer:?}"),
        () = next_request(&practice, before) => send_sigterm(program.child.id()),
    }
    let answer = if gives_up { None } else { Some(call.as_mut().await.map(|applied| applied.outcomes)) };
    drop(call);
    assert_eq!(program.child.wait().unwrap().code(), Some(0));
    let entries = all(&*file.audit_log().await).await;
    let renamed = entries.iter().find(|entry| entry.action == AuditAction::Rename).expect("an entry");
    (answer, renamed.result)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once() {
    // Longer than it takes to send two signals.
    let settings = PracticeSettings { latency_ms: 4_000, seed: 7, ..small() };
    let practice = Practice::start(&settings, 0).await.unwrap();
    let file = File::new("end-twice");
    let mut program = Program::start(&file.folder, &file.url(), &practice).await;
    let port = program.remote.base.port().unwrap();
    let before = requests(&practice).await;
    let mut call = Box::pin(program.remote.tokens(None));
    tokio::select! {
        answer = &mut call => panic!("answered before it could be asked to end: {answer:?}"),
        () = next_request(&practice, before) => send_sigterm(program.child.id()),
    }
    // From then on no new connections are accepted.
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    send_sigterm(program.child.id());
    drop(call);
    assert_eq!(program.child.wait().unwrap().code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_in_progress_is_answered_and_recorded() {
    let (answer, ending) = renaming("end-answered", false).await;
    assert_eq!(answer, Some(Ok(vec![Outcome::Done(None)])));
    assert_eq!(ending, EntryStatus::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_request_was_dropped_is_recorded() {
    let (_, ending) = renaming("end-alone", true).await;
    assert_eq!(ending, EntryStatus::Done);
}
