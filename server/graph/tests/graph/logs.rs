//! What is logged, and what must not be.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::json;
use token_core::ports::{Change, Directory, Rename};
use tracing_subscriber::fmt::MakeWriter;

use crate::mock_graph::{
    CLIENT_SECRET, CODE, MockGraph, SEED, activation, answer, assignment, changes, creations, device, error,
    guid, list, new_token, token_id, user_id,
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn logs_requests_without_secrets() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    // For the whole process: tests that run concurrently must not log secrets either.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let mock = MockGraph::start().await;
    mock.on_items(|item| match item["url"].as_str().unwrap() {
        url if url.starts_with("/users?") => answer(200, list(&[])),
        url if url.starts_with("/users/") => {
            answer(400, error("badRequest", &format!("code {CODE} is wrong")))
        }
        _ => answer(201, device(1, "A1")),
    })
    .await;
    let directory = mock.directory();
    directory.apply(changes(Change::Create, vec![new_token("A1")]), None).await.unwrap();
    directory.apply(creations(2), None).await.unwrap();
    directory.apply(changes(Change::AssignAndActivate, vec![activation(1)]), None).await.unwrap();
    directory.users_by_upn(vec!["amy@a.example".to_owned()]).await.unwrap();
    directory.search_users("amy".to_owned(), None).await.unwrap_err();
    directory.apply(changes(Change::Unassign, vec![assignment(1)]), None).await.unwrap();
    directory.apply(changes(Change::Delete, vec![token_id(1)]), None).await.unwrap();
    directory
        .apply(changes(Change::Rename, vec![Rename { token: token_id(1), name: "amy's".to_owned() }]), None)
        .await
        .unwrap();
    directory.tokens(None).await.unwrap_err();

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    // The mock server logs the requests that it receives; its lines begin with its span.
    let all = text.lines().filter(|line| !line.contains("wiremock")).collect::<Vec<_>>().join("\n");
    assert!(all.contains("$batch: create tokens") && all.contains("request-of-the-batch"), "{all}");
    assert!(all.contains("hardwareOathDevices: create tokens"), "{all}");
    assert!(all.contains("milliseconds") && all.contains("http.status=200"), "{all}");
    let user = user_id(1);
    for secret in [SEED, CODE, "token-1", CLIENT_SECRET, "amy", &guid(1), user.as_str()] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}

#[tokio::test]
async fn settings_show_no_secret() {
    let mock = MockGraph::start().await;
    let shown = format!("{:?} {}", mock.settings(), json!({}));
    assert!(shown.contains("client-1") && !shown.contains(CLIENT_SECRET), "{shown}");
}
