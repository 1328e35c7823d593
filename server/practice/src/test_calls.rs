//! A tenant without HTTP, for unit tests: calls with the time of their arrival.

use http::Method;
use serde_json::{Value, json};
use token_core::{
    otp::totp,
    seed::Seed,
    token::{HashFunction, Interval},
};
use url::Url;

use crate::{
    call::{AccessContext, GraphCall, GraphVersion, RequestBody},
    graph, permission,
    reply::{HttpReply, RequestIds},
    settings::PracticeSettings,
    state::Tenant,
    throttle_priority::ThrottlePriority,
};

/// The inventory.
pub const DEVICES: &str = "/directory/authenticationMethodDevices/hardwareOathDevices";
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// An empty inventory and thirty users.
pub fn settings() -> PracticeSettings {
    PracticeSettings { tokens: 0, users: 30, ..PracticeSettings::default() }
}

pub fn tenant(settings: PracticeSettings) -> Tenant {
    Tenant::new(Url::parse("http://127.0.0.1:1/").unwrap(), settings)
}

/// The body that creates a token.
pub fn device(serial: &str) -> Value {
    json!({ "serialNumber": serial, "manufacturer": "Contoso", "model": "One", "secretKey": SECRET,
        "timeIntervalInSeconds": 30 })
}

/// The body of an activation.
pub fn code(now_ms: u64) -> Value {
    let code = totp(&Seed::parse(SECRET).unwrap(), HashFunction::Sha1, Interval::S30, now_ms);
    json!({ "verificationCode": code.expose() })
}

/// An item of a batch.
pub fn item(id: &str, method: &str, url: &str, body: Value) -> Value {
    let headers = json!({ "Content-Type": "application/json", "x-ms-throttle-priority": "low" });
    json!({ "id": id, "method": method, "url": url, "headers": headers, "body": body })
}

/// The value of a header.
pub fn header<'a>(reply: &'a HttpReply, name: &str) -> Option<&'a str> {
    reply.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
}

impl Tenant {
    /// Answers a call of the app that arrives at this time.
    pub fn call(&self, method: Method, target: &str, body: Value, now_ms: u64) -> HttpReply {
        let (raw_path, path, query) = GraphCall::split_target(target);
        let call = GraphCall {
            version: GraphVersion::Beta,
            method,
            raw_path,
            path,
            query,
            eventual: false,
            priority: ThrottlePriority::Normal,
            body: if body.is_null() { RequestBody::Empty } else { RequestBody::Json(body) },
            caller: AccessContext { granted: permission::NEEDED.to_vec(), person: None },
            via_me: false,
            base: "http://127.0.0.1:1/".to_owned(),
            ids: RequestIds::new(None),
            now_ms,
        };
        graph::answer(self, &call)
    }

    pub fn post(&self, target: &str, body: Value, now_ms: u64) -> HttpReply {
        self.call(Method::POST, target, body, now_ms)
    }

    pub fn get(&self, target: &str, now_ms: u64) -> HttpReply {
        self.call(Method::GET, target, Value::Null, now_ms)
    }

    pub fn delete(&self, target: &str, now_ms: u64) -> u16 {
        self.call(Method::DELETE, target, Value::Null, now_ms).status
    }

    /// Creates a token; returns its id.
    pub fn create(&self, serial: &str, now_ms: u64) -> String {
        let body = self.post(DEVICES, device(serial), now_ms).body.unwrap();
        body["id"].as_str().unwrap().to_owned()
    }

    /// The answers to a batch, by id.
    pub fn batch(&self, items: &[Value], now_ms: u64) -> Vec<Value> {
        let reply = self.post("/$batch", json!({ "requests": items }), now_ms);
        let mut responses = reply.body.unwrap()["responses"].as_array().unwrap().clone();
        responses.sort_by_key(|response| response["id"].to_string());
        responses
    }

    /// The path of the methods of a user who may get tokens, the nth of them.
    pub fn methods_of(&self, nth: usize) -> String {
        let company = self.company();
        let mut free = company.people.iter().filter(|person| !person.guest);
        format!("/users/{}/authentication/hardwareOathMethods", free.nth(nth).unwrap().id)
    }

    /// Serial and status of what the inventory shows at this time.
    pub fn inventory(&self, now_ms: u64) -> Vec<(String, String)> {
        let body = self.get(DEVICES, now_ms).body.unwrap();
        let text = |token: &Value, name: &str| token[name].as_str().unwrap().to_owned();
        let tokens = body["value"].as_array().unwrap().iter();
        tokens.map(|token| (text(token, "serialNumber"), text(token, "status"))).collect()
    }
}
