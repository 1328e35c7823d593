//! Fault injection: throttling, outages, concurrency violations and dropped connections at the configured rates.
//!
//! Whether a request gets a fault depends on the seed number, on its content and on how often the same request was made before,
//! not on the order of requests. So a run with faults is reproducible.

use std::collections::HashMap;

use rand::Rng;
use serde_json::Value;

use super::{
    call::{GraphCall, RequestBody},
    seeded_rng,
    settings::PracticeSettings,
};

/// A fault of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InjectedFault {
    pub kind: FaultKind,
    /// The request is executed nevertheless, and only its answer is lost (MICROSOFT_GRAPH.md 4).
    pub carried_out: bool,
}

/// What the client observes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// 429
    Throttled,
    /// 503
    Unavailable,
    /// 409 because of another write at the same time.
    Concurrency,
    /// The connection closes.
    Dropped,
}

/// Injects faults; counts how often each request was made.
#[derive(Default)]
pub struct FaultInjector {
    made: HashMap<u64, u32>,
}

impl FaultInjector {
    /// Whether an answer is replaced by 429, 503 or 409.
    pub fn of_answer(&mut self, settings: &PracticeSettings, call: &GraphCall) -> Option<InjectedFault> {
        let rates = [
            (settings.throttle_rate, FaultKind::Throttled),
            (settings.unavailable_rate, FaultKind::Unavailable),
            (settings.concurrency_rate, FaultKind::Concurrency),
        ];
        self.roll(settings.seed, "answer", &rates, call)
    }

    /// Whether the connection is dropped.
    pub fn of_connection(&mut self, settings: &PracticeSettings, call: &GraphCall) -> Option<InjectedFault> {
        self.roll(settings.seed, "connection", &[(settings.drop_rate, FaultKind::Dropped)], call)
    }

    fn roll(
        &mut self,
        seed: u64,
        what: &str,
        rates: &[(f64, FaultKind)],
        call: &GraphCall,
    ) -> Option<InjectedFault> {
        if rates.iter().all(|(rate, _)| *rate <= 0.0) {
            return None;
        }
        let name = format!("{what} {}", name(call));
        let made = self.made.entry(seeded_rng::fnv(&name)).or_default();
        *made += 1;
        let mut rng = seeded_rng::stream(seed, &format!("{name} {made}"));
        let rolled: f64 = rng.random();
        let mut below = 0.0;
        let kind = rates.iter().find_map(|(rate, kind)| {
            below += rate;
            (rolled < below).then_some(*kind)
        })?;
        // A concurrency violation says that the request was not executed.
        Some(InjectedFault { kind, carried_out: rng.random() && kind != FaultKind::Concurrency })
    }
}

/// The identity of a request: everything that stays the same when it is repeated, so neither request ids nor codes.
fn name(call: &GraphCall) -> String {
    let mut name = format!("{} {} {:?}", call.method, call.raw_path, call.query);
    if let RequestBody::Json(body) = &call.body {
        append_subjects(body, &mut name);
    }
    name
}

/// Appends the serials and ids in a body.
fn append_subjects(body: &Value, name: &mut String) {
    match body {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str() {
                    Some(text) if matches!(key.as_str(), "serialNumber" | "id" | "url") => {
                        name.push_str(text)
                    }
                    _ => append_subjects(value, name),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| append_subjects(item, name)),
        _ => {}
    }
}
