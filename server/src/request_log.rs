//! A span and a log line for each request, and the counts of requests for the metrics.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use app::api::access::ACCESS;
use audit::sync::lock;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;
use tracing::{Instrument as _, field::Empty};

/// The pages and routes that are counted by their own path.
const PATHS: [&str; 14] = [
    "/",
    "/audit",
    "/import",
    "/my",
    "/settings",
    "/slips",
    "/sign-in",
    "/signed-in",
    "/signed-out",
    "/audit/export",
    "/auth/callback",
    "/auth/front-channel-logout",
    "/auth/operator",
    "/auth/sign-in",
];

/// The requests of one route with one class of status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestCount {
    /// How many.
    pub count: u64,
    /// How long they took until their answers began, in all.
    pub duration: Duration,
}

/// The requests so far, by route and class of status (2 for 2xx).
#[derive(Debug, Default)]
pub struct RequestCounts(Mutex<BTreeMap<(&'static str, u16), RequestCount>>);

impl RequestCounts {
    /// A copy of the counts.
    pub fn snapshot(&self) -> BTreeMap<(&'static str, u16), RequestCount> {
        lock(&self.0).clone()
    }

    fn add(&self, route: &'static str, status: u16, duration: Duration) {
        let mut counts = lock(&self.0);
        let entry = counts.entry((route, status / 100)).or_default();
        entry.count += 1;
        entry.duration += duration;
    }
}

/// Logs and counts a request. The span has no query and no id: both can name people.
pub async fn log(State(counts): State<Arc<RequestCounts>>, request: Request, next: Next) -> Response {
    let route = route(request.uri().path());
    let span = tracing::info_span!("request", method = %request.method(), route, role = Empty);
    let start = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let (status, duration) = (response.status().as_u16(), start.elapsed());
    counts.add(route, status, duration);
    span.in_scope(|| tracing::info!(status, duration_ms = duration.as_millis(), "answered"));
    response
}

/// The route of a path, one of a fixed set.
fn route(path: &str) -> &'static str {
    let api = ACCESS.iter().map(|(known, _)| *known);
    let known = api.chain(PATHS).find(|known| *known == path);
    known.unwrap_or(if path.starts_with("/pkg/") { "files" } else { "other" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_a_fixed_set_without_ids() {
        assert_eq!(route("/api/tokens/list"), "/api/tokens/list");
        assert_eq!(route("/my"), "/my");
        assert_eq!(route("/pkg/app.wasm"), "files");
        assert_eq!(route("/api/tokens/list/00000000"), "other");
    }

    #[test]
    fn requests_are_counted_by_route_and_class_of_status() {
        let counts = RequestCounts::default();
        for status in [200, 204, 404] {
            counts.add("/my", status, Duration::from_secs(1));
        }
        let two = RequestCount { count: 2, duration: Duration::from_secs(2) };
        assert_eq!(counts.snapshot()[&("/my", 2)], two);
        assert_eq!(counts.snapshot()[&("/my", 4)].count, 1);
    }
}
