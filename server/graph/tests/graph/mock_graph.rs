//! A mock server of Microsoft Entra and Graph, and tokens and users for the tests.

use std::{sync::Arc, time::Duration};

use graph::{Credential, GraphDirectory, GraphSettings, RetryPolicy, Secret, parse_endpoint};
use serde_json::{Value, json};
use token_core::{
    otp::Code,
    ports::{Activation, Assignment, Change, NewToken},
    seed::Seed,
    token::{HashFunction, Interval, SerialNumber, TokenId},
    user::UserId,
};
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{method, path},
};

pub const DEVICES: &str = "/beta/directory/authenticationMethodDevices/hardwareOathDevices";
pub const BATCH: &str = "/beta/$batch";
pub const USERS_BATCH: &str = "/v1.0/$batch";
pub const SIGN_IN: &str = "/contoso.example/oauth2/v2.0/token";
pub const CLIENT_SECRET: &str = "obviously~fake/secret+1";
pub const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
pub const CODE: &str = "058865";

/// Short delays, so that no test waits long.
pub const RETRIES: RetryPolicy =
    RetryPolicy { max_retries: 3, base_delay: Duration::from_millis(2), max_delay: Duration::from_secs(1) };

/// The mock server. Responds with 404 to requests without a mock.
pub struct MockGraph {
    pub server: MockServer,
}

impl MockGraph {
    /// With a token endpoint that issues `token-1`.
    pub async fn start() -> Self {
        let mock = Self::without_sign_in().await;
        let token = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "token-1" });
        mock.on("POST", SIGN_IN, ResponseTemplate::new(200).set_body_json(token)).await;
        mock
    }

    pub async fn without_sign_in() -> Self {
        Self { server: MockServer::start().await }
    }

    pub fn settings(&self) -> GraphSettings {
        let here = parse_endpoint(&self.server.uri()).unwrap();
        GraphSettings {
            endpoint: here.clone(),
            authority: here,
            tenant_id: "contoso.example".to_owned(),
            client_id: "client-1".to_owned(),
            credential: Credential::Secret(Secret::new(CLIENT_SECRET.to_owned())),
        }
    }

    pub fn directory(&self) -> GraphDirectory {
        GraphDirectory::with_retries(self.settings(), RETRIES).unwrap()
    }

    pub async fn on(&self, verb: &str, at: &str, response: impl Respond + 'static) {
        Mock::given(method(verb)).and(path(at)).respond_with(response).mount(&self.server).await;
    }

    /// Responds to each item of each batch.
    pub async fn on_items(&self, answer: impl Fn(&Value) -> Value + Send + Sync + 'static) {
        let answer = Arc::new(answer);
        for batch in [BATCH, USERS_BATCH] {
            let answer = Arc::clone(&answer);
            self.on("POST", batch, move |request: &Request| batch_answer(request, &*answer)).await;
        }
    }

    /// The requests received at a path.
    pub async fn received(&self, at: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter().filter(|request| request.url.path() == at).collect()
    }

    /// The items of all received batches, in order.
    pub async fn items(&self) -> Vec<Value> {
        let batches = [self.received(BATCH).await, self.received(USERS_BATCH).await].concat();
        batches.iter().flat_map(|request| json_of(request)["requests"].as_array().unwrap().clone()).collect()
    }
}

/// The responses in reverse order: Graph does not keep the order either.
fn batch_answer(request: &Request, answer: &impl Fn(&Value) -> Value) -> ResponseTemplate {
    let body = json_of(request);
    let answer = |item: &Value| {
        let mut answer = answer(item);
        answer["id"] = item["id"].clone();
        answer
    };
    let responses: Vec<Value> = body["requests"].as_array().unwrap().iter().rev().map(answer).collect();
    ResponseTemplate::new(200)
        .insert_header("request-id", "request-of-the-batch")
        .set_body_json(json!({ "responses": responses }))
}

pub fn json_of(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// The response to one item.
pub fn answer(status: u16, body: Value) -> Value {
    json!({ "status": status, "headers": { "request-id": "request-of-the-item" }, "body": body })
}

/// Graph's error envelope.
pub fn error(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message, "innerError": { "request-id": "request-inside" } } })
}

/// An error response to a whole request.
pub fn refusal(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("request-id", "request-1").set_body_json(error(code, message))
}

pub fn list(items: &[Value]) -> Value {
    json!({ "value": items })
}

pub fn guid(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

pub fn token_id(number: usize) -> TokenId {
    TokenId::parse(&guid(number)).unwrap()
}

pub fn user_id(number: usize) -> UserId {
    UserId::parse(&guid(900_000 + number)).unwrap()
}

pub fn serial(text: &str) -> SerialNumber {
    SerialNumber::parse(text).unwrap()
}

/// An unassigned token in Graph's JSON.
pub fn device(number: usize, serial: &str) -> Value {
    json!({
        "id": guid(number), "displayName": null, "serialNumber": serial, "manufacturer": "Contoso",
        "model": "Hardware Token 1000", "secretKey": null, "timeIntervalInSeconds": 30, "status": "available",
        "lastUsedDateTime": null, "hashFunction": "hmacsha1", "assignedTo": null
    })
}

pub fn new_token(serial_number: &str) -> NewToken {
    NewToken {
        serial: serial(serial_number),
        manufacturer: "Contoso".to_owned(),
        model: "Hardware Token 1000".to_owned(),
        seed: Seed::parse(&SEED.to_lowercase()).unwrap(),
        interval: Interval::S60,
        hash: HashFunction::Sha256,
    }
}

/// Creations of tokens with the serial numbers `S0`, `S1`, …
pub fn creations(count: usize) -> Vec<Change> {
    (0..count).map(|number| Change::Create(new_token(&format!("S{number}")))).collect()
}

pub fn assignment(number: usize) -> Assignment {
    Assignment { token: token_id(number), user: user_id(number) }
}

pub fn activation(number: usize) -> Activation {
    Activation { token: token_id(number), user: user_id(number), code: Code::parse(CODE).unwrap() }
}

/// Changes of one kind.
pub fn changes<T>(kind: impl Fn(T) -> Change, items: Vec<T>) -> Vec<Change> {
    items.into_iter().map(kind).collect()
}
