//! Checkpoints of the audit log over HTTP: to an address that collects them, and to a witness that cosigns them (C2SP tlog-witness).

use async_trait::async_trait;
use audit::{CheckpointReceiver, VerifierKey, Witness, WitnessAnswer};
use graph::is_loopback;
use http::{StatusCode, header};
use url::Url;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// Takes checkpoints by POST.
pub struct HttpReceiver {
    client: reqwest::Client,
    url: Url,
}

impl HttpReceiver {
    /// For this address.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub fn new(url: Url) -> Result<Self, String> {
        Ok(Self { client: graph::http_client(is_loopback(&url))?, url })
    }
}

#[async_trait]
impl CheckpointReceiver for HttpReceiver {
    async fn receive(&self, note: &str) -> Result<(), String> {
        let (status, _) = post(&self.client, &self.url, note.to_owned()).await?;
        if status.is_success() { Ok(()) } else { Err(format!("{} answers {status}", host(&self.url))) }
    }
}

/// A witness at an address.
pub struct HttpWitness {
    client: reqwest::Client,
    url: Url,
    key: VerifierKey,
}

impl HttpWitness {
    /// For the witness with this submission prefix and key.
    ///
    /// # Errors
    /// When the address cannot be extended, or the client cannot be built.
    pub fn new(prefix: &Url, key: VerifierKey) -> Result<Self, String> {
        let mut url = prefix.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => _ = segments.pop_if_empty().push("add-checkpoint"),
            Err(()) => return Err(format!("AUDIT_WITNESS_URL: {prefix} is no http address")),
        }
        Ok(Self { client: graph::http_client(is_loopback(&url))?, url, key })
    }
}

#[async_trait]
impl Witness for HttpWitness {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    async fn add_checkpoint(&self, body: String) -> Result<WitnessAnswer, String> {
        let (status, answer) = post(&self.client, &self.url, body).await?;
        match status {
            StatusCode::OK => Ok(WitnessAnswer::Cosigned(answer)),
            StatusCode::CONFLICT => match answer.trim().parse() {
                Ok(size) => Ok(WitnessAnswer::KnowsSize(size)),
                Err(_) => Err(format!("{} knows another tree of this size", host(&self.url))),
            },
            StatusCode::NOT_FOUND => {
                Err(format!("{} does not know this log; register its key there", host(&self.url)))
            }
            status => Err(format!("{} answers {status}", host(&self.url))),
        }
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}

async fn post(client: &reqwest::Client, url: &Url, text: String) -> Result<(StatusCode, String), String> {
    // An address may hold a secret: errors name the host alone.
    let unreachable =
        |error: reqwest::Error| format!("{} cannot be reached: {}", host(url), error.without_url());
    let request =
        client.post(url.clone()).header(header::CONTENT_TYPE, "text/plain; charset=utf-8").body(text);
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let mut answer = Vec::new();
    while let Some(part) = response.chunk().await.map_err(unreachable)? {
        if answer.len() + part.len() > MAX_ANSWER {
            return Err(format!("{}: the answer is too long", host(url)));
        }
        answer.extend_from_slice(&part);
    }
    Ok((status, String::from_utf8_lossy(&answer).into_owned()))
}

#[cfg(test)]
mod tests {
    use wiremock::{
        Mock, MockServer, ResponseTemplate,
        matchers::{body_string, method, path},
    };

    use super::*;

    /// A key of a witness; it signs nothing here.
    const KEY: &str = "witness.example/w1+6caf7189+BFpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    fn key() -> VerifierKey {
        VerifierKey::parse(KEY).unwrap()
    }

    async fn answer(response: ResponseTemplate) -> Result<WitnessAnswer, String> {
        let server = MockServer::start().await;
        let add = Mock::given(method("POST")).and(path("/w1/add-checkpoint")).and(body_string("old 0\n"));
        add.respond_with(response).mount(&server).await;
        let prefix = Url::parse(&format!("{}/w1/", server.uri())).unwrap();
        HttpWitness::new(&prefix, key()).unwrap().add_checkpoint("old 0\n".to_owned()).await
    }

    #[tokio::test]
    async fn a_witness_cosigns_or_names_the_size_that_it_knows() {
        let cosigned = ResponseTemplate::new(200).set_body_string("\u{2014} w AAAA\n");
        assert_eq!(answer(cosigned).await, Ok(WitnessAnswer::Cosigned("\u{2014} w AAAA\n".to_owned())));
        let known = ResponseTemplate::new(409).set_body_string("17\n");
        assert_eq!(answer(known).await, Ok(WitnessAnswer::KnowsSize(17)));
        for (status, word) in [(404, "does not know this log"), (409, "another tree"), (422, "answers 422")] {
            let error = answer(ResponseTemplate::new(status)).await.unwrap_err();
            assert!(error.contains(word), "{error}");
        }
        let long = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; MAX_ANSWER + 1]);
        assert!(answer(long).await.unwrap_err().contains("too long"));
    }

    #[tokio::test]
    async fn an_address_receives_the_note_and_errors_name_its_host_alone() {
        let server = MockServer::start().await;
        Mock::given(body_string("note")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        let url = Url::parse(&format!("{}/hook?key=hush-hush", server.uri())).unwrap();
        let receiver = HttpReceiver::new(url).unwrap();
        assert_eq!(receiver.receive("note").await, Ok(()));
        let refused = receiver.receive("another").await.unwrap_err();
        let nowhere = Url::parse("http://127.0.0.1:9/hook?key=hush-hush").unwrap();
        let gone = HttpReceiver::new(nowhere).unwrap().receive("note").await.unwrap_err();
        assert!(gone.starts_with("127.0.0.1 cannot be reached"), "{gone}");
        assert!(!refused.contains("hush") && !gone.contains("hush"), "{refused} {gone}");
    }
}
