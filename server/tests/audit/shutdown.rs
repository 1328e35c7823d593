//! The program is asked to end while a write is under way: the write ends first, and the trail says how.

use std::process::Command;

use server::practice::{Practice, PracticeSettings};
use token_core::{
    audit::{AuditAction, EntryStatus},
    error::ServiceError,
    ports::{Directory as _, Outcome, Rename},
    token::TokenStatus,
};

use tokio::net::TcpStream;

use crate::{
    program::Program,
    stores::{File, all},
    test_app::{small, stats},
};

/// As the system does when it shuts down, and Docker and systemd when they stop a service.
fn ask_to_end(process: u32) {
    let done = Command::new("kill").args(["-TERM", &process.to_string()]).status().unwrap();
    assert!(done.success());
}

async fn requests(practice: &Practice) -> u64 {
    stats(practice).await["requests"].as_u64().unwrap()
}

/// Returns when Microsoft has been asked more than so often.
async fn asked(practice: &Practice, before: u64) {
    while requests(practice).await == before {
        tokio::task::yield_now().await;
    }
}

/// A program that is asked to end as soon as Microsoft has been asked to rename a token. `gives_up` says whether the
/// browser goes away before the answer. Its answer, and how the trail ends.
async fn renaming(
    name: &str,
    gives_up: bool,
) -> (Option<Result<Vec<Outcome<()>>, ServiceError>>, EntryStatus) {
    let settings = PracticeSettings { tokens: 30, latency_ms: 1_500, seed: 7, ..small() };
    let practice = Practice::start(&settings, 0).await.unwrap();
    let file = File::new(name);
    let mut program = Program::start(&file.folder, &file.url(), &practice).await;
    let tokens = program.remote.tokens(None).await.unwrap().items;
    let token = tokens.into_iter().find(|token| token.status == TokenStatus::Available).unwrap().id;
    let wish = Rename { token, name: "Reserve".to_owned() };
    program.remote.run = "11111111-1111-4111-8111-111111111111";
    let before = requests(&practice).await;
    let mut call = Box::pin(program.remote.rename(vec![wish]));
    tokio::select! {
        answer = &mut call => panic!("answered before it could be asked to end: {answer:?}"),
        () = asked(&practice, before) => ask_to_end(program.child.id()),
    }
    let answer = if gives_up { None } else { Some(call.as_mut().await) };
    drop(call);
    assert_eq!(program.child.wait().unwrap().code(), Some(0));
    let entries = all(&*file.audit_log().await).await;
    let renamed = entries.iter().find(|entry| entry.action == AuditAction::Rename).expect("an entry");
    (answer, renamed.result)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_twice_does_not_wait() {
    // Longer than it takes to ask twice.
    let settings = PracticeSettings { latency_ms: 4_000, seed: 7, ..small() };
    let practice = Practice::start(&settings, 0).await.unwrap();
    let file = File::new("end-twice");
    let mut program = Program::start(&file.folder, &file.url(), &practice).await;
    let port = program.remote.base.port().unwrap();
    let before = requests(&practice).await;
    let mut call = Box::pin(program.remote.tokens(None));
    tokio::select! {
        answer = &mut call => panic!("answered before it could be asked to end: {answer:?}"),
        () = asked(&practice, before) => ask_to_end(program.child.id()),
    }
    // From then on nobody new is let in.
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    ask_to_end(program.child.id());
    drop(call);
    assert_eq!(program.child.wait().unwrap().code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_answered_and_recorded() {
    let (answer, ending) = renaming("end-answered", false).await;
    assert_eq!(answer, Some(Ok(vec![Outcome::Done(())])));
    assert_eq!(ending, EntryStatus::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_recorded_even_when_nobody_waits_for_the_answer() {
    let (_, ending) = renaming("end-alone", true).await;
    assert_eq!(ending, EntryStatus::Done);
}
