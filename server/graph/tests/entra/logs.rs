//! Secrets must not be logged, even with the most verbose filter.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::json;
use token_core::ports::Directory;
use tracing_subscriber::fmt::MakeWriter;
use wiremock::Request;

use crate::{
    mock_entra::{
        ACCESS, CODE, MockEntra, NONCE, REFRESH, SECRET, TENANT, VERIFIER, entra_error, error_of, redeem,
    },
    person::{DEVICES, DelegatedAccess, inventory_for, renewed},
    tokens::{KEY_TWO, signed},
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
async fn a_sign_in_logs_no_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    // For the whole process: tests that run concurrently must not log secrets either.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let delegated = DelegatedAccess::start(0, renewed()).await;
    delegated.entra.on("GET", DEVICES, inventory_for("fake-access-token-3")).await;
    delegated.directory.tokens(None).await.unwrap();
    let ended =
        DelegatedAccess::start(0, |_: &Request| entra_error("invalid_grant", 700_082, json!({}))).await;
    let service_error = ended.directory.tokens(None).await.unwrap_err();
    let stranger = MockEntra::start(TENANT).await;
    let id_token = signed("one", KEY_TWO, &stranger.claims());
    let error = error_of(stranger.sign_in(&id_token).await);
    let stranger = MockEntra::start(TENANT).await;
    stranger.answers(json!({ "access_token": [ACCESS], "id_token": id_token })).await;
    let foreign = error_of(redeem(&stranger.directory().entra()).await);

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    // The mock server logs the requests that it receives; its lines begin with its span.
    let mut all = text.lines().filter(|line| !line.contains("wiremock")).collect::<Vec<_>>().join("\n");
    assert!(all.contains("asked Microsoft Graph"), "{all}");
    all.push_str(&format!("{service_error} {service_error:?} {error} {error:?} {foreign} {foreign:?}"));
    let signature = id_token.rsplit('.').next().unwrap();
    for secret in [SECRET, CODE, VERIFIER, REFRESH, ACCESS, NONCE, "fake-access", "amy@", "eyJ", signature] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}
