//! Secrets are in no log line, at any level, and in no response.

use std::{
    io,
    sync::{Arc, Mutex},
};

use practice::Practice;
use serde_json::json;
use server::{config::Access, start};
use token_core::ports::NewToken;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, util::SubscriberInitExt as _};

use crate::support::{
    browser::{Browser, parameter},
    connect::{connect, try_to_connect},
    device::{SEED, new_token, wrong_code_from},
    recording_proxy::RecordingProxy,
    test_app::{TestApp, TestAppBuilder, another_tenant, small},
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

/// The recorded secrets and responses.
#[derive(Default)]
struct Evidence {
    /// Values that must not be logged.
    secrets: Vec<(String, String)>,
    /// Those of them that must not be in a response either.
    hidden: Vec<(String, String)>,
    answers: Vec<String>,
}

impl Evidence {
    fn add(&mut self, proxy: &RecordingProxy, browser: &Browser) {
        for (name, value) in proxy.secrets() {
            self.secrets.push((name.clone(), value.clone()));
            self.hidden.push((name, value));
        }
        for name in ["session", "operator"] {
            self.add_cookie(browser, name);
        }
        self.answers.extend(browser.answers());
    }

    fn add_cookie(&mut self, browser: &Browser, name: &str) {
        self.secrets.extend(browser.cookie(name).map(|value| (format!("{name} cookie"), value)));
    }
}

/// An organisation with delegated access: signs in, creates, activates, refreshes, fails, signs out.
async fn in_an_organisation(evidence: &mut Evidence) {
    let practice = Practice::start(&small(), 0).await.unwrap();
    let proxy = RecordingProxy::on(&practice.base_url).await;
    let app =
        TestAppBuilder::default().with_organisation_at(Access::Delegated, practice, &proxy.address).await;
    let browser = Browser::of(&app);
    let at_entra = browser.begin("").await;
    // The callback deletes it.
    evidence.add_cookie(&browser, "sign-in");
    evidence
        .secrets
        .extend(["state", "nonce"].map(|name| (name.to_owned(), parameter(&at_entra, name).unwrap())));
    let back = browser.choose(&at_entra, "administrator").await;
    assert_eq!(browser.come_back(&back).await.location(), "/");

    let token: NewToken = new_token("SECRECY-1");
    let created = browser.apply("create", json!([token])).await;
    assert!(created.body.contains("SECRECY-1"), "{}", created.body);
    let id = created.json::<serde_json::Value>()["outcomes"][0]["Done"]["id"].as_str().unwrap().to_owned();
    let user = json!("00000000-0000-4000-8000-000000000001");
    let activation = json!([{ "token": id, "user": user, "code": "836417" }]);
    for kind in ["activate", "assign_and_activate"] {
        let answer = browser.apply(kind, activation.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let own_code = own_tokens(&browser, &app).await;
    app.switch("age?seconds=3600").await;
    assert_eq!(browser.list().await.status, 200);
    assert_eq!(app.stats().await["refreshes"], 1);
    browser.call("/api/settings/check", json!({})).await;
    app.switch("next-id-token?wrong=nonce").await;
    assert_eq!(browser.sign_in_from("?choose=true", "administrator").await.location(), "/sign-in");
    app.switch("revoke-sessions").await;
    app.switch("age?seconds=3600").await;
    assert_eq!(browser.list().await.status, 401);
    evidence.add(&proxy, &browser);
    browser.call("/api/session/sign_out", json!({})).await;
    for (name, value) in [("seed", SEED), ("code of a token", "836417"), ("own code", &own_code)] {
        evidence.secrets.push((name.to_owned(), value.to_owned()));
        evidence.hidden.push((name.to_owned(), value.to_owned()));
    }
}

/// Enters codes for the user's own tokens: a refused one, one for an unknown token, and one that requires a step-up.
async fn own_tokens(browser: &Browser, app: &TestApp) -> String {
    let code = wrong_code_from(715_294);
    let serial = json!({ "serial": "SECRECY-1", "code": code });
    let refused = browser.call("/api/my/claim", serial.clone()).await;
    assert!(refused.body.contains("code_refused"), "{}", refused.body);
    let nothing = json!({ "token": "00000000-0000-4000-8000-000000000001", "code": code });
    assert_eq!(browser.call("/api/my/activate", nothing).await.status, 200);
    app.switch("age?seconds=700").await;
    let challenged = browser.call("/api/my/claim", serial).await;
    assert_eq!(challenged.status, 401, "{}", challenged.body);
    code
}

/// The local operator: opens the link, enters a wrong secret and the right one, checks, disconnects.
async fn as_the_operator(evidence: &mut Evidence) {
    let real = another_tenant().await;
    let proxy = RecordingProxy::on(&real.base_url).await;
    let app = TestAppBuilder::default().with_practice(&proxy.address).await;
    let operator = Browser::operator(&app).await;
    evidence
        .secrets
        .push(("key of the link".to_owned(), parameter(app.link.as_ref().unwrap(), "key").unwrap()));
    try_to_connect(&operator, &real.tenant_id, &real.client_id, "obviously~wrong~secret").await;
    connect(&operator, &real).await;
    operator.call("/api/settings/check", json!({})).await;
    assert_eq!(operator.list().await.status, 200);
    operator.call("/api/settings/disconnect", json!({})).await;
    evidence.add(&proxy, &operator);
}

#[tokio::test]
async fn nothing_secret_is_logged_or_answered() {
    let log = Log::default();
    // For the whole process, because tasks on other threads log, too; through the program's own filter.
    start::log(EnvFilter::new("trace"), log.clone(), false).init();
    let mut evidence = Evidence::default();
    in_an_organisation(&mut evidence).await;
    as_the_operator(&mut evidence).await;

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for line in ["somebody signed in", "opened the link", "has connected a tenant", "asked Microsoft Graph"] {
        assert!(text.contains(line), "{line}: the log is captured");
    }
    let names: Vec<&str> = evidence.secrets.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "client_secret",
        "code",
        "code_verifier",
        "access_token",
        "refresh_token",
        "id_token",
        "session cookie",
        "sign-in cookie",
        "operator cookie",
        "state",
        "nonce",
    ] {
        assert!(names.contains(&name), "{name} was never seen, so it proves nothing");
    }
    for (name, value) in &evidence.secrets {
        assert!(value.len() >= 6 && !text.contains(value), "{name} in the log: {}", around(&text, value));
    }
    for (name, value) in &evidence.hidden {
        for answer in &evidence.answers {
            assert!(!answer.contains(value), "{name} in an answer: {answer}");
        }
    }
}

/// The lines with the value.
fn around(text: &str, value: &str) -> String {
    text.lines().filter(|line| line.contains(value)).collect::<Vec<_>>().join("\n")
}
